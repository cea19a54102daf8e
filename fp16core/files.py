"""Reading files that somebody else has named: ordinary ones, and no more of them than was asked for."""

import errno
import os
import stat
from pathlib import Path
from typing import IO


def open_ordinary(path: Path, follow_links: bool = True) -> IO[bytes]:
    """Open a file to read it; neither a pipe nor a device, which may never end, is waited for.

    Raises
    ------
    OSError
        If it cannot be opened, or is no ordinary file; ``strerror`` says so.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    return os.fdopen(descriptor, "rb")


def read_ordinary(path: Path, limit_bytes: int, follow_links: bool = True) -> bytes:
    """Contents of an ordinary file.

    Parameters
    ----------
    path
        Where it is.
    limit_bytes
        Largest size that is read, also of a file that grows meanwhile.
    follow_links
        Whether the path may be a symbolic link.

    Raises
    ------
    OSError
        As `open_ordinary`, and if the file is larger.
    """
    with open_ordinary(path, follow_links) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        contents = file.read(limit_bytes + 1) if size_bytes <= limit_bytes else b""
    if size_bytes > limit_bytes or len(contents) > limit_bytes:
        size_bytes = max(size_bytes, len(contents))
        raise OSError(errno.EFBIG, f"it has {size_bytes:,} B; at most {limit_bytes:,} B are read", str(path))
    return contents
