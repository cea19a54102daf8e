"""Reading of files whose paths come from others: regular files only, and never more than a limit."""

import errno
import os
import stat
from pathlib import Path
from typing import IO

from fp16core.system.files import open_descriptor


def open_regular(path: Path, follow_links: bool = True) -> IO[bytes]:
    """Open a regular file for reading; a pipe or a device, which might never end, is rejected without blocking.

    Raises
    ------
    OSError
        If the file cannot be opened or is not a regular file; ``strerror`` gives the reason.
    """
    descriptor = open_descriptor(path, follow_links)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: Path, limit_bytes: int, follow_links: bool = True) -> bytes:
    """Contents of a regular file.

    Parameters
    ----------
    path
        Path of the file.
    limit_bytes
        Largest size that is read, even if the file grows in the meantime.
    follow_links
        Whether the path may be a symbolic link.

    Raises
    ------
    OSError
        As `open_regular`, or if the file is larger than the limit.
    """
    with open_regular(path, follow_links) as file:
        size_bytes = os.fstat(file.fileno()).st_size
        contents = file.read(limit_bytes + 1) if size_bytes <= limit_bytes else b""
    if size_bytes > limit_bytes or len(contents) > limit_bytes:
        size_bytes = max(size_bytes, len(contents))
        raise OSError(errno.EFBIG, f"it has {size_bytes:,} B; at most {limit_bytes:,} B are read", str(path))
    return contents
