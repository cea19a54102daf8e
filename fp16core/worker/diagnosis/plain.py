"""Results as plain JSON values, and back: a value of another type than its field's is refused."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from fp16core.numerics.histograms import Histogram

_MOST_BINS = 10_000


def to_plain(value: Any) -> Any:
    """Plain JSON values for a result: dataclasses as dictionaries, enumerations by their values."""
    if isinstance(value, Histogram):
        return {"edges": value.edges.tolist(), "counts": value.counts.tolist()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return [[to_plain(key), to_plain(each)] for key, each in value.items()]
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def from_plain(kind: Any, value: Any) -> Any:
    """Return a value of a type from what `to_plain` made of it.

    Parameters
    ----------
    kind
        A dataclass, an enumeration, a plain type, or a tuple, mapping or union of such, as in annotations.
    value
        What a process sent, which may be anything.

    Raises
    ------
    ValueError, TypeError
        If it is no such value.
    """
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if value is None and NoneType in get_args(kind):
            return None
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return from_plain(kind, value)
    if origin is tuple:
        return _tuple(get_args(kind), value)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        key_kind, value_kind = get_args(kind)
        return {from_plain(key_kind, key): from_plain(value_kind, each) for key, each in _pairs(value)}
    if kind is Histogram:
        return _histogram(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return _scalar(kind, value)


def _scalar(kind: Any, value: Any) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return _float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise ValueError(f"{value!a:.60} is no {kind}")


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("an integer beyond every float") from error


def _tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!a:.60} is no list")
    if kinds[-1] is Ellipsis:
        return tuple(from_plain(kinds[0], each) for each in value)
    return tuple(from_plain(kind, each) for kind, each in zip(kinds, value, strict=True))


def _pairs(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise ValueError(f"{value!a:.60} is no list of pairs")
    return [(key, each) for key, each in value]


def _dataclass(kind: type, value: Any) -> Any:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    if not isinstance(value, dict) or value.keys() != set(names):
        raise ValueError(f"{value!a:.60} is no {kind.__name__}")
    return kind(**{name: from_plain(hints[name], value[name]) for name in names})


def _histogram(value: Any) -> Histogram:
    if not isinstance(value, dict) or value.keys() != {"edges", "counts"}:
        raise ValueError(f"{value!a:.60} is no histogram")
    edges = from_plain(tuple[float, ...], value["edges"])
    counts = from_plain(tuple[int, ...], value["counts"])
    is_ascending = all(low < high for low, high in pairwise(edges))
    if not (len(edges) == len(counts) + 1 <= _MOST_BINS and is_ascending and all(map(math.isfinite, edges))):
        raise ValueError("edges of a histogram ascend, one more than there are counts")
    if not all(0 <= count < 2**62 for count in counts):
        raise ValueError("a count of a histogram is a natural number")
    return Histogram(np.array(edges), np.array(counts, np.int64))
