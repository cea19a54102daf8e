"""Writes the JSON schema of a diagnosis from its classes: ``python -m tests.helpers.diagnoses.schema``."""

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from fp16core.diagnosis.document import VERSION
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.numerics.histograms import Histogram
from tests.helpers.places import ROOT

FILE = ROOT / "fp16core" / "diagnosis" / "diagnosis.schema.json"

_FLOAT, _COUNT = {"$ref": "#/$defs/float"}, {"type": "integer", "minimum": 0}

_SCALARS = {int: {"type": "integer"}, str: {"type": "string"}, bool: {"type": "boolean"}, float: _FLOAT}


def diagnosis_schema() -> dict[str, Any]:
    """Schema of the document of a diagnosis."""
    shared: dict[str, Any] = {
        "float": {
            "description": "A number; infinities and NaN, which JSON lacks, are texts.",
            "anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}],
        }
    }
    whole = _object(Diagnosis, shared)
    whole["properties"] = {
        "version": {"description": "Version of this schema.", "const": VERSION},
        **whole["properties"],
        "files": {
            "description": "Sizes, in bytes, of the files that were made on the way, by name.",
            "type": "object",
            "additionalProperties": _COUNT,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Diagnosis of a model in float16",
        "description": "Document of `python -m fp16core diagnose --json`. float32 is the reference, float16 the "
        "target; operators are counted from 0 in the order of the file.",
        "type": "object",
        "properties": whole["properties"],
        "required": list(whole["properties"]),
        "additionalProperties": False,
        "$defs": dict(sorted(shared.items())),
    }


def schema_text() -> str:
    """Contents of the file."""
    return json.dumps(diagnosis_schema(), indent=2, ensure_ascii=False) + "\n"


def _schema(kind: Any, shared: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (present,) = (each for each in arguments if each is not NoneType)
        return {"anyOf": [_schema(present, shared), {"type": "null"}]}
    if origin is tuple:
        if arguments[1:] == (Ellipsis,):
            return {"type": "array", "items": _schema(arguments[0], shared)}
        items = [_schema(each, shared) for each in arguments]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        keys = {"propertyNames": {"pattern": "^[0-9]+$"}} if arguments[0] is int else {}
        return {"type": "object", "additionalProperties": _schema(arguments[1], shared)} | keys
    if kind in _SCALARS:
        return _SCALARS[kind]
    if kind.__name__ not in shared:
        shared[kind.__name__] = {}  # taken, should it contain itself
        shared[kind.__name__] = _named(kind, shared)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _named(kind: Any, shared: dict[str, Any]) -> dict[str, Any]:
    if issubclass(kind, Enum):
        return {"description": " ".join(_words(kind).split("\n")), "enum": [member.value for member in kind]}
    if kind is Histogram:
        properties = {"edges": {"type": "array", "items": _FLOAT}, "counts": {"type": "array", "items": _COUNT}}
        return _closed(_summary(kind), properties)
    return _object(kind, shared)


def _object(kind: Any, shared: dict[str, Any]) -> dict[str, Any]:
    assert is_dataclass(kind)
    words, hints = _attributes(kind), get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name != "files"]
    return _closed(
        _summary(kind), {name: {"description": words[name]} | _schema(hints[name], shared) for name in names}
    )


def _closed(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _words(kind: Any) -> str:
    return (inspect.getdoc(kind) or "").replace("``", "`")


def _summary(kind: Any) -> str:
    return _words(kind).split("\n\n")[0].replace("\n", " ")


def _attributes(kind: Any) -> dict[str, str]:
    """Words on each attribute in a docstring of the NumPy convention; several that share them have them each."""
    section = _words(kind).partition("Attributes\n----------\n")[2]
    found = {}
    for names, words in re.findall(r"^(\w[\w, ]*)\n((?:    .*\n?)+)", section, re.MULTILINE):
        for name in names.split(", "):
            found[name] = " ".join(line.strip() for line in words.strip().splitlines())
    return found


if __name__ == "__main__":
    FILE.write_text(schema_text(), "utf-8")
