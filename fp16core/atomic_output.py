"""Atomic output: files and folders that appear complete or not at all."""

import contextlib
import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from fp16core.system.files import replace
from fp16core.system.locks import FolderLock, unless_locked
from fp16core.vocabulary import OutputError

_FULL = frozenset((errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)))
"""Errors of a full disk, an exhausted quota, and a file at its size limit."""

_BEGUN, _PARTIAL = ".begun-", ".partial-"
"""Suffixes of the name of a folder before it is locked, and while it is being filled."""


@contextlib.contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill that becomes ``out`` if the block succeeds, and is removed if it fails.

    Until then it is a locked sibling of ``out`` named ``.NAME.partial-…``. If this process is killed, the lock is
    released, which lets `is_abandoned` distinguish its remains from the work of a live process. The folder is given
    that name only after it has been locked; in between it is called ``.NAME.begun-…``.

    Raises
    ------
    OutputError
        If ``out`` exists and is not an empty folder, if it cannot be written, or if the disk fills up in the block.
    """
    with _explained(out):
        if out.exists() and not (out.is_dir() and not any(out.iterdir())):
            raise OutputError(f"{out} exists already; choose another folder, or remove it first.")
        out.parent.mkdir(parents=True, exist_ok=True)
        # A sibling of the destination, because a rename is atomic only within one file system.
        partial, lock = _locked_folder(out)
    try:
        with _full_disk_named(out):
            yield partial
        with _explained(out):
            partial.chmod(0o755)
            replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)  # already renamed on success
        lock.release()


@contextlib.contextmanager
def new_file(out: Path) -> Iterator[IO[bytes]]:
    """A file to write that becomes ``out`` if the block succeeds, and is removed if it fails.

    Raises
    ------
    OutputError
        If ``out`` exists, if it cannot be written, or if the disk fills up in the block.
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
            replace(Path(partial), out)
    finally:
        Path(partial).unlink(missing_ok=True)  # already renamed on success


def remove_partials(out: Path) -> None:
    """Remove the partial folders that killed processes left beside ``out``."""
    for prefix in (_prefix(out, _BEGUN), _prefix(out, _PARTIAL)):
        for folder in out.parent.glob(glob.escape(prefix) + "*"):
            remove_abandoned(folder)


def is_abandoned(partial: Path) -> bool:
    """Return whether a partial folder of `new_folder` exists and the process that was filling it does not."""
    with unless_locked(partial) as is_free:
        return is_free


def remove_abandoned(partial: Path) -> bool:
    """Remove a partial folder if it is abandoned; return whether it was.

    The folder is locked during removal: a process that has created it but not yet locked it waits, and then creates
    another one.
    """
    with unless_locked(partial, alone=True) as is_free:
        if is_free:
            shutil.rmtree(partial, ignore_errors=True)
        return is_free


def _prefix(out: Path, state: str) -> str:
    return f".{out.name[:40]}{state}"


def _locked_folder(out: Path) -> tuple[Path, FolderLock]:
    """A new folder and its lock."""
    while True:
        begun = Path(tempfile.mkdtemp(prefix=_prefix(out, _BEGUN), dir=out.parent))
        partial = begun.with_name(_prefix(out, _PARTIAL) + begun.name.removeprefix(_prefix(out, _BEGUN)))
        # Before it is locked, another process may remove it as abandoned; then try again.
        with contextlib.suppress(FileNotFoundError):
            lock = FolderLock(begun)
            try:
                return begun.rename(partial), lock
            except BaseException:
                lock.release()
                raise


@contextlib.contextmanager
def _full_disk_named(out: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        cause: BaseException | None = error  # libraries may wrap the operating system's error
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
