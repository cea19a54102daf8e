"""The file of a study's rows: one JSON object a line, each with a checksum, appended and never rewritten.

The last field of a line is the SHA-256 of all bytes before it. A process that is killed while it appends leaves a last
line that is cut off; the next one removes it. Files may be joined line by line.
"""

import contextlib
import functools
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fp16core.files import read_regular
from fp16core.study.rows.codec import parse_row, row_document
from fp16core.study.rows.row import Ending, Row, by_recipe
from fp16core.system.locks import FolderLock, unless_locked
from fp16core.vocabulary import BusyError, OutputError, StudyError

ROWS_FILE = "rows.jsonl"

LARGEST_BYTES = 500_000_000
"""Largest file of rows that is read."""

_MARK = b',"sha256":"'
"""Begin of a line's last field."""

_TAIL_BYTES = len(_MARK) + 64 + 2


@dataclass(frozen=True)
class Study:
    """Rows of a study, one for each training.

    Attributes
    ----------
    name
        Name of the folder or file.
    rows
        In the order in which they were written; where a training failed before it succeeded, only its last row.
    cut_off_bytes
        Length of an unfinished last line, which counts for nothing.
    """

    name: str
    rows: tuple[Row, ...] = field(repr=False)
    cut_off_bytes: int = 0

    # A page asks on each of its runs, and a study has thousands of rows.
    @functools.cached_property
    def trained(self) -> tuple[Row, ...]:
        """Rows with results."""
        return tuple(row for row in self.rows if row.ending is Ending.TRAINED)

    @functools.cached_property
    def groups(self) -> tuple[tuple[Row, ...], ...]:
        """Rows with results that differ in their seeds only, the largest group first."""
        return by_recipe(self.trained)

    def ended(self, ending: Ending) -> int:
        """Number of trainings that ended in this way."""
        return self._endings[ending]

    @functools.cached_property
    def processors(self) -> tuple[str, ...]:
        """Names of the processors that took part, in alphabetical order."""
        return tuple(sorted({row.machine.processor for row in self.rows if row.machine is not None}))

    @functools.cached_property
    def machines(self) -> tuple[str, ...]:
        """Processors and systems that trained, in words and in alphabetical order."""
        machines = {(row.machine.processor, row.machine.system) for row in self.trained if row.machine is not None}
        return tuple(f"{processor} ({system})" for processor, system in sorted(machines))

    @functools.cached_property
    def datasets(self) -> Mapping[str, str]:
        """Names of the data sets by their digests."""
        return {row.dataset.sha256: row.dataset.name for row in self.rows}

    @functools.cached_property
    def failed(self) -> tuple[Row, ...]:
        """Rows of tasks that failed."""
        return tuple(row for row in self.rows if row.ending is Ending.FAILED)

    @functools.cached_property
    def last_created(self) -> str:
        """End of the last task, UTC, in ISO format."""
        return max(row.created for row in self.rows)

    @functools.cached_property
    def _endings(self) -> Counter[Ending]:
        return Counter(row.ending for row in self.rows)


def read_study(place: Path) -> Study:
    """Read the rows of a study from its folder, or from a file of rows.

    Raises
    ------
    StudyError
        If there are none, or one is damaged.
    """
    path = place / ROWS_FILE if place.is_dir() else place
    try:
        contents = read_regular(path, LARGEST_BYTES)
    except OSError as error:
        raise StudyError(
            f"{path}: the rows of the study cannot be read ({error.strerror}); name a folder that "
            "python -m fp16core study --out has filled."
        ) from error
    return parse_study(contents, str(path))


def parse_study(contents: bytes, name: str) -> Study:
    """Rows from the contents of a file; ``name`` names it in errors, which are those of `read_study`."""
    lines = contents.split(b"\n")
    last = lines.pop()
    if last and _is_whole(last):
        lines.append(last)
        last = b""
    found: dict[object, Row] = {}
    for number, line in enumerate(lines, 1):
        row = _row(line, name, number)
        before = found.pop(row.key, None)
        if before is not None and before.ending is not Ending.FAILED:
            if row.ending is not Ending.FAILED:
                raise StudyError(
                    f"{name}, line {number}: this training has a row before, with the same recipe and data set; remove "
                    "one of both lines."
                )
            row = before
        found[row.key] = row
    if not found and last:
        raise _not_rows(name)
    return Study(name, tuple(found.values()), len(last))


class RowsFile:
    """The file of rows in a study's folder, opened for appending by one process at a time.

    Attributes
    ----------
    study
        Rows that were there before.
    """

    def __init__(self, folder: Path, descriptor: int, study: Study) -> None:
        self.path, self.study = folder / ROWS_FILE, study
        self._descriptor = descriptor

    @staticmethod
    @contextlib.contextmanager
    def opened(folder: Path) -> Iterator["RowsFile"]:
        """Open the file for a block, and remove an unfinished last line; the folder is made if it is missing.

        Raises
        ------
        OutputError
            If the folder or the file cannot be written.
        BusyError
            If another process is adding to the study.
        StudyError
            If a row is damaged.
        """
        path = folder / ROWS_FILE
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with unless_locked(folder) as is_free:
                if not is_free:
                    raise BusyError(f"{folder} is in use by another study that is running; wait for it, or stop it.")
            lock = FolderLock(folder)
        except OSError as error:
            raise OutputError(f"{folder} cannot be written ({error.strerror}); choose another folder.") from error
        try:
            study = read_study(folder) if path.exists() else Study(str(path), ())
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o644)
            except OSError as error:
                raise OutputError(f"{path} cannot be written ({error.strerror}); choose another folder.") from error
            try:
                _end_with_a_whole_line(descriptor, study.cut_off_bytes)
                yield RowsFile(folder, descriptor, study)
            finally:
                os.close(descriptor)
        finally:
            lock.release()

    def append(self, row: Row) -> None:
        """Add a row; it is on disk when this returns, or not in the file.

        Raises
        ------
        OutputError
            If the disk is full, or the file cannot be written.
        """
        line, end = row_line(row) + b"\n", os.fstat(self._descriptor).st_size
        try:
            if os.write(self._descriptor, line) != len(line):
                os.ftruncate(self._descriptor, end)
                raise OutputError(f"{self.path} cannot be written: the disk is full; free some space, and start again.")
            os.fsync(self._descriptor)
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written ({error.strerror}); free some space, and start again."
            ) from error


def row_line(row: Row) -> bytes:
    """The row as a line, without its end."""
    text = json.dumps(row_document(row), separators=(",", ":"), allow_nan=False).encode()[:-1]
    return text + _MARK + hashlib.sha256(text).hexdigest().encode() + b'"}'


def _is_whole(line: bytes) -> bool:
    text, tail = line[:-_TAIL_BYTES], line[-_TAIL_BYTES:]
    return tail == _MARK + hashlib.sha256(text).hexdigest().encode() + b'"}'


def _not_rows(name: str) -> StudyError:
    return StudyError(f"{name} is not a file of rows; choose one that python -m fp16core study has written.")


def _row(line: bytes, name: str, number: int) -> Row:
    if number == 1 and _MARK not in line:
        raise _not_rows(name)
    where, remedy = f"{name}, line {number}", "remove that line, and the study does this training again."
    if not _is_whole(line):
        raise StudyError(f"{where} is damaged: its checksum is wrong; {remedy}")
    try:
        return parse_row(json.loads(line[:-_TAIL_BYTES] + b"}"))
    except (ValueError, RecursionError) as error:
        raise StudyError(f"{where} is not a row of a study ({error!s:.200}); {remedy}") from error


def _end_with_a_whole_line(descriptor: int, cut_off_bytes: int) -> None:
    size = os.fstat(descriptor).st_size - cut_off_bytes
    os.ftruncate(descriptor, size)
    if size:
        os.lseek(descriptor, size - 1, os.SEEK_SET)
        if os.read(descriptor, 1) != b"\n":
            os.write(descriptor, b"\n")
