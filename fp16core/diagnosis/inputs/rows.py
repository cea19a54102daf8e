"""Tables whose rows a model's integer inputs choose."""

from fp16core.tflite.graph import Operator, TfliteFile

_INDEX_OPERAND = {"GATHER": (1, 0), "EMBEDDING_LOOKUP": (0, 1)}
"""Operators that look up rows: the position of the indices among the operands, and that of the table."""

_KEEPS_VALUES = {
    "CAST",
    "RESHAPE",
    "EXPAND_DIMS",
    "SQUEEZE",
    "TRANSPOSE",
    "SLICE",
    "STRIDED_SLICE",
    "CONCATENATION",
    "PACK",
    "UNPACK",
    "SPLIT",
    "SPLIT_V",
    "TILE",
    "BROADCAST_TO",
    "SELECT",
    "SELECT_V2",
    "REVERSE_V2",
}
"""Operators whose results are values of their operands."""


def index_rows(file: TfliteFile) -> dict[int, tuple[int, str]]:
    """Rows of the smallest table that an integer input indexes, and the table's name, by the input's place."""
    found = {}
    for place, tensor in enumerate(file.inputs):
        if tensor.dtype in ("int32", "int64") and (tables := _tables(file, tensor.index)):
            found[place] = min(tables)
    return found


def _tables(file: TfliteFile, start: int) -> list[tuple[int, str]]:
    same, found = {start}, []
    for op in file.operators:
        positions = _INDEX_OPERAND.get(op.name)
        if positions and max(positions) < len(op.inputs) and op.inputs[positions[0]] in same:
            rows = _rows(file, op, positions[1])
            if rows:
                found.append((rows, file.source(op.inputs[positions[1]]).name))
        if op.name in _KEEPS_VALUES and not same.isdisjoint(op.inputs):
            same.update(index for index in op.outputs if file.tensors[index].dtype in ("int32", "int64"))
    return found


def _rows(file: TfliteFile, op: Operator, table: int) -> int:
    index = op.inputs[table]
    if index < 0:
        return 0
    shape = file.tensors[index].shape
    axis = op.settings.get("axis", 0)
    return shape[int(axis)] if shape and -len(shape) <= int(axis) < len(shape) else 0
