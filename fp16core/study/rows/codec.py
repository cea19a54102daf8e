"""Rows of a study as JSON values and back; nothing in a stranger's row is trusted."""

import functools
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from enum import Enum
from typing import Any

from fp16core.json_text import quoted
from fp16core.study.rows.row import SCHEMA, Row
from fp16core.vocabulary import HalfBitsError

_NOT_FINITE = ("inf", "-inf", "nan")
"""Texts that stand for numbers which JSON does not have."""

_LONGEST_TEXT = 2000
_LONGEST_LIST = 1_000_000
_LARGEST_WHOLE = 2**63


_hints = functools.cache(typing.get_type_hints)
"""Types of a class's fields; looked at once, as a study has thousands of rows."""


def row_document(row: Row) -> dict[str, Any]:
    """The row as values that JSON has."""
    return {"schema": SCHEMA, **_encoded(asdict(row))}


def parse_row(document: Any) -> Row:
    """Row from its JSON document.

    Raises
    ------
    ValueError
        If it is not a row, with the field that is wrong; or only a newer version can read it.
    """
    content = dict(_require(isinstance(document, dict), document, "the row"))
    schema = content.pop("schema", None)
    if type(schema) is int and schema > SCHEMA:
        raise ValueError(f"it has schema {schema}, which only a newer Half the Bits can read")
    if type(schema) is not int or schema != SCHEMA:
        raise ValueError(f"schema is {quoted(schema)}; expected {SCHEMA}")
    try:
        row: Row = _decoded(Row, content, "row")
    except HalfBitsError as error:
        raise ValueError(str(error)) from error
    return row


def _encoded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _encoded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _decoded(kind: Any, value: Any, name: str) -> Any:
    """Value of a type that rows are made of; ``name`` says in errors which field it is."""
    if kind in (int, float, str):
        return _simple(kind, value, name)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        (wanted,) = (argument for argument in arguments if argument is not type(None))
        return None if value is None else _decoded(wanted, value, name)
    if is_dataclass(kind):
        return _of_fields(kind, value, name)
    if origin is Mapping:
        content = _require(isinstance(value, dict) and len(value) <= _LONGEST_TEXT, value, name)
        return {
            _decoded(str, key, name): _decoded(arguments[1], item, f"{name}.{key:.50}") for key, item in content.items()
        }
    if origin is tuple:
        content = _require(isinstance(value, list) and len(value) <= _LONGEST_LIST, value, name)
        return tuple(_decoded(arguments[0], item, name) for item in content)
    if isinstance(kind, type) and issubclass(kind, tuple):
        hints = _hints(kind)
        content = _require(isinstance(value, list) and len(value) == len(hints), value, name)
        return kind(*(_decoded(hint, item, name) for hint, item in zip(hints.values(), content, strict=True)))
    return _simple(kind, value, name)


def _of_fields(kind: Any, value: Any, name: str) -> Any:
    known = _hints(kind)
    content = _require(isinstance(value, dict), value, name)
    # A setting that is newer than the row has its usual value.
    if (missing := [item for item in _required(kind) if item not in content]) or (
        unknown := [item for item in content if item not in known]
    ):
        wrong = f"lacks {missing[0]}" if missing else f"has an unknown field {quoted(unknown[0])}"
        raise ValueError(f"{name} {wrong}")
    return kind(**{item: _decoded(known[item], given, item) for item, given in content.items()})


@functools.cache
def _required(kind: Any) -> tuple[str, ...]:
    """Names of a dataclass's fields without a default."""
    return tuple(item.name for item in fields(kind) if item.default is MISSING)


def _simple(kind: Any, value: Any, name: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(_decoded(str, value, name))
    if kind is float and value in _NOT_FINITE and isinstance(value, str):
        return float(value)
    accepted = (int, float) if kind is float else (kind,)
    _require(type(value) in accepted, value, name)
    _require(kind is not str or len(value) <= _LONGEST_TEXT, value, name)
    _require(kind is not int or abs(value) < _LARGEST_WHOLE, value, name)
    return float(value) if kind is float else value


def _require(condition: bool, value: Any, name: str) -> Any:
    if not condition:
        raise ValueError(f"{name} is {quoted(value)}")
    return value
