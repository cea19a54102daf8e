"""Small networks written with LiteRT's schema, weight by weight, without any converter."""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.tflite.model_file import ModelFile

PIXELS = 784

Codes = schema.BuiltinOperator


def dense(weights: npt.NDArray[np.float32], bias: npt.NDArray[np.float32] | None = None) -> ModelFile:
    """Images (n, 28, 28) to logits (n, 10): their pixels times weights (10, 784), and a bias."""
    return _perceptron([weights], bias)


def perceptron(*layers: npt.NDArray[np.float32]) -> ModelFile:
    """Images (n, 28, 28) to logits (n, 10): their pixels times the weights of each layer (outputs, inputs) in turn."""
    return _perceptron(layers, None)


def _perceptron(layers: Sequence[npt.NDArray[np.float32]], bias: npt.NDArray[np.float32] | None) -> ModelFile:
    content = new_model()
    graph = content.subgraphs[0]
    image = new_tensor(content, "image", (1, 28, 28), (-1, 28, 28))
    shape = new_tensor(content, "shape", (2,), data=np.array([-1, PIXELS], np.int32))
    flat = new_tensor(content, "flat", (1, PIXELS), (-1, PIXELS))
    new_operator(content, Codes.RESHAPE, [image, shape], [flat], schema.BuiltinOptions.ReshapeOptions)
    added = -1 if bias is None else new_tensor(content, "bias", bias.shape, data=bias)
    last = flat
    for number, weights in enumerate(layers):
        matrix = new_tensor(content, f"matrix {number}", weights.shape, data=weights)
        sums = new_tensor(content, f"sums {number}", (1, len(weights)), (-1, len(weights)))
        options = schema.BuiltinOptions.FullyConnectedOptions
        new_operator(content, Codes.FULLY_CONNECTED, [last, matrix, added], [sums], options)
        last = sums
    graph.inputs, graph.outputs = [image], [last]
    return packed(content)


def scaled(factors: npt.NDArray[np.float32]) -> ModelFile:
    """Numbers times constants: a network of which LiteRT Quantizer knows no weights."""
    content = new_model()
    given = new_tensor(content, "given", factors.shape)
    constant = new_tensor(content, "factors", factors.shape, data=factors)
    result = new_tensor(content, "result", factors.shape)
    new_operator(content, Codes.MUL, [given, constant], [result], schema.BuiltinOptions.MulOptions)
    graph = content.subgraphs[0]
    graph.inputs, graph.outputs = [given], [result]
    return packed(content)


def new_model() -> Any:
    """A model without tensors and operators, as the schema's writer takes it."""
    content, graph = schema.ModelT(), schema.SubGraphT()
    content.version, content.operatorCodes, content.subgraphs = 3, [], [graph]
    content.buffers = [schema.BufferT()]  # the first one is empty, by the schema
    graph.tensors, graph.operators = [], []
    return content


def new_tensor(
    content: Any,
    name: str,
    shape: tuple[int, ...],
    signature: tuple[int, ...] | None = None,
    data: npt.NDArray[Any] | None = None,
) -> int:
    """Add a tensor to a model, stored if there are data, and return its index."""
    tensor = schema.TensorT()
    tensor.name, tensor.shape, tensor.shapeSignature = name.encode(), list(shape), signature and list(signature)
    if data is not None:
        tensor.type = {"float32": schema.TensorType.FLOAT32, "int32": schema.TensorType.INT32}[str(data.dtype)]
        stored = schema.BufferT()
        stored.data = np.frombuffer(data.tobytes(), np.uint8)
        content.buffers.append(stored)
        tensor.buffer = len(content.buffers) - 1
    content.subgraphs[0].tensors.append(tensor)
    return len(content.subgraphs[0].tensors) - 1


def new_operator(content: Any, kind: int, inputs: list[int], outputs: list[int], options: int) -> Any:
    """Add an operator to a model, and return it; ``options`` says which ones it has, of `BuiltinOptions`."""
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = kind
    content.operatorCodes.append(code)
    name = next(name for name, value in vars(schema.BuiltinOptions).items() if value == options)
    if options != schema.BuiltinOptions.NONE:
        op.builtinOptionsType, op.builtinOptions = options, getattr(schema, f"{name}T")()
    op.opcodeIndex, op.inputs, op.outputs = len(content.operatorCodes) - 1, inputs, outputs
    content.subgraphs[0].operators.append(op)
    return op


def packed(content: Any) -> ModelFile:
    """The file of a model."""
    builder = flatbuffers.Builder(1 << 16)
    builder.Finish(content.Pack(builder), b"TFL3")
    return ModelFile(bytes(builder.Output()))


CENTRE, CORNER = 14 * 28 + 14, 0
"""Pixels that many digits have ink on, and none."""


Weights = npt.NDArray[np.float32]


def weights_with(*large: tuple[int, int, float]) -> Weights:
    """Random weights (10, 784), but for those given by class, pixel and value."""
    weights = np.random.default_rng(5).normal(0, 4, (10, PIXELS)).astype(np.float32)
    for digit, pixel, value in large:
        weights[digit, pixel] = value
    return weights


LARGE = weights_with(
    (3, CENTRE, 70_000), (7, CENTRE, 66_000), (8, CENTRE, -65_520), (3, CORNER, 65_504), (4, CORNER, 65_519)
)
