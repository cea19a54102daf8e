"""Recordings from JSON texts. A text may be a stranger's: its size, structure, numbers and letters are bounded.

`recording.schema.json` says what a document may hold. What a schema cannot say is checked here: that no mode comes
twice, that intervals contain their values, that no more answers change than were given.
"""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from fp16core.json_text import quoted
from fp16core.modes.facts import BatchTime, ModeFacts
from fp16core.modes.latency import Difference, judged
from fp16core.modes.measured import FORMAT
from fp16core.modes.network import Network
from fp16core.recordings.browser import browser_facts
from fp16core.recordings.checks import checked_ratio, require
from fp16core.recordings.recording import Kind, NotedTime, Origin, RecordedSums, Recording, ShaderSums
from fp16core.recordings.schema_words import expected_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.text import visible
from fp16core.vocabulary import RecordingError

SCHEMA = Path(__file__).with_name("recording.schema.json")

LARGEST_BYTES = 1_000_000
"""Largest document that is read; one with all modes has 80 kB."""

_MOST_VALUES, _DEEPEST = 10_000, 20
"""Most values of a document, and their deepest nesting; one with all modes has some 2,200, eight deep."""

_REMEDY = (
    "choose one that python -m fp16core runtimes --record has written, or that the page Size and speed offers for your "
    "own GPU."
)

_LONGEST_QUOTE = 160


def read_recording(contents: bytes, name: str, origin: Origin) -> Recording:
    """Recording from the contents of a file or from a pasted text, which may be anything at all.

    Parameters
    ----------
    contents
        JSON in UTF-8.
    name
        Name of the file, which begins error messages.
    origin
        Place that it comes from.

    Raises
    ------
    RecordingError
        If it is no recording; the message names the part that is wrong.
    """
    if len(contents) > LARGEST_BYTES:
        raise RecordingError(f"{name} has {len(contents):,} B; at most {LARGEST_BYTES:,} B are read; {_REMEDY}")
    try:
        document = orjson.loads(contents)
    except orjson.JSONDecodeError as error:
        raise RecordingError(f"{name} is no JSON ({visible(str(error)):.{_LONGEST_QUOTE}}); {_REMEDY}") from error
    if not _is_affordable(document):
        raise RecordingError(
            f"{name} is no recording: it has more than {_MOST_VALUES:,} values, or they are nested more than "
            f"{_DEEPEST} deep; {_REMEDY}"
        )
    if fault := _fault(document):
        raise RecordingError(f"{name} is no recording: {fault}; {_REMEDY}")
    try:
        return recording_of(document, name, origin)
    except ValueError as error:
        raise RecordingError(f"{name} is no recording: {visible(str(error)):.{_LONGEST_QUOTE}}; {_REMEDY}") from error


def _is_affordable(document: Any) -> bool:
    """Return whether a document has no more values, and no deeper ones, than can be checked in a moment."""
    layer, values = [document], 0
    for _ in range(_DEEPEST):
        values += len(layer)
        if values > _MOST_VALUES:
            return False
        layer = [
            child
            for parent in layer
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
    return not layer


def recording_of(document: Mapping[str, Any], name: str, origin: Origin) -> Recording:
    """Recording that a document states which follows the schema.

    Raises
    ------
    ValueError
        If its parts contradict each other.
    """
    kind, files = Kind(document["kind"]), document["files"]
    of_browser = kind is Kind.BROWSER
    modes = [] if of_browser else document["modes"]
    keys = [mode["mode"] for mode in modes]
    require(len(keys) == len({*keys}), f"modes has {', '.join(keys)}, one of them twice")
    facts = tuple(map(_facts, (mode for mode in modes if mode.get("available") or _is_timed(mode))))
    return Recording(
        name,
        origin,
        kind,
        Network.PAIR if of_browser else Network(document["network"]),
        date.fromisoformat(document["day"]),
        document["pair"],
        files["reference"]["sha256"],
        files["target"]["sha256"],
        "" if of_browser else _processor(document["processor"]),
        _adapters(modes),
        document.get("versions", {}),
        facts,
        {ExecutionMode(mode["mode"]): mode["reason"] for mode in modes if mode.get("available") is False},
        tuple(sums for mode in modes for sums in _sums(mode)),
        tuple(ShaderSums(**sums) for sums in document.get("emulations" if of_browser else "shader_sums", ())),
        tuple(NotedTime(**noted | {"mode": ExecutionMode(noted["mode"])}) for noted in document.get("noted", ())),
        browser_facts(document) if of_browser else None,
    )


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, validators  # a tenth of a second, for recordings of others alone

    # JSON Schema takes 1.0 for an integer, too; a sentence would then count "1.0 images".
    integers = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    return validators.extend(Draft202012Validator, type_checker=integers)(json.loads(SCHEMA.read_text("utf-8")))


def _fault(document: Any) -> str:
    """The first part that does not follow the schema, and why; empty if all do."""
    from jsonschema.exceptions import best_match

    if not isinstance(document, dict):
        return f"it is {quoted(document)}, not an object"
    if document.get("format") != FORMAT:
        return f"its format is {quoted(document.get('format'))}; this version reads format {FORMAT}"
    found = best_match(_validator().iter_errors(document))
    if found is None:
        return ""
    place = visible(found.json_path.removeprefix("$").removeprefix(".") or "the document")[:_LONGEST_QUOTE]
    if found.validator in ("required", "additionalProperties"):
        return f"{place}: {visible(found.message):.{_LONGEST_QUOTE}}"
    expected = expected_text(found.validator, found.validator_value, _validator().schema["$defs"])
    return f"{place} is {quoted(found.instance)}; expected {expected}"


def _processor(found: Mapping[str, Any]) -> str:
    name = found["name"].replace("(R)", "")
    features = [feature["name"] for feature in found["features"] if feature["is_there"]]
    return f"{name} with {', '.join(features)}" if features else str(name)


def _adapters(modes: list[dict[str, Any]]) -> tuple[Adapter, ...]:
    named = [mode.get(key) for mode in modes for key in ("adapter", "timed_on")]
    return tuple(dict.fromkeys(Adapter(**adapter) for adapter in named if adapter is not None))


def _is_timed(mode: Mapping[str, Any]) -> bool:
    return isinstance(mode.get("latency"), list)


def _facts(mode: Mapping[str, Any]) -> ModeFacts:
    key, is_run = mode["mode"], mode.get("available", False)
    named = mode.get("adapter") or mode.get("timed_on")
    adapter = None if named is None else Adapter(**named)
    images, changed = (mode["images"], mode["target"]["changed_predictions"]) if is_run else (0, 0)
    require(changed <= images, f"{key} has {changed:,} changed answers of {images:,}")
    return ModeFacts(
        ExecutionMode(key),
        images,
        changed,
        is_run and mode["computes_float16"],
        "" if adapter is None else adapter.name,
        adapter is not None and adapter.is_software,
        tuple(_time(latency, key) for latency in mode["latency"]) if _is_timed(mode) else (),
        mode["target"]["accuracy"] if is_run else None,
        mode["target"]["max_abs_logit_delta"] if is_run else None,
    )


def _time(latency: Mapping[str, Any], key: str) -> BatchTime:
    batch, arithmetic = latency["images_at_once"], latency["float16_over_float32_arithmetic"]
    place = f"{key}, {batch:,} at once, float16_over_float32_arithmetic"
    ratio = None if arithmetic is None else checked_ratio(arithmetic, place)
    median_us = latency["timing_of_a_call"]["target"]["median_us"]
    require(median_us > 0, f"{key}, {batch:,} at once, timing_of_a_call.target.median_us is 0")
    control = checked_ratio(latency["reference_over_itself"], f"{key}, {batch:,} at once, reference_over_itself")
    return BatchTime(
        batch,
        median_us / batch,
        Difference(latency["verdict"]),
        ratio,
        None if ratio is None else judged(ratio, control),
        checked_ratio(latency["target_over_reference"], f"{key}, {batch:,} at once, target_over_reference"),
    )


def _sums(mode: Mapping[str, Any]) -> list[RecordedSums]:
    """Emulations of a mode: those for several numbers of images at once, or that of the run."""
    which = ExecutionMode(mode["mode"])
    if "sums" in mode:
        return [RecordedSums(which, **sums) for sums in mode["sums"]]
    if "emulation" not in mode:
        return []
    found = mode["emulation"]
    best = max(found["emulated"], key=lambda way: (way["exact_share"], -(way["max_abs_difference"] or 0.0)))
    return [RecordedSums(which, mode.get("batch"), found["images"], best["way"], best["exact_share"])]
