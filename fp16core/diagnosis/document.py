"""A diagnosis as a JSON document, and back. JSON has no infinities and no NaN: they are texts there."""

import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
import orjson

from fp16core.diagnosis.outcome import Diagnosis
from fp16core.numerics.histograms import Histogram
from fp16core.text import visible
from fp16core.vocabulary import HalfBitsError

VERSION = 1
"""Version of the document's schema."""

_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class DocumentError(HalfBitsError):
    """A document is no diagnosis."""


def diagnosis_document(found: Diagnosis) -> dict[str, Any]:
    """Document of a diagnosis, of values that JSON can represent; of the files that were made, only their sizes."""
    plain: dict[str, Any] = _plain(found)
    plain["files"] = {name: len(contents) for name, contents in found.files.items()}
    return {"version": VERSION} | plain


def document_text(found: Diagnosis) -> str:
    """The document as JSON text."""
    return orjson.dumps(diagnosis_document(found), option=orjson.OPT_INDENT_2).decode()


def diagnosis_of(document: Any) -> Diagnosis:
    """Diagnosis that a document states, without the files that were made.

    Raises
    ------
    DocumentError
        If it is no such document, or of another version.
    """
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise DocumentError(f"This is no diagnosis of version {VERSION}; make a new one with `diagnose --json`.")
    try:
        found = _restored(Diagnosis, {**document, "files": {}})
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise DocumentError(
            f"The diagnosis is damaged ({visible(str(error))}); make a new one with `diagnose --json`."
        ) from error
    assert isinstance(found, Diagnosis)  # noqa: S101  # for the type checker
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _not_finite_text(value)
    if isinstance(value, np.ndarray):
        return [_plain(item) for item in value.tolist()]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name != "files"}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def _not_finite_text(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _restored(kind: Any, value: Any) -> Any:
    """A value of an annotated type from its plain form."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return None
        (kind,) = (each for each in arguments if each is not NoneType)
        return _restored(kind, value)
    if origin is tuple:
        return _restored_tuple(arguments, value)
    if isinstance(origin, type) and issubclass(origin, Mapping | dict):
        key_kind, item_kind = arguments
        return {_restored_key(key_kind, key): _restored(item_kind, item) for key, item in _checked(dict, value).items()}
    if kind is Histogram:
        edges = np.array(_restored(tuple[float, ...], value["edges"]))
        counts = np.array(_restored(tuple[int, ...], value["counts"]), np.int64)
        if len(edges) != len(counts) + 1 or not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():
            raise ValueError(f"{len(edges)} edges of {len(counts)} counts, which must ascend, one more than counts")
        if len(counts) and counts.min() < 0:
            raise ValueError(f"{counts.min()} is no count")
        return Histogram(edges, counts)
    if is_dataclass(kind):
        return _restored_dataclass(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is float:
        return _NOT_FINITE[value] if isinstance(value, str) else float(_checked(int | float, value))
    if kind is int and isinstance(value, bool):
        raise TypeError(f"{value} is no number")
    return _checked(kind, value)


def _restored_tuple(arguments: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    items = _checked(list, value)
    if arguments[1:] == (Ellipsis,):
        return tuple(_restored(arguments[0], item) for item in items)
    return tuple(_restored(kind, item) for kind, item in zip(arguments, items, strict=True))


def _restored_dataclass(kind: Any, value: Any) -> Any:
    plain, hints = _checked(dict, value), get_type_hints(kind)
    found = {}
    for field in fields(kind):
        if field.name in plain and field.name != "files":
            found[field.name] = _restored(hints[field.name], plain[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise KeyError(f"{kind.__name__}.{field.name}")
    return kind(**found)


def _restored_key(kind: Any, key: str) -> Any:
    return int(key) if kind is int else key


def _checked(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r:.60} is no {getattr(kind, '__name__', kind)}")
    return value
