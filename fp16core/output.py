"""Where results go: a terminal kept for them, and folders that appear whole or not at all."""

import contextlib
import errno
import fcntl
import glob
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, TextIO

from fp16core.temporary import temporary_named
from fp16core.vocabulary import HalfBitsError, OutputError

_FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
"""Errors of a disk that is full, of a user's share of it, and of a file that may not grow."""

_BEGUN, _PARTIAL = ".begun-", ".partial-"
"""What follows a folder's name while it has no lock yet, and while it is filled."""


@contextlib.contextmanager
def terminal_for_results() -> Iterator[TextIO]:
    """Divert file descriptors 1 and 2, and give back the terminal's standard error for progress.

    Converters and runtimes print from native code, some of it on standard output, where it would
    spoil a JSON document. What they print is shown if the work ends in an error that is not one of ours.
    Raises `OutputError` if there is no folder for temporary files.
    """
    with temporary_named():
        log = tempfile.TemporaryFile()  # noqa: SIM115  # closed below
    with log, redirected_output(log) as terminal:
        yield terminal


@contextlib.contextmanager
def redirected_output(log: IO[bytes]) -> Iterator[TextIO]:
    """Divert file descriptors 1 and 2 of the whole process into a file, and give back standard error as it was.

    If the block ends in an error that is not one of ours, the file's contents are shown there.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = [os.dup(descriptor) for descriptor in (1, 2)]
    with os.fdopen(os.dup(2), "w", buffering=1) as terminal:
        try:
            for descriptor in (1, 2):
                os.dup2(log.fileno(), descriptor)
            yield terminal
        except (HalfBitsError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            log.seek(0)
            terminal.write(log.read().decode("utf-8", "replace"))
            raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for descriptor, original in zip((1, 2), saved, strict=True):
                os.dup2(original, descriptor)
                os.close(original)


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``out`` when the block ends well, and vanishes otherwise.

    Until then it lies beside ``out``, as ``.NAME.partial-…``, and is locked: if this process is killed, the lock
    is gone, and `is_abandoned` tells what it leaves from the work of a process that lives. It gets that name only
    once it is locked; for the moment before, it is called ``.NAME.begun-…``.

    Raises
    ------
    OutputError
        If ``out`` exists and is not an empty folder, or cannot be written, or the disk becomes full in the block.
    """
    with _explained(out):
        if out.exists() and not (out.is_dir() and not any(out.iterdir())):
            raise OutputError(f"{out} exists already; choose another folder, or remove it first.")
        out.parent.mkdir(parents=True, exist_ok=True)
        # Beside the goal, because a rename is atomic only within one file system.
        partial, lock = _locked_folder(out)
    try:
        with _full_disk_named(out):
            yield partial
        with _explained(out):
            partial.chmod(0o755)
            partial.replace(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # gone already when all went well
        os.close(lock)


@contextlib.contextmanager
def new_file(out: Path) -> Iterator[IO[bytes]]:
    """A file to write that becomes ``out`` when the block ends well, and vanishes otherwise.

    Raises
    ------
    OutputError
        If there is something at ``out``, or it cannot be written, or the disk becomes full in the block.
    """
    with _explained(out):
        if out.exists() or out.is_symlink():
            raise OutputError(f"{out} exists already; choose another name, or remove it first.")
        out.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=_prefix(out, _PARTIAL), dir=out.parent)
    try:
        with _full_disk_named(out), os.fdopen(descriptor, "wb") as file:
            yield file
        with _explained(out):
            Path(partial).chmod(0o644)
            Path(partial).replace(out)
    finally:
        Path(partial).unlink(missing_ok=True)  # gone already when all went well


def remove_partials(out: Path) -> None:
    """Remove what killed processes left of their attempts to fill a folder ``out``."""
    for prefix in (_prefix(out, _BEGUN), _prefix(out, _PARTIAL)):
        for folder in out.parent.glob(glob.escape(prefix) + "*"):
            remove_abandoned(folder)


def is_abandoned(partial: Path) -> bool:
    """Whether a folder that `new_folder` made for a while is there, and the process that was filling it is not."""
    with _lock_if_free(partial, fcntl.LOCK_SH) as is_free:
        return is_free


def remove_abandoned(partial: Path) -> bool:
    """Remove such a folder if it is abandoned; returns whether it was.

    It is locked meanwhile: a process that has begun a folder but not yet locked it waits, and begins another one.
    """
    with _lock_if_free(partial, fcntl.LOCK_EX) as is_free:
        if is_free:
            shutil.rmtree(partial, ignore_errors=True)
        return is_free


def nonfinite_as_null(value: Any) -> Any:
    """The same document with infinities and NaN, which JSON lacks, as null."""
    if isinstance(value, dict):
        return {key: nonfinite_as_null(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nonfinite_as_null(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _prefix(out: Path, state: str) -> str:
    return f".{out.name[:40]}{state}"


def _locked_folder(out: Path) -> tuple[Path, int]:
    """A new folder, and the descriptor that holds its lock: the folder's own, so that no file of the lock's stays."""
    while True:
        begun = Path(tempfile.mkdtemp(prefix=_prefix(out, _BEGUN), dir=out.parent))
        partial = begun.with_name(_prefix(out, _PARTIAL) + begun.name.removeprefix(_prefix(out, _BEGUN)))
        # Until it is locked, whoever clears up may take it for abandoned; then another one is begun.
        with contextlib.suppress(FileNotFoundError):
            lock = os.open(begun, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX)
                return begun.rename(partial), lock
            except BaseException:
                os.close(lock)
                raise


@contextlib.contextmanager
def _lock_if_free(folder: Path, kind: int) -> Iterator[bool]:
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        yield False
        return
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
        is_free = True
    except BlockingIOError:
        is_free = False
    try:
        yield is_free
    finally:
        os.close(lock)


@contextlib.contextmanager
def _full_disk_named(out: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error  # libraries may have wrapped it
        while cause is not None:
            if isinstance(cause, OSError) and cause.errno in _FULL:
                raise OutputError(
                    f"{out} cannot be written ({cause.strerror}); free some space, or choose another folder."
                ) from error
            cause = cause.__cause__ or cause.__context__
        raise


@contextlib.contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{out} cannot be written ({error.strerror}); choose another folder.") from error
