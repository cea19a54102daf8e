"""Ranges of a model's inputs that its own metadata state, as TensorFlow Lite's metadata schema defines them."""

import math

import flatbuffers.number_types as types
from flatbuffers import encode
from flatbuffers.table import Table

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import buffer_span, check_indices, damage_named, model_root

_NAME = b"TFLITE_METADATA"
_IDENTIFIER = b"M001"

# Positions of fields in their tables' directories: 4 + 2 × field number in metadata_schema.fbs.
_SUBGRAPHS = 10
_INPUTS = 8
_UNITS, _STATS = 12, 14
_OPTIONS_TYPE, _OPTIONS = 4, 6
_MEAN, _STD = 4, 6
_MAX, _MIN = 4, 6

_NORMALIZATION = 1
_BYTE_RANGE = (0.0, 255.0)
"""Values of a picture's channels before they are normalized."""


def metadata_ranges(model: ModelFile) -> dict[int, tuple[float, float]]:
    """Lowest and highest value of inputs, by their place, as far as the file's metadata state them.

    A picture is normalized by ``(value − mean) / std``, with values from 0 to 255 unless statistics say otherwise.

    Raises
    ------
    ModelFileError
        If the metadata are damaged.
    """
    root = model_root(model.contents, model.name)
    with damage_named(model.name, model.size_bytes):
        for entry in map(root.Metadata, range(root.MetadataLength())):
            if entry.Name() != _NAME:
                continue
            check_indices([entry.Buffer()], 0, root.BuffersLength())
            start, stop = buffer_span(model.contents, root.Buffers(entry.Buffer()))
            data = model.contents[start:stop]
            if len(data) >= 8 and data[4:8] == _IDENTIFIER:
                return _ranges(data, len(model.graph.inputs))
    return {}


def _ranges(data: bytes, inputs: int) -> dict[int, tuple[float, float]]:
    root = Table(data, encode.Get(types.UOffsetTFlags.packer_type, data, 0))
    found = {}
    for graph in _tables(root, _SUBGRAPHS)[:1]:
        for place, tensor in enumerate(_tables(graph, _INPUTS)[:inputs]):
            stats = _table(tensor, _STATS)
            low, high = (_floats(stats, field) if stats else [] for field in (_MIN, _MAX))
            stated = (min(low), max(high)) if low and high else None
            normalization = [unit for unit in _tables(tensor, _UNITS) if _byte(unit, _OPTIONS_TYPE) == _NORMALIZATION]
            for options in filter(None, (_table(unit, _OPTIONS) for unit in normalization)):
                means, deviations = _floats(options, _MEAN), _floats(options, _STD)
                ends = [
                    (value - mean) / deviation
                    for mean, deviation in zip(means, deviations, strict=False)
                    for value in stated or _BYTE_RANGE
                    if deviation
                ]
                stated = (min(ends), max(ends)) if ends else stated
            if stated and all(map(math.isfinite, stated)) and stated[0] < stated[1]:
                found[place] = stated
    return found


def _table(parent: Table, field: int) -> Table | None:
    slot = parent.Offset(field)
    return Table(parent.Bytes, parent.Indirect(slot + parent.Pos)) if slot else None


def _tables(parent: Table, field: int) -> list[Table]:
    slot = parent.Offset(field)
    if not slot:
        return []
    start, length = parent.Vector(slot), parent.VectorLen(slot)
    if start + 4 * length > len(parent.Bytes):
        raise IndexError(f"{length} entries at byte {start}")
    return [Table(parent.Bytes, parent.Indirect(start + 4 * place)) for place in range(length)]


def _floats(parent: Table, field: int) -> list[float]:
    slot = parent.Offset(field)
    if not slot:
        return []
    start, length = parent.Vector(slot), parent.VectorLen(slot)
    if start + 4 * length > len(parent.Bytes):
        raise IndexError(f"{length} numbers at byte {start}")
    return [float(parent.Get(types.Float32Flags, start + 4 * place)) for place in range(length)]


def _byte(parent: Table, field: int) -> int:
    slot = parent.Offset(field)
    return int(parent.Get(types.Uint8Flags, slot + parent.Pos)) if slot else 0
