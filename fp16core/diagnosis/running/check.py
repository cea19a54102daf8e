"""Checks of a stranger's graph before anything runs it: operators, types, order, sizes."""

import math
from collections.abc import Sequence

from ai_edge_litert import schema_py_generated as schema

from fp16core.text import count_text, excess_text, sizes_text
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import check_indices, damage_named, model_root
from fp16core.vocabulary import ModelFileError

INPUT_DTYPES = ("float32", "int32", "int64", "bool")
"""Types of inputs that values can be made for."""

MAX_OPERATORS = 20_000
"""Most operators of a graph."""

MAX_ACTIVATION_BYTES = 2_000_000_000
"""Most bytes that the tensors of one run may take together."""

_BYTES = {"bool": 1, "int8": 1, "uint8": 1, "float16": 2, "bfloat16": 2, "int16": 2, "uint16": 2}
_WIDE = {"int64": 8, "uint64": 8, "float64": 8, "complex64": 8, "complex128": 16}
_STATEFUL = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE")


def check_model(model: ModelFile) -> None:
    """Refuse a model that cannot be diagnosed.

    Raises
    ------
    ModelFileError
        If the file is damaged, has operators that LiteRT alone cannot run, texts, states, inputs of other types, or
        nothing that computes floating-point numbers.
    """
    name, file = model.name, model.graph
    if len(file.operators) > MAX_OPERATORS:
        raise ModelFileError(
            f"{name} has {count_text(len(file.operators), 'operator')}; at most {MAX_OPERATORS:,} can be diagnosed."
        )
    root = model_root(model.contents, name)
    with damage_named(name, model.size_bytes):
        _check_operators(name, root)
    if not file.inputs:
        raise ModelFileError(f"{name} has no inputs; there is nothing that its outputs could depend on.")
    if not file.outputs:
        raise ModelFileError(f"{name} has no outputs; there is nothing to compare.")
    for tensor in file.inputs:
        if tensor.dtype not in INPUT_DTYPES:
            raise ModelFileError(
                f"{name} takes {tensor.dtype} as input '{tensor.name}'; inputs of type {', '.join(INPUT_DTYPES)} can "
                "be diagnosed. Choose the float32 model."
            )
    for tensor in file.tensors:
        if tensor.dtype in ("string", "resource", "variant"):
            raise ModelFileError(
                f"{name} computes with tensors of type {tensor.dtype} ('{tensor.name}'), which have no numbers that "
                "float16 could change; only models of numbers can be diagnosed."
            )
        if tensor.is_constant and tensor.has_numbers:
            _ = tensor.values  # raises if they do not fill its shape
    if not any(file.tensors[index].dtype == "float32" for op in file.operators for index in op.outputs if index >= 0):
        raise ModelFileError(f"{name} computes no float32 numbers; choose the float32 model.")
    _check_order(name, file, _variables(root))
    check_budget(model, [tensor.shape for tensor in file.tensors])


def is_split(model: ModelFile) -> bool:
    """True if control flow spreads the model over several graphs, whose operators cannot be looked at one by one."""
    return int(model_root(model.contents, model.name).SubgraphsLength()) > 1


def has_variables(model: ModelFile) -> bool:
    """True if the model keeps a state from run to run."""
    return bool(_variables(model_root(model.contents, model.name)))


def check_budget(model: ModelFile, shapes: Sequence[Sequence[int]]) -> None:
    """Raise `ModelFileError` if tensors of these shapes, one for each of the file, take more than the budget."""
    total = 0
    for tensor, shape in zip(model.graph.tensors, shapes, strict=True):
        if any(side < -1 for side in shape):
            raise ModelFileError(
                f"{model.name}: tensor '{tensor.name}' has the shape {sizes_text(shape)}; the file is damaged, "
                "convert the model again."
            )
        if not tensor.is_constant:
            width = _BYTES.get(tensor.dtype) or _WIDE.get(tensor.dtype, 4)
            total += width * math.prod(max(side, 1) for side in shape)
    if total > MAX_ACTIVATION_BYTES:
        raise ModelFileError(
            f"{model.name}: the tensors of one run take {excess_text(total, MAX_ACTIVATION_BYTES)}. Declare smaller "
            "inputs, or choose a smaller model."
        )


def _check_operators(name: str, root: schema.Model) -> None:
    known = {value: key for key, value in vars(schema.BuiltinOperator).items() if key[0].isupper()}
    for graph in map(root.Subgraphs, range(root.SubgraphsLength())):
        indices = [graph.Operators(place).OpcodeIndex() for place in range(graph.OperatorsLength())]
        check_indices(indices, 0, root.OperatorCodesLength())
        for place, index in enumerate(indices):
            code = root.OperatorCodes(index)
            kind = known.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), "UNKNOWN")
            custom = (code.CustomCode() or b"").decode("utf-8", "replace")
            if custom.startswith("Flex"):
                raise ModelFileError(
                    f"{name}: operator {place} ({custom}) is one of TensorFlow's, which LiteRT alone cannot run; "
                    "convert with built-in operators only."
                )
            if kind in ("CUSTOM", "UNKNOWN", "DELEGATE"):
                raise ModelFileError(
                    f"{name}: operator {place} ({custom or kind}) is not one of LiteRT's own; convert with built-in "
                    "operators only."
                )
            if kind in _STATEFUL:
                raise ModelFileError(
                    f"{name}: operator {place} ({kind}) keeps a state outside of the graph; convert a model whose "
                    "outputs depend on its inputs alone."
                )


def _variables(root: schema.Model) -> set[int]:
    graph = root.Subgraphs(0)
    return {place for place in range(graph.TensorsLength()) if graph.Tensors(place).IsVariable()}


def _check_order(name: str, file: TfliteFile, variables: set[int]) -> None:
    written = {tensor.index for tensor in file.tensors if tensor.is_constant} | {tensor.index for tensor in file.inputs}
    # LiteRT's converter stores nothing for a constant without numbers, and a state begins as zeros.
    readable = written | variables | {tensor.index for tensor in file.tensors if 0 in tensor.shape}
    for op in file.operators:
        if missing := [file.tensors[index].name for index in op.inputs if index >= 0 and index not in readable]:
            raise ModelFileError(
                f"{name}: operator {op.index} ({op.name}) reads '{missing[0]}', which no operator before it produces; "
                "its contents would be undefined."
            )
        if twice := [file.tensors[index].name for index in op.outputs if index in written]:
            raise ModelFileError(
                f"{name}: operator {op.index} ({op.name}) writes '{twice[0]}', which is stored, given or computed "
                "already; the file is damaged, convert the model again."
            )
        results = [index for index in op.outputs if index >= 0]
        written.update(results)
        readable.update(results)
    if any(tensor.is_constant for tensor in file.inputs) or any(out.index not in readable for out in file.outputs):
        raise ModelFileError(f"{name}: an output is computed by no operator, or an input is stored; convert it again.")
