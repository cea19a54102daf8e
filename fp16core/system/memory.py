"""Memory of processes: their peaks, what they hold, and the allocator of this one.

Peaks come from ``/proc`` on Linux and from the process's counters on Windows; macOS tells a process only its own. The
allocator's settings are glibc's, and do nothing elsewhere.
"""

import contextlib
import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if sys.platform == "win32" or TYPE_CHECKING:
    import psutil
if sys.platform != "win32":
    import resource

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of these settings in ``malloc.h``."""

_KEPT_BYTES, _MAPPED_BYTES = 128 << 20, 4 << 20
"""Free memory that is kept, and the size from which a block comes from the system and goes back to it."""


def peak_bytes() -> int:
    """Largest resident memory of this process so far."""
    found = peak_bytes_of(os.getpid())
    if sys.platform != "win32" and found is None:
        # In bytes on macOS. Linux would count the parent's memory at the moment of the fork, too.
        unit_bytes = 1 if sys.platform == "darwin" else 1024
        found = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes
    return found or 0


def peak_bytes_of(process: int) -> int | None:
    """Largest resident memory of a process so far, by its number; `None` if it is gone, or the system does not say."""
    found: int | None = None
    if sys.platform == "win32":
        with contextlib.suppress(psutil.Error):
            found = int(psutil.Process(process).memory_info().peak_wset)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{process}/status").read_text("utf-8", "replace")
            peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
            found = int(peaks[0]) * 1024 if peaks else None
    return found


def held_bytes(process: "psutil.Process") -> int:
    """Memory of a process's own, as far as the system tells: without shared libraries on macOS and Windows.

    Raises
    ------
    psutil.NoSuchProcess
        If it is gone.
    """
    held = process.memory_info().rss
    if sys.platform == "win32":
        held = process.memory_info().private
    if sys.platform == "darwin":
        held = process.memory_full_info().uss
    return int(held)


def limit_arenas(count: int) -> None:
    """Let all threads share a few of the allocator's arenas; to be called before there are many threads.

    By default glibc makes up to eight per core, and each keeps much of what is freed in it.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            library.mallopt(_M_ARENA_MAX, count)


def keep_freed_blocks() -> None:
    """Keep freed blocks for the next request, whatever ``MALLOC_TRIM_THRESHOLD_`` says.

    Dask starts its workers with a low threshold. Arrays of a megabyte then come from the system, page by page, each
    time anew, and NumPy takes seven times as long.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "mallopt"):
            library.mallopt(_M_MMAP_THRESHOLD, _MAPPED_BYTES)
            library.mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def return_free_memory() -> None:
    """Give freed memory back to the system."""
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        if hasattr(library, "malloc_trim"):
            library.malloc_trim(0)
