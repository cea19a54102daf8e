"""Memory of the dashboard's process: settings of the C library's allocator and of the garbage collector."""

import gc

from fp16core.singleton import singleton
from fp16core.system import memory

_ARENAS = 2


@singleton
def limit_arenas() -> None:
    """Let all threads share two of the allocator's arenas: each run of a page has its own thread."""
    memory.limit_arenas(_ARENAS)


@singleton
def settle() -> None:
    """Release memory that only the first page needed, and exempt lasting objects from garbage collection.

    Objects that live as long as the server need not be traversed over and over.
    """
    gc.collect()
    gc.freeze()
    memory.return_free_memory()
