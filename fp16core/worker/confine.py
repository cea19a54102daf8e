"""What a process gives up before it opens a stranger's file."""

import contextlib
import resource


def confine(address_space_bytes: int | None, file_bytes: int) -> None:
    """Limit this process for good.

    It leaves no core dump, which would put the stranger's file on the disk. A job's limit of memory is
    looked after ten times a second; this one holds between two looks.

    Parameters
    ----------
    address_space_bytes
        Memory that it may ask the system for, whether used or not; `None` is no limit.
    file_bytes
        Largest file that it may write.
    """
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: file_bytes}
    if address_space_bytes is not None:
        limits[resource.RLIMIT_AS] = address_space_bytes
    for kind, limit in limits.items():
        # Not every system knows every limit, and nobody may raise one that is lower already.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
