"""Limits that a process sets for itself before it opens a stranger's file."""

import contextlib
import resource
from pathlib import Path

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
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: file_bytes}
    if address_space_bytes is not None:
        limits[resource.RLIMIT_AS] = address_space_bytes
    if data_bytes is not None:
        limits[resource.RLIMIT_DATA] = data_bytes
    for kind, limit in limits.items():
        # Not every system knows every limit, and nobody may raise one that is lower already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
    with contextlib.suppress(OSError):  # no Linux, or a container that hides it
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO)
