"""Models changed after they were made: by other weights, other operators, or the fields of an older schema."""

from collections.abc import Callable
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import quantize_tflite
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights


def older(model: ModelFile) -> ModelFile:
    """The same model as older converters wrote it: each operator code in ``deprecated_builtin_code``."""

    def moved(tree: Any, _operators: dict[str, Any]) -> None:
        for code in tree.operatorCodes:
            code.deprecatedBuiltinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
            code.builtinCode = 0

    return edited(model, moved)


def with_weight(model: ModelFile, key: str, value: float, whole: bool = False) -> ModelFile:
    """The file with the first weight of a tensor, or all of them, set to a value, in the dtype it is stored in."""
    values = model.graph.weights()[key].values.copy()
    with np.errstate(over="ignore"):
        values.flat[: None if whole else 1] = np.float32(value).astype(values.dtype)
    return replace_weights(model, {key: values})


def odd_pair(kind: str, pair: ModelPair) -> tuple[ModelFile, ModelFile]:
    both = pair.reference, pair.target
    match kind:
        case "quantizer":
            return pair.reference, quantize_tflite(pair.reference)
        case "same":
            return pair.reference, pair.reference
        case "overflow":
            first, second = (with_weight(model, "conv_2d.kernel", 1e6) for model in both)
        case "bias overflow":
            first, second = (with_weight(model, "fully_connected.bias", 1e6) for model in both)
        case "zeros":
            first, second = (with_weight(model, "fully_connected.weights", 0, whole=True) for model in both)
        case "not a number":
            first, second = (with_weight(model, "conv_2d.kernel", float("nan"), whole=True) for model in both)
    return first, second


def overflowed(pair: ModelPair) -> ModelPair:
    """The pair with a weight of the convolution that float16 can only store as infinity."""
    large = pair.reference.graph.weights()["conv_2d.kernel"].values.copy()
    large.flat[0] = 70000
    reference = replace_weights(pair.reference, {"conv_2d.kernel": large})
    return ModelPair("overflowed", reference, quantize_tflite(reference))


def with_quadratic_pooling(tree: Any, operators: dict[str, Any]) -> None:
    """Pooling by root mean squares, which no chain has."""
    code = tree.operatorCodes[operators["MAX_POOL_2D"].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.L2_POOL_2D


def edited(model: ModelFile, edit: Callable[[Any, dict[str, Any]], None], called: str | None = None) -> ModelFile:
    """A copy changed by the schema's own writer; ``edit`` gets the model and its operators by name."""
    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if name[0].isupper()}
    tree = schema.ModelT.InitFromPackedBuf(model.contents)
    operators: dict[str, Any] = {}
    for op in tree.subgraphs[0].operators:
        code = tree.operatorCodes[op.opcodeIndex]
        operators.setdefault(names[max(code.builtinCode, code.deprecatedBuiltinCode)], op)
    edit(tree, operators)
    builder = flatbuffers.Builder(model.size_bytes)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return ModelFile(bytes(builder.Output()), called or model.name)
