"""Limits that a process sets for itself, before it opens a stranger's file.

Linux: memory of its own (``RLIMIT_DATA``), address space, size of a file; no core dump; and first to be ended
when memory runs out. macOS takes the same limits, but does not hold a process to those of memory. Windows: a job object
limits the memory that the process commits, and no crash shows a dialog; there is no limit on the size of a file. The
process that started this one watches memory besides, wherever the system does not hold it alone.
"""

import contextlib
import sys
from pathlib import Path

if sys.platform == "win32":
    from fp16core.system.job_object import confine_this_process
else:
    import resource

SYSTEM_CONFINES = sys.platform == "linux"
"""True where the system holds a process to all of its limits, as a server that strangers use needs."""

_FIRST_TO_GO = "1000"
"""Linux's highest score: when memory runs out, this process is ended before any other."""


def confine(address_space_bytes: int | None, file_bytes: int, data_bytes: int | None = None) -> None:
    """Limit this process for good.

    It leaves no core dump, which would put the stranger's file on the disk, and it is the first to be ended
    when the system, or the container, runs out of memory. A job's limit of memory is checked ten times a
    second; these hold between two checks.

    Parameters
    ----------
    address_space_bytes
        Memory that it may ask the system for, whether used or not; `None` is no limit.
    file_bytes
        Largest file that it may write.
    data_bytes
        Memory of its own that it may hold, without files and shared libraries; `None` is no limit.
    """
    if sys.platform == "win32":
        confine_this_process(data_bytes)
    else:
        limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: file_bytes}
        if address_space_bytes is not None:
            limits[resource.RLIMIT_AS] = address_space_bytes
        if data_bytes is not None:
            limits[resource.RLIMIT_DATA] = data_bytes
        for kind, limit in limits.items():
            # Not every system knows every limit, and nobody may raise one that is lower already.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (limit, limit))
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a container may hide it
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, "ascii")


def limit_data_for_now(data_bytes: int) -> None:
    """Limit the memory that this process may hold until the next call, within what `confine` allows.

    Windows has no limit that could be raised again: there that of `confine` stays.
    """
    if sys.platform != "win32":
        with contextlib.suppress(ValueError, OSError):  # not every system has this limit
            resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def largest_file_bytes() -> int | None:
    """Largest file that this process may write; `None` if there is no such limit, as always on Windows."""
    found: int | None = None
    if sys.platform != "win32":
        limit_bytes = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        found = None if limit_bytes == resource.RLIM_INFINITY else limit_bytes
    return found
