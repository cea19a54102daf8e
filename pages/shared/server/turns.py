"""Drawing pages in turns, when many visitors ask at once.

Python runs one thread at a time. Many that draw pages together are each as late as the last of them,
and hold up the one that sends to the browsers what is drawn: a crowd that a server bears easily one
after another brings it to a standstill. Whoever computes for longer steps aside meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fp16core.singleton import singleton

_PLACES = 1
"""Pages drawn at once."""

_PATIENCE_S = 0.5
"""How long a page waits for its turn at most, as those before it may take long."""

_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Wait for a place, but not for long, and have it until the end."""
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
