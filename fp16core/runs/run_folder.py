"""One run's folder: read whole and verified, or not at all.

A run lies in a folder of its own: the models, ``train.log``, and ``run.json``, which is written last and holds
the digests of all the others. Beside them may lie ``label.json``: what its owner calls the run, and whether it
is pinned. Hidden files are nobody's business.
"""

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fp16core.files import read_regular
from fp16core.runs.pair import MAX_RUN_BYTES, REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.text import bytes_text
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RecipeError, RunError

LABEL_FILE = "label.json"
FORMATS = (1, 2)
"""Versions of ``run.json`` that can be read; 1 has neither LiteRT Quantizer's file nor a log."""

Signature = tuple[tuple[str | int, ...], ...]
"""Tells whether a folder's files are still those that were looked at."""

_NAME, _SIZE = 0, 3
"""Where they are in an entry of a `Signature`."""

_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_CURE = "restore it, or remove the folder."


@dataclass(frozen=True)
class RunFolder:
    """A run as it lies on disk, every byte of it verified.

    Attributes
    ----------
    record
        The contents of ``run.json``.
    created
        When the run ended, UTC.
    recipe
        What it was trained with.
    name
        What it was called, `None` if nobody has named it.
    pinned
        Whether it must not be removed to make room.
    files
        Contents of all of its files, by name.
    """

    record: Mapping[str, Any] = field(repr=False)
    created: datetime
    recipe: Recipe
    name: str | None
    pinned: bool
    files: Mapping[str, bytes] = field(repr=False)


def signature(folder: Path) -> Signature:
    """Names, kinds, sizes and times of what is in a folder; raises `OSError` if it cannot be listed."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries if entry.name[0] != "."]
    return tuple(sorted((name, s.st_mode, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in found))


def read_run_folder(folder: Path) -> RunFolder:
    """Read a run, and verify each file against the digest in ``run.json``.

    Raises
    ------
    RunError
        If a file is missing, altered or none of the run's; the message names it and the cure, not the folder.
    OSError
        If the folder cannot be listed.
    """
    seen = signature(folder)
    present = {str(entry[_NAME]) for entry in seen}
    size_bytes = sum(int(entry[_SIZE]) for entry in seen)
    if size_bytes > MAX_RUN_BYTES:
        raise RunError(f"its files have {bytes_text(size_bytes)}, more than the limit of {MAX_RUN_BYTES:,} B; {_CURE}")
    record_bytes = _read(folder / RUN_FILE)
    record, created, recipe = _parsed(record_bytes)
    files = {name: _verified(folder / name, known) for name, known in record["files"].items()}
    if strangers := sorted(present - files.keys() - {RUN_FILE, LABEL_FILE}):
        raise RunError(f"it holds {strangers[0]!a}, which its {RUN_FILE} does not name; take that out of the folder.")
    files[RUN_FILE] = record_bytes
    name, pinned = record.get("name"), False
    if LABEL_FILE in present:
        files[LABEL_FILE] = _read(folder / LABEL_FILE)
        name, pinned = _label(files[LABEL_FILE])
    return RunFolder(record, created, recipe, name, pinned, files)


def write_label(folder: Path, name: str, pinned: bool) -> None:
    """Write ``label.json`` anew, whole or not at all; raises `OSError` if that is not possible."""
    descriptor, path = tempfile.mkstemp(prefix=".label-", dir=folder)
    draft = Path(path)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps({"name": name, "pinned": pinned}) + "\n")
            file.flush()
            os.fsync(descriptor)
        draft.chmod(0o644)
        draft.replace(folder / LABEL_FILE)
    finally:
        draft.unlink(missing_ok=True)  # gone already when all went well


def _label(contents: bytes) -> tuple[str, bool]:
    try:
        label = json.loads(contents)
        _expect(_is_name(label["name"]), "name")
        _expect(isinstance(label["pinned"], bool), "pinned")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"its {LABEL_FILE} was altered ({error!r:.200}); remove that file.") from error
    return label["name"], label["pinned"]


def _parsed(contents: bytes) -> tuple[dict[str, Any], datetime, Recipe]:
    try:
        record = json.loads(contents)
        written = record["format"]
        if isinstance(written, int) and written > max(FORMATS):
            raise RunError(f"its {RUN_FILE} has format {written}, which only a newer Half the Bits can read.")
        _expect(written in FORMATS, "format")
        _check_files(record["files"])
        created = datetime.fromisoformat(record["created"])
        _expect(created.tzinfo is not None, "created")
        images, changed = record["test_images"], record["changed_predictions"]
        _expect(type(images) is int and images >= 1, "test_images")
        _expect(type(changed) is int and 0 <= changed <= images, "changed_predictions")
        for key in ("reference_accuracy", "target_accuracy"):
            _expect(type(record[key]) in (int, float) and 0 <= record[key] <= 1, key)
        _expect(record.get("name") is None or _is_name(record["name"]), "name")
        _expect(isinstance(record.get("dataset", {}), dict), "dataset")
        return record, created.astimezone(UTC), Recipe(**record["recipe"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, RecipeError) as error:
        raise RunError(f"its {RUN_FILE} is not a run's record ({error!r:.200}); {_CURE}") from error


def _check_files(files: Mapping[str, Any]) -> None:
    _expect({REFERENCE_FILE, TARGET_FILE} <= files.keys(), "files")
    for name, known in files.items():
        _expect(_FILE_NAME.fullmatch(name) is not None and name not in (RUN_FILE, LABEL_FILE), "files")
        _expect(type(known["size_bytes"]) is int and isinstance(known["sha256"], str), name)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.strip() != "" and value.isprintable()


def _expect(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"its {what!r} cannot be")


def _verified(path: Path, known: Mapping[str, Any]) -> bytes:
    contents = _read(path)
    found = file_record(contents)
    if found["sha256"] != known["sha256"]:
        raise RunError(
            f"{path.name} was altered or cut off: {found['size_bytes']:,} bytes with SHA-256 {found['sha256'][:12]}…, "
            f"its {RUN_FILE} says {known['size_bytes']:,} bytes with {known['sha256'][:12]}…; {_CURE}"
        )
    return contents


def _read(path: Path) -> bytes:
    """Contents of an ordinary file; no link is followed out of the folder."""
    try:
        return read_regular(path, MAX_RUN_BYTES, follow_links=False)
    except OSError as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise RunError(f"{path.name} {what}; {_CURE}") from error
