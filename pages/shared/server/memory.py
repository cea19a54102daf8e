"""Memory of the dashboard's process: settings of the C library's allocator and of the garbage collector."""

import ctypes
import gc

from fp16core.singleton import singleton

_M_ARENA_MAX = -8
"""Number of this setting in ``malloc.h``."""

_ARENAS = 2


@singleton
def limit_arenas() -> None:
    """Let all threads share two of glibc's arenas; to be called before there are many threads.

    Each run of a page has its own thread. By default glibc makes up to eight arenas per core, and each
    keeps much of what is freed in it.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, _ARENAS)


@singleton
def settle() -> None:
    """Release memory that only the first page needed, and exempt lasting objects from garbage collection.

    Objects that live as long as the server need not be traversed over and over.
    """
    gc.collect()
    gc.freeze()
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
