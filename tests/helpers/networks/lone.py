"""Networks of a single operator, of nearly any kind, to see which LiteRT's delegates take."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed
from tests.helpers.networks.handmade import new_model, new_tensor

Shape = tuple[int, ...]

_IMAGE = (1, 4, 4, 4)
_UNARY = (
    "ABS CEIL COS ELU EXP FLOOR HARD_SWISH LOG LOGISTIC NEG RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SIGN SIN "
    "SQRT SQUARE TANH"
)
_OPTIONED = {
    "GELU": "Gelu",
    "L2_NORMALIZATION": "L2Norm",
    "LEAKY_RELU": "LeakyRelu",
    "LOG_SOFTMAX": "LogSoftmax",
    "SOFTMAX": "Softmax",
    "ZEROS_LIKE": "ZerosLike",
}
_SETTINGS = {"LEAKY_RELU": {"alpha": 0.1}, "SOFTMAX": {"beta": 1.0}}
_BINARY = {
    "ADD": "Add",
    "ADD_N": "AddN",
    "DIV": "Div",
    "FLOOR_DIV": "FloorDiv",
    "FLOOR_MOD": "FloorMod",
    "MAXIMUM": "MaximumMinimum",
    "MINIMUM": "MaximumMinimum",
    "MUL": "Mul",
    "POW": "Pow",
    "SQUARED_DIFFERENCE": "SquaredDifference",
    "SUB": "Sub",
}
_REDUCING = "MEAN REDUCE_MAX REDUCE_MIN REDUCE_PROD SUM"
_POOLING = "AVERAGE_POOL_2D L2_POOL_2D MAX_POOL_2D"


def lone(
    kind: str,
    inputs: list[Shape],
    constants: list[npt.NDArray[Any]],
    outputs: list[Shape],
    options: str = "",
    **settings: Any,
) -> ModelFile:
    """A network of one operator: inputs before constants, all of float32, outputs of ``dtype``."""
    content = new_model()
    graph = content.subgraphs[0]
    result = settings.pop("dtype", None)
    given = [new_tensor(content, f"input {place}", shape) for place, shape in enumerate(inputs)]
    stored = [new_tensor(content, f"constant {place}", c.shape, data=c) for place, c in enumerate(constants)]
    made = [new_tensor(content, f"output {place}", shape) for place, shape in enumerate(outputs)]
    for index in made:
        graph.tensors[index].type = result or schema.TensorType.FLOAT32
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = getattr(schema.BuiltinOperator, kind)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 1
    content.operatorCodes = [code]
    if options:
        op.builtinOptionsType = getattr(schema.BuiltinOptions, f"{options}Options")
        op.builtinOptions = getattr(schema, f"{options}OptionsT")()
        for name, value in settings.items():
            setattr(op.builtinOptions, name, value)
    op.inputs = stored[:1] + given + stored[1:] if kind in ("SPLIT", "TRANSPOSE_CONV") else given + stored
    if kind == "TRANSPOSE_CONV":
        op.inputs = [stored[0], stored[1], *given]
    op.outputs = made
    graph.operators, graph.inputs, graph.outputs = [op], given, made
    return ModelFile(packed(content), kind)


def whole(*numbers: int) -> npt.NDArray[np.int32]:
    return np.array(numbers, np.int32)


def ones(*shape: int) -> npt.NDArray[np.float32]:
    return np.ones(shape, np.float32)


def every_kind() -> Iterator[tuple[str, ModelFile]]:
    """A network for each kind."""
    for kind in _UNARY.split():
        yield kind, lone(kind, [_IMAGE], [], [_IMAGE])
    for kind, options in _OPTIONED.items():
        yield kind, lone(kind, [_IMAGE], [], [_IMAGE], options, **_SETTINGS.get(kind, {}))
    for kind, options in _BINARY.items():
        yield kind, lone(kind, [_IMAGE, _IMAGE], [], [_IMAGE], options)
    for kind in _REDUCING.split():
        yield kind, lone(kind, [_IMAGE], [whole(1, 2)], [(1, 1, 1, 4)], "Reducer", keepDims=True)
    for kind in _POOLING.split():
        settings = {"filterHeight": 2, "filterWidth": 2, "strideH": 2, "strideW": 2, "padding": 1}
        yield kind, lone(kind, [_IMAGE], [], [(1, 2, 2, 4)], "Pool2D", **settings)
    steps = {"strideH": 1, "strideW": 1, "padding": 1}
    channels = steps | {"depthMultiplier": 1}
    margins = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)
    models = (
        lone("ARG_MAX", [_IMAGE], [whole(3)], [(1, 4, 4)], "ArgMax", outputType=2, dtype=schema.TensorType.INT32),
        lone("BATCH_MATMUL", [(1, 4, 4), (1, 4, 4)], [], [(1, 4, 4)], "BatchMatMul"),
        lone("CAST", [_IMAGE], [], [_IMAGE], "Cast", dtype=schema.TensorType.INT32),
        lone("CONCATENATION", [_IMAGE, _IMAGE], [], [(1, 4, 4, 8)], "Concatenation", axis=3),
        lone("CONV_2D", [_IMAGE], [ones(2, 3, 3, 4), ones(2)], [(1, 2, 2, 2)], "Conv2D", **steps),
        lone("CUMSUM", [_IMAGE], [whole(3)], [_IMAGE], "Cumsum"),
        lone("DEPTHWISE_CONV_2D", [_IMAGE], [ones(1, 3, 3, 4), ones(4)], [(1, 2, 2, 4)], "DepthwiseConv2D", **channels),
        lone("DEPTH_TO_SPACE", [_IMAGE], [], [(1, 8, 8, 1)], "DepthToSpace", blockSize=2),
        lone("EXPAND_DIMS", [(4, 4)], [whole(0)], [(1, 4, 4)], "ExpandDims"),
        lone("FULLY_CONNECTED", [(1, 4)], [ones(2, 4), ones(2)], [(1, 2)], "FullyConnected"),
        lone("GATHER", [_IMAGE], [whole(0, 0)], [(2, 4, 4, 4)], "Gather"),
        lone("MIRROR_PAD", [_IMAGE], [margins], [(1, 6, 6, 4)], "MirrorPad"),
        lone("PACK", [_IMAGE, _IMAGE], [], [(2, *_IMAGE)], "Pack", valuesCount=2),
        lone("PAD", [_IMAGE], [margins], [(1, 6, 6, 4)], "Pad"),
        lone("PADV2", [_IMAGE], [margins, ones(1)], [(1, 6, 6, 4)], "PadV2"),
        lone("PRELU", [_IMAGE], [ones(1, 1, 4)], [_IMAGE]),
        lone("RESHAPE", [_IMAGE], [whole(1, 64)], [(1, 64)], "Reshape", newShape=[1, 64]),
        lone("RESIZE_BILINEAR", [_IMAGE], [whole(8, 8)], [(1, 8, 8, 4)], "ResizeBilinear"),
        lone("RESIZE_NEAREST_NEIGHBOR", [_IMAGE], [whole(8, 8)], [(1, 8, 8, 4)], "ResizeNearestNeighbor"),
        lone("REVERSE_V2", [_IMAGE], [whole(3)], [_IMAGE], "ReverseV2"),
        lone("SLICE", [_IMAGE], [whole(0, 0, 0, 0), whole(1, 2, 2, 4)], [(1, 2, 2, 4)], "Slice"),
        lone("SPACE_TO_DEPTH", [_IMAGE], [], [(1, 2, 2, 16)], "SpaceToDepth", blockSize=2),
        lone("SPLIT", [_IMAGE], [np.array(3, np.int32)], [(1, 4, 4, 2)] * 2, "Split", numSplits=2),
        lone("SQUEEZE", [(1, 4, 4)], [], [(4, 4)], "Squeeze"),
        lone(
            "STRIDED_SLICE",
            [_IMAGE],
            [whole(0, 0, 0, 0), whole(1, 2, 2, 4), whole(1, 1, 1, 1)],
            [(1, 2, 2, 4)],
            "StridedSlice",
        ),
        lone("TILE", [_IMAGE], [whole(1, 2, 1, 1)], [(1, 8, 4, 4)], "Tile"),
        lone("TRANSPOSE", [_IMAGE], [whole(0, 2, 1, 3)], [_IMAGE], "Transpose"),
        lone(
            "TRANSPOSE_CONV",
            [_IMAGE],
            [whole(1, 6, 6, 2), ones(2, 3, 3, 4)],
            [(1, 6, 6, 2)],
            "TransposeConv",
            **steps,
        ),
        lone("UNPACK", [(2, 4)], [], [(4,), (4,)], "Unpack", num=2),
    )
    yield from ((model.name, model) for model in models)
