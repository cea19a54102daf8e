"""Entries of a store of runs: whole runs, other folders, and the names of runs."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from fp16core.runs.pair import BUNDLED_PAIRS
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RunError

NAME_LENGTH = 60
"""Largest length of a run's name."""

YOURS = " (yours)"
"""Ending of the names of a visitor's own files; no run's name may end so."""

_ID = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}")


@dataclass(frozen=True)
class Run:
    """A stored run, verified when it was listed.

    Attributes
    ----------
    id
        Name of its folder, which never changes.
    name
        Name that its owner gave it; no other run of the store has this name.
    pinned
        True if it must not be removed to make room.
    created
        End of the run, UTC.
    recipe
        Settings of the training.
    record
        The contents of ``run.json``.
    size_bytes
        Of all of its files.
    """

    id: str
    name: str
    pinned: bool
    created: datetime
    recipe: Recipe
    record: Mapping[str, Any] = field(repr=False)
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name in letters that any file system takes: ``half-the-bits-two-epochs``."""
        ascii_only = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return f"half-the-bits-{re.sub(r'[^A-Za-z0-9.]+', '-', ascii_only).strip('-.') or 'run'}"


@dataclass(frozen=True)
class Skipped:
    """A folder in the store that is not a whole run.

    Attributes
    ----------
    folder
        Its name, as it can be shown.
    reason
        Defect and remedy, beginning in lower case.
    """

    folder: str
    reason: str


def total_bytes(runs: Sequence[Run]) -> int:
    """Total size of runs on disk."""
    return sum(run.size_bytes for run in runs)


def tidy_name(name: str) -> str:
    """Return a name as it can be stored; raises `RunError` if it is empty, too long or cannot be seen."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(tidy) <= NAME_LENGTH:
        raise RunError(f"A name has 1 to {NAME_LENGTH} characters; this one has {len(tidy)}. Choose another one.")
    if not tidy.isprintable():
        raise RunError("The name holds characters that cannot be seen; leave them out.")
    if _is_reserved(tidy):
        raise RunError(f"“{tidy}” would be taken for something else; choose another name.")
    return tidy


def default_name(id: str) -> str:
    """Name of a run that nobody has named."""
    if match := _ID.fullmatch(id):
        year, month, day, hour, minute, second = match.groups()
        return f"Run of {year}-{month}-{day}, {hour}:{minute}:{second} UTC"
    return id


def distinctly_named(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The same runs, newest first; of those that share a name, all but the oldest get a number."""
    taken: set[str] = set()
    named = []
    for run in reversed(runs):
        stem = name = run.name[:NAME_LENGTH]
        number = 1
        while name.casefold() in taken or _is_reserved(name):
            number += 1
            name = f"{stem[: NAME_LENGTH - 5]} ({number})"
        taken.add(name.casefold())
        named.append(replace(run, name=name))
    return tuple(reversed(named))


def _is_reserved(name: str) -> bool:
    bundled = {known.casefold() for known in BUNDLED_PAIRS}
    return name.casefold() in bundled or name.casefold().endswith(YOURS.strip())


def zip_files(folder: str, files: Mapping[str, bytes]) -> bytes:
    """A zip file with one folder that holds the files; the same files give the same bytes."""
    contents = io.BytesIO()
    with zipfile.ZipFile(contents, "w") as archive:  # weights hardly become smaller, so nothing is compressed
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return contents.getvalue()
