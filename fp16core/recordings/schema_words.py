"""Demands of a JSON schema in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from fp16core.json_text import quoted
from fp16core.text import count_text

_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}
"""Words for the types of JSON."""

_FORMS = {
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "a day, as in 2026-11-26",
    "^[0-9a-f]{64}$": "64 hexadecimal digits in lower case",
}
"""Words for the patterns of texts."""

_NOUNS = {"Length": ("character", "characters"), "Items": ("item", "items"), "Properties": ("entry", "entries")}
"""Nouns for what ``minItems`` and its like count."""

_BOUNDS = {"min": "at least", "max": "at most"}


def expected_text(keyword: str, value: Any, definitions: Mapping[str, Any]) -> str:
    """Demand of a keyword on a part of a document: ``a number or null``, ``at most 5 items``.

    Parameters
    ----------
    keyword, value
        As the schema has them.
    definitions
        Parts of the schema that its references name.
    """
    bound, counted = _BOUNDS.get(keyword[:3]), _NOUNS.get(keyword[3:])
    if bound and counted:
        return f"{bound} {count_text(value, *counted)}"
    match keyword:
        case "type":
            return _either(_KINDS[kind] for kind in ([value] if isinstance(value, str) else value))
        case "minimum" | "maximum":
            return f"{bound} {value:,}" if isinstance(value, int) else f"{bound} {value:g}"
        case "const":
            return quoted(value)
        case "enum":
            return _either(map(quoted, value))
        case "pattern":
            return _FORMS[value]
        case "anyOf":
            return _either(_branch(each, definitions) for each in value)
    raise KeyError(keyword)


def _branch(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """One of several kinds of values that a part may have."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    keyword = next(keyword for keyword in ("const", "enum", "type") if keyword in schema)
    return expected_text(keyword, schema[keyword], definitions)


def _either(found: Iterable[str]) -> str:
    *others, last = dict.fromkeys(found)
    return f"{', '.join(others)} or {last}" if others else last
