"""One run's folder: read whole and verified, or not at all.

A run lies in a folder of its own: the models, ``train.log``, and ``run.json``, which is written last and holds
the digests of all the others. Beside them may lie ``label.json``: what its owner calls the run, and whether it
is pinned. Hidden files are ignored.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fp16core.files import read_regular
from fp16core.runs.record import LABEL_FILE, MAX_RUN_BYTES, RUN_FILE, RunRecord, is_run_name, parse_record, verify
from fp16core.system.files import replace
from fp16core.text import bytes_text
from fp16core.vocabulary import RunError

Signature = tuple[tuple[str | int, ...], ...]
"""State of a folder's files: equal as long as nothing has changed."""

_NAME, _SIZE = 0, 3
"""Positions in an entry of a `Signature`."""

_REMEDY = "restore it, or remove the folder."


@dataclass(frozen=True)
class RunFolder:
    """A run as it lies on disk, every byte of it verified.

    Attributes
    ----------
    record
        Its validated ``run.json``.
    name
        Its name, `None` if nobody has named it.
    pinned
        True if it must not be removed to make room.
    files
        Contents of all of its files, by name.
    """

    record: RunRecord = field(repr=False)
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
        If a file is missing, altered or none of the run's; the message names it and the remedy, not the folder.
    OSError
        If the folder cannot be listed.
    """
    seen = signature(folder)
    present = {str(entry[_NAME]) for entry in seen}
    size_bytes = sum(int(entry[_SIZE]) for entry in seen)
    if size_bytes > MAX_RUN_BYTES:
        raise RunError(
            f"its files have {bytes_text(size_bytes)}, more than the limit of {MAX_RUN_BYTES:,} B; {_REMEDY}"
        )
    record_bytes = _read(folder / RUN_FILE)
    record = parse_record(record_bytes, f"its {RUN_FILE}", _REMEDY)
    files = {}
    for listed, recorded in record.files.items():
        files[listed] = _read(folder / listed)
        verify(files[listed], recorded, listed, _REMEDY)
    if strangers := sorted(present - files.keys() - {RUN_FILE, LABEL_FILE}):
        raise RunError(f"it holds {strangers[0]!a}, which its {RUN_FILE} does not name; take that out of the folder.")
    files[RUN_FILE] = record_bytes
    name, pinned = record.name, False
    if LABEL_FILE in present:
        files[LABEL_FILE] = _read(folder / LABEL_FILE)
        name, pinned = _label(files[LABEL_FILE])
    return RunFolder(record, name, pinned, files)


def write_label(folder: Path, name: str, pinned: bool) -> None:
    """Write ``label.json`` anew, whole or not at all; raises `OSError` if that is not possible."""
    descriptor, path = tempfile.mkstemp(prefix=".label-", dir=folder)
    draft = Path(path)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps({"name": name, "pinned": pinned}) + "\n")
            file.flush()
            os.fsync(descriptor)
        draft.chmod(0o644)
        replace(draft, folder / LABEL_FILE)
    finally:
        draft.unlink(missing_ok=True)  # gone already when all went well


def _label(contents: bytes) -> tuple[str, bool]:
    try:
        label = json.loads(contents)
        if not (is_run_name(label["name"]) and isinstance(label["pinned"], bool)):
            raise ValueError(label)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"its {LABEL_FILE} was altered ({error!r:.200}); remove that file.") from error
    return label["name"], label["pinned"]


def _read(path: Path) -> bytes:
    """Contents of an ordinary file; no link is followed out of the folder."""
    try:
        return read_regular(path, MAX_RUN_BYTES, follow_links=False)
    except OSError as error:
        what = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        raise RunError(f"{path.name} {what}; {_REMEDY}") from error
