"""Ledger of a ``.tflite`` file: the purpose of each byte.

A flatbuffer is a tree of tables, each with a directory of its fields ("vtable"), and of
vectors and strings. Walking all of them with the schema's own accessors gives every byte
one owner; what nobody owns is alignment padding.
"""

from collections.abc import Iterator

import flatbuffers.table
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.lib.array_utils import byte_bounds

from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.purposes import GraphCategories, LedgerEntry
from fp16core.tflite.reader import buffer_span, builtin_options, damage_named, model_root

# Positions of fields in their tables' directories (4 + 2 × field number in schema.fbs), for the
# fields whose place in the file the generated accessors do not reveal: strings, vectors of tables.
_MODEL_VECTORS = (6, 8, 12, 16, 18)
_MODEL_DESCRIPTION = 10
_OPCODE_CUSTOM_NAME = 6
_GRAPH_VECTORS = (4, 10)
_GRAPH_NAME = 12
_TENSOR_NAME = 10
_METADATA_NAME = 4
_SIGNATURE_VECTORS = (4, 6)
_SIGNATURE_KEY = 8
_TENSOR_MAP_NAME = 4
_BUFFER_DATA = 4

_CHUNK_BYTES = 1 << 20
"""Bytes of the file that are counted at a time: counting takes eight times their memory."""


def byte_ledger(model: ModelFile) -> tuple[LedgerEntry, ...]:
    """Account for every byte of a ``.tflite`` file.

    Parameters
    ----------
    model
        The file.

    Returns
    -------
    tuple of LedgerEntry
        Largest first; the sizes add up to the size of the file exactly, each byte counted once.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    graph = model.graph
    with damage_named(model.name, model.size_bytes):
        walk = _Walk(model.contents)
        walk.model(model_root(model.contents, model.name), graph)
        return walk.entries()


class _Walk:
    """Marks each byte of the file with the entry that owns it."""

    def __init__(self, model: bytes) -> None:
        self._bytes = np.frombuffer(model, np.uint8)
        self._data = model
        self._keys: dict[tuple[str, str], int] = {}
        self._owner = np.zeros(len(model), np.uint16)  # wider once that is too narrow, which few files need

    def entries(self) -> tuple[LedgerEntry, ...]:
        padding, unknown = self._key(("padding", "alignment")), self._key(("unattributed", "unknown"))
        counts = np.zeros(len(self._keys) + 1, np.int64)
        for start in range(0, len(self._owner), _CHUNK_BYTES):
            owner, stored = self._owner[start : start + _CHUNK_BYTES], self._bytes[start : start + _CHUNK_BYTES]
            # The format pads with zeros only, so any other byte without an owner is honestly unknown.
            owner[(owner == 0) & (stored == 0)] = padding
            owner[owner == 0] = unknown
            counts += np.bincount(owner, minlength=len(counts))
        found = [LedgerEntry(*key, int(counts[number])) for key, number in self._keys.items() if counts[number]]
        return tuple(sorted(found, key=lambda entry: (-entry.size_bytes, entry.category, entry.item)))

    def model(self, root: schema.Model, file: TfliteFile) -> None:
        header = ("header", "flatbuffer header")
        self._mark(0, 8, header)
        self._table(root._tab, ("header", "model"))
        self._scalar_vectors(root, ("metadata", "metadata buffer list"))
        self._string(root._tab, _MODEL_DESCRIPTION, ("metadata", "description"))
        items = ("operator codes", "graph list", "buffer list", "metadata list", "signature list")
        categories = ("operators", "header", "buffer table", "metadata", "signatures")
        for slot, category, item in zip(_MODEL_VECTORS, categories, items, strict=True):
            self._vector(root._tab, slot, 4, (category, item))
        for i in range(root.OperatorCodesLength()):
            code = root.OperatorCodes(i)
            self._table(code._tab, ("operators", "operator codes"))
            self._string(code._tab, _OPCODE_CUSTOM_NAME, ("operators", "operator codes"))
        for i in range(root.SubgraphsLength()):
            self._graph(root.Subgraphs(i), file if i == 0 else None)
        for i in range(root.SignatureDefsLength()):
            self._signature(root.SignatureDefs(i))
        self._buffers(root, file)

    def _graph(self, graph: schema.SubGraph, file: TfliteFile | None) -> None:
        self._table(graph._tab, ("header", "graph"))
        self._string(graph._tab, _GRAPH_NAME, ("header", "graph"))
        self._scalar_vectors(graph, ("header", "graph"))
        for slot, key in zip(_GRAPH_VECTORS, (("tensors", "tensor list"), ("operators", "operator list")), strict=True):
            self._vector(graph._tab, slot, 4, key)
        categories = GraphCategories(file)
        for i in range(graph.TensorsLength()):
            tensor = graph.Tensors(i)
            key = (categories.tensors.get(i, "tensors"), file.tensors[i].name if file else f"tensor {i}")
            self._table(tensor._tab, key)
            self._string(tensor._tab, _TENSOR_NAME, key)
            self._scalar_vectors(tensor, key)
            if quantization := tensor.Quantization():
                self._table(quantization._tab, key)
                self._scalar_vectors(quantization, key)
        for i in range(graph.OperatorsLength()):
            op = graph.Operators(i)
            name = f"{file.operators[i].name} ({i})" if file else f"operator {i}"
            key = (categories.operators.get(i, "operators"), name)
            self._table(op._tab, key)
            self._scalar_vectors(op, key)
            for table, kind, names in (
                (op.BuiltinOptions(), op.BuiltinOptionsType(), schema.BuiltinOptions),
                (op.BuiltinOptions2(), op.BuiltinOptions2Type(), schema.BuiltinOptions2),
            ):
                if table is not None:
                    self._options(table, kind, names, key)

    def _options(self, table: flatbuffers.table.Table, kind: int, names: type, key: tuple[str, str]) -> None:
        self._table(table, key)
        if (options := builtin_options(table, kind, names)) is not None:
            self._scalar_vectors(options, key)

    def _signature(self, signature: schema.SignatureDef) -> None:
        key = ("signatures", "signature")
        self._table(signature._tab, key)
        self._string(signature._tab, _SIGNATURE_KEY, key)
        for slot in _SIGNATURE_VECTORS:
            self._vector(signature._tab, slot, 4, key)
        maps = [signature.Inputs(i) for i in range(signature.InputsLength())]
        maps += [signature.Outputs(i) for i in range(signature.OutputsLength())]
        for tensor_map in maps:
            self._table(tensor_map._tab, key)
            self._string(tensor_map._tab, _TENSOR_MAP_NAME, key)

    def _buffers(self, root: schema.Model, file: TfliteFile) -> None:
        categories = GraphCategories(file).tensors
        owners = {t.buffer: (categories.get(t.index, "constants"), t.name) for t in file.tensors if t.is_constant}
        owners |= {
            tensor.buffer: ("biases" if place.endswith(".bias") else "weights", place)
            for place, tensor in file.weights().items()
        }
        for i in range(root.MetadataLength()):
            metadata = root.Metadata(i)
            key = ("metadata", (metadata.Name() or b"").decode("utf-8", "replace"))
            owners[metadata.Buffer()] = key
            self._table(metadata._tab, key)
            self._string(metadata._tab, _METADATA_NAME, key)
        for i in range(root.BuffersLength()):
            buffer = root.Buffers(i)
            key = owners.get(i, ("constants", f"buffer {i}"))
            self._table(buffer._tab, ("buffer table", "buffer entries"))
            start, stop = buffer_span(self._data, buffer)
            self._vector(buffer._tab, _BUFFER_DATA, 1, ("buffer table", "data lengths"))
            self._mark(start, stop, key)

    def _key(self, key: tuple[str, str]) -> int:
        number = self._keys.setdefault(key, len(self._keys) + 1)
        if number > np.iinfo(self._owner.dtype).max:
            self._owner = self._owner.astype(np.uint32)
        return number

    def _mark(self, start: int, stop: int, key: tuple[str, str]) -> None:
        if not 0 <= start <= stop <= len(self._owner):
            raise IndexError(f"bytes {start} to {stop} of {len(self._owner)}")
        self._owner[start:stop] = self._key(key)

    def _table(self, table: flatbuffers.table.Table, key: tuple[str, str]) -> None:
        start = int(table.Pos)
        directory = start - int.from_bytes(self._data[start : start + 4], "little", signed=True)
        if directory < 0:
            raise IndexError("a table's directory lies before the file")
        directory_size = int.from_bytes(self._data[directory : directory + 2], "little")
        size = int.from_bytes(self._data[directory + 2 : directory + 4], "little")
        self._mark(start, start + size, key)
        self._mark(directory, directory + directory_size, ("field directories", "shared by tables"))

    def _vector(
        self, table: flatbuffers.table.Table, slot: int, item_size: int, key: tuple[str, str], end: int = 0
    ) -> None:
        if field := table.Offset(slot):
            start = table.Vector(field)
            self._mark(start - 4, start + table.VectorLen(field) * item_size + end, key)

    def _string(self, table: flatbuffers.table.Table, slot: int, key: tuple[str, str]) -> None:
        self._vector(table, slot, 1, key, end=1)

    def _scalar_vectors(self, accessor: object, key: tuple[str, str]) -> None:
        origin = byte_bounds(self._bytes)[0]
        for view in _numpy_views(accessor):
            low, high = byte_bounds(view)
            self._mark(low - origin - 4, high - origin, key)


def _numpy_views(accessor: object) -> Iterator[np.ndarray]:
    for name in dir(accessor):
        if name.endswith("AsNumpy"):
            view = getattr(accessor, name)()
            if isinstance(view, np.ndarray) and view.size:
                yield view
