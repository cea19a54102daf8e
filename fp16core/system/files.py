"""Files: opening without surprises, replacing, and a place in memory.

Linux and macOS open without waiting for the other end of a pipe, and refuse a link where none may be followed. Windows
has neither flag: there the path's kind is looked at before it is opened. Windows also refuses to rename or replace
what another process has open, a virus scanner for example: there it is tried again for a second.
"""

import errno
import os
import stat
import sys
import time
from pathlib import Path

_RETRIES, _RETRY_S = 20, 0.05

MEMORY_FOLDER = Path("/dev/shm") if sys.platform == "linux" else None  # noqa: S108  # others make a private folder in it
"""The folder whose files are in memory; `None` on macOS and Windows, which have none."""

TEMPORARY_REMEDY = (
    "set TEMP to a writable folder."
    if sys.platform == "win32"
    else "make /tmp writable, or set TMPDIR to a writable folder."
)
"""Remedy where no temporary file can be created, as the end of a sentence."""


def open_descriptor(path: Path, follow_links: bool) -> int:
    """Open a path for reading without blocking; what it is remains to be checked.

    Raises
    ------
    OSError
        If it cannot be opened, or is a link that must not be followed.
    """
    if sys.platform == "win32":
        if not stat.S_ISREG(path.stat(follow_symlinks=follow_links).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        flags = os.O_BINARY
    else:
        flags = os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW)
    return os.open(path, os.O_RDONLY | flags)


def replace(source: Path, destination: Path) -> None:
    """Rename a file or a folder, over what ``destination`` is: a file, or an empty folder.

    Raises
    ------
    OSError
        If that is not possible.
    """
    if sys.platform == "win32":
        if source.is_dir() and destination.is_dir():
            destination.rmdir()
        for _ in range(_RETRIES):
            try:
                source.replace(destination)
            except PermissionError:
                time.sleep(_RETRY_S)
            else:
                return
    source.replace(destination)


def read_at(descriptor: int, size_bytes: int, offset: int) -> bytes:
    """Read from a place in an open file, whose own position is shared with another process.

    Linux and macOS leave the position alone. Windows has no such call: there the position is moved and put back, and
    what is written in between may be overwritten.
    """
    if sys.platform == "win32":
        position = os.lseek(descriptor, 0, os.SEEK_CUR)
        try:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, size_bytes)
        finally:
            os.lseek(descriptor, position, os.SEEK_SET)
    else:
        return os.pread(descriptor, size_bytes, offset)
