"""Locks between processes, on a file or on a folder. The system releases those of a process that has ended.

Linux and macOS lock the file or the folder itself (``flock``), so that the lock of a folder leaves nothing behind.
Windows can lock no folder, nor rename one in which a file is open: there a hidden file beside the folder is locked in
its place (``.lock-`` and the last eight characters of the folder's name), and is removed with the lock.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_RETRY_S = 0.05


@contextlib.contextmanager
def exclusive(file: Path) -> Iterator[None]:
    """Hold a file's lock in a block, after waiting for it; the file is created if it is missing.

    Raises
    ------
    OSError
        If the file cannot be opened or created.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if sys.platform == "win32":
            while not _locked(descriptor):
                time.sleep(_RETRY_S)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class FolderLock:
    """Lock of a folder that this process fills. The folder may be renamed meanwhile, but for its last 8 characters.

    Parameters
    ----------
    folder
        Folder to lock.

    Raises
    ------
    OSError
        If it is not there.
    """

    def __init__(self, folder: Path) -> None:
        if sys.platform == "win32":
            self._beside = _beside(folder)
            self._descriptor = os.open(self._beside, os.O_RDWR | os.O_CREAT, 0o644)
            while not _locked(self._descriptor):
                time.sleep(_RETRY_S)
        else:
            self._descriptor = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            except BaseException:
                self.release()
                raise

    def release(self) -> None:
        """Release the lock."""
        os.close(self._descriptor)
        if sys.platform == "win32":
            with contextlib.suppress(OSError):  # somebody looks at it, and removes it afterwards
                self._beside.unlink()


@contextlib.contextmanager
def unless_locked(folder: Path, alone: bool = False) -> Iterator[bool]:
    """Tell a block whether a folder exists and has no `FolderLock`.

    Parameters
    ----------
    folder
        Folder to look at.
    alone
        Whether the block keeps others from locking the folder. On Windows, where one that appears meanwhile is a new
        one, it always does.
    """
    if not folder.is_dir():
        yield False
    elif sys.platform == "win32":
        beside = _beside(folder)
        try:
            descriptor = os.open(beside, os.O_RDWR)
        except FileNotFoundError:
            descriptor = None
        try:
            yield descriptor is None or _locked(descriptor)
        finally:
            if descriptor is not None:
                os.close(descriptor)
            if not folder.exists():
                with contextlib.suppress(OSError):  # gone already, or another process looks at it
                    beside.unlink()
    else:
        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):  # since then
            descriptor = None
        try:
            kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
            yield descriptor is not None and _flocked(descriptor, kind)
        finally:
            if descriptor is not None:
                os.close(descriptor)


if sys.platform == "win32":

    def _beside(folder: Path) -> Path:
        return folder.with_name(f".lock-{folder.name[-8:]}")

    def _locked(descriptor: int) -> bool:
        """Try to lock the first byte of an open file; it need not have one."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:

    def _flocked(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
