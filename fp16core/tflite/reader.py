"""Reading a ``.tflite`` file.

The layout comes from the flatbuffer schema that ``ai_edge_litert`` ships (TensorFlow's
``schema.fbs``); nothing is executed, so a stranger's file can be read safely.
"""

import functools
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import flatbuffers.table
import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.text import count_text
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.vocabulary import ModelFileError

FILE_IDENTIFIER = b"TFL3"


def _names(enumeration: type) -> dict[int, str]:
    return {code: name for name, code in vars(enumeration).items() if name[0].isupper()}


_TYPE_NAMES = _names(schema.TensorType)
_OPERATOR_NAMES = _names(schema.BuiltinOperator)

_SETTINGS = {
    "padding": "Padding",
    "stride_height": "StrideH",
    "stride_width": "StrideW",
    "dilation_height": "DilationHFactor",
    "dilation_width": "DilationWFactor",
    "filter_height": "FilterHeight",
    "filter_width": "FilterWidth",
    "axis": "Axis",
    "activation": "FusedActivationFunction",
}
"""Options of an operator that decide its arithmetic: our names, and the schema's accessors."""

_ENUMERATIONS = {"padding": _names(schema.Padding), "activation": _names(schema.ActivationFunctionType)}

# What the flatbuffer accessors raise when offsets in a damaged file point astray.
_DAMAGE = (struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError, MemoryError)


def read_tflite(model: bytes, name: str = "the model") -> TfliteFile:
    """Read the main graph of a ``.tflite`` file.

    Parameters
    ----------
    model
        Contents of the file.
    name
        What to call it in errors.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    root = model_root(model, name)
    with damage_named(name, len(model)):
        return _read(model, root)


def read_graphs(model: bytes, name: str = "the model") -> tuple[TfliteFile, ...]:
    """Read all graphs of a ``.tflite`` file: the main one, and the bodies of IF, WHILE and CALL_ONCE.

    Parameters, and what is raised, are as for `read_tflite`.
    """
    root = model_root(model, name)
    with damage_named(name, len(model)):
        return tuple(_read(model, root, place) for place in range(root.SubgraphsLength()))


def model_root(model: bytes, name: str) -> schema.Model:
    """Root table of a ``.tflite`` file; raises `ModelFileError` if it is not one."""
    if len(model) < 8 or model[4:8] != FILE_IDENTIFIER:
        raise ModelFileError(
            f"{name} is not a LiteRT model: {count_text(len(model), 'byte')} that do not begin as a .tflite file does; "
            "choose a .tflite file."
        )
    with damage_named(name, len(model)):
        root = schema.Model.GetRootAs(model, 0)
        if not 1 <= root.SubgraphsLength() <= len(model):
            raise IndexError(f"{root.SubgraphsLength()} graphs")
    return root


@contextmanager
def damage_named(name: str, size_bytes: int) -> Iterator[None]:
    """Turn what reading a damaged file raises into a `ModelFileError` that names the file."""
    try:
        yield
    except _DAMAGE as error:
        raise ModelFileError(
            f"{name} is damaged: its {size_bytes:,} bytes begin like a .tflite file, but their inner offsets "
            "point outside of it; convert or download the model again."
        ) from error


def builtin_options(table: flatbuffers.table.Table | None, kind: int, kinds: type) -> object | None:
    """The schema's accessor of an operator's options, whose kind is one of ``kinds``; None if it has none."""
    accessor = getattr(schema, _option_names(kinds).get(kind, ""), None)
    if table is None or accessor is None or not hasattr(accessor, "Init"):
        return None
    options = accessor()
    options.Init(table.Bytes, table.Pos)
    return options


@functools.cache
def _option_names(kinds: type) -> dict[int, str]:
    return _names(kinds)


def _settings(op: schema.Operator) -> dict[str, int | str]:
    options = builtin_options(op.BuiltinOptions(), op.BuiltinOptionsType(), schema.BuiltinOptions)
    found = {name: getattr(options, accessor)() for name, accessor in _SETTINGS.items() if hasattr(options, accessor)}
    return {
        name: _ENUMERATIONS[name].get(value, "UNKNOWN") if name in _ENUMERATIONS else value
        for name, value in found.items()
    }


def _operator_name(code: schema.OperatorCode) -> str:
    """LiteRT's name of an operator code, as in ``schema.fbs``."""
    # Codes above 127 live in the newer field; older files fill only the older one.
    return _OPERATOR_NAMES.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()), "UNKNOWN")


def _read(model: bytes, root: schema.Model, place: int = 0) -> TfliteFile:
    graph = root.Subgraphs(place)
    check_indices(
        [graph.Operators(i).OpcodeIndex() for i in range(graph.OperatorsLength())], 0, root.OperatorCodesLength()
    )
    check_indices([graph.Tensors(i).Buffer() for i in range(graph.TensorsLength())], 0, root.BuffersLength())
    tensors = tuple(_tensor(model, root, graph.Tensors(i), i) for i in range(graph.TensorsLength()))
    operators = tuple(
        Operator(
            index=i,
            name=_operator_name(root.OperatorCodes(op.OpcodeIndex())),
            inputs=integers(op.InputsAsNumpy()),
            outputs=integers(op.OutputsAsNumpy()),
            settings=_settings(op),
        )
        for i, op in enumerate(map(graph.Operators, range(graph.OperatorsLength())))
    )
    for op in operators:
        check_indices(op.inputs + op.outputs, -1, len(tensors))
    ends = integers(graph.InputsAsNumpy()), integers(graph.OutputsAsNumpy())
    check_indices(ends[0] + ends[1], 0, len(tensors))
    return TfliteFile(
        size_bytes=len(model),
        tensors=tensors,
        operators=operators,
        inputs=tuple(tensors[i] for i in ends[0]),
        outputs=tuple(tensors[i] for i in ends[1]),
    )


def _tensor(model: bytes, root: schema.Model, raw: schema.Tensor, index: int) -> Tensor:
    shape = integers(raw.ShapeAsNumpy())
    start, stop = buffer_span(model, root.Buffers(raw.Buffer()))
    return Tensor(
        index=index,
        name=(raw.Name() or b"").decode("utf-8", "replace"),
        shape=shape,
        shape_signature=integers(raw.ShapeSignatureAsNumpy()) or shape,
        dtype=_TYPE_NAMES.get(raw.Type(), "UNKNOWN").lower(),
        buffer=raw.Buffer(),
        data_start=start if stop > start else None,
        stored_bytes=memoryview(model)[start:stop],
        stored_size_bytes=stop - start,
    )


def buffer_span(model: bytes, buffer: schema.Buffer) -> tuple[int, int]:
    """Start and stop offset of a buffer's data in the file, equal if it has none."""
    # Files over 2 GB keep data after the flatbuffer; offsets 0 and 1 mean "not used".
    if buffer.Offset() > 1:
        start, stop = buffer.Offset(), buffer.Offset() + buffer.Size()
    else:
        slot = buffer._tab.Offset(4)
        if slot == 0:
            return 0, 0
        start = buffer._tab.Vector(slot)
        stop = start + buffer._tab.VectorLen(slot)
    if stop > len(model):
        raise IndexError(f"buffer data end at byte {stop} of {len(model)}")
    return int(start), int(stop)


def check_indices(indices: Iterable[int], low: int, high: int) -> None:
    """Raise `IndexError` for one not from ``low`` to ``high - 1``, with which accessors would read arbitrary bytes."""
    for index in indices:
        if not low <= index < high:
            raise IndexError(f"index {index} is not from {low} to {high - 1}")


def integers(array: npt.NDArray[np.int32] | int) -> tuple[int, ...]:
    """A vector of the file; empty if it is absent, for which the generated accessors answer 0."""
    return () if isinstance(array, int) else tuple(int(i) for i in array)
