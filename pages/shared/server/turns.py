"""Turns for drawing pages when many visitors ask at once.

Python runs one thread at a time. Threads that draw pages together all finish as late as the last of them,
and delay the one that sends the results to the browsers: a crowd that a server easily handles one after
another brings it to a standstill. A thread that computes for longer gives up its turn meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fp16core.singleton import singleton

_PLACES = 1
"""Pages drawn at once."""

_PATIENCE_S = 0.5
"""Longest wait of a page for its turn, as those before it may take long."""

_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a place, though not for long, and hold it until the end."""
    places = _places()
    _mine.has_place = places.acquire(timeout=_PATIENCE_S)
    try:
        yield
    finally:
        if _mine.has_place:
            places.release()
        _mine.has_place = False


@contextmanager
def aside() -> Iterator[None]:
    """Let others draw while this page's thread computes."""
    if not getattr(_mine, "has_place", False):
        yield
        return
    places = _places()
    places.release()
    _mine.has_place = False
    try:
        yield
    finally:
        _mine.has_place = places.acquire(timeout=_PATIENCE_S)


@singleton
def _places() -> threading.Semaphore:
    return threading.Semaphore(_PLACES)
