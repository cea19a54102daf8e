"""The memory that all child processes of a server may hold together, and who has how much of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fp16core.text import size_text
from fp16core.vocabulary import BusyError

_LOOK_S = 0.2
"""Interval at which somebody who waits is asked whether they still do."""


class ChildMemory:
    """A budget that child processes draw on.

    While a child works, its whole limit counts. A child that is kept for the next call counts with what
    it really holds, and gives that up when another child needs the room.

    Parameters
    ----------
    total_bytes
        What all of them may hold.
    """

    def __init__(self, total_bytes: int) -> None:
        self.total_bytes = total_bytes
        self._changed = threading.Condition()
        self._shares: list[Share] = []

    @property
    def held_bytes(self) -> int:
        """Memory that counts at present, in bytes."""
        with self._changed:
            return sum(share.size_bytes for share in self._shares)

    @contextmanager
    def reserved(self, size_bytes: int, is_wanted: Callable[[], bool]) -> Iterator[None]:
        """Memory for a child that is not kept, for the block.

        Raises
        ------
        BusyError
            As `Share.acquire`, without end to the patience.
        """
        share = Share(self, threading.Lock(), lambda: None)
        share.acquire(size_bytes, None, is_wanted)
        try:
            yield
        finally:
            share.release()

    def _acquire(
        self, share: "Share", size_bytes: int, patience_s: float | None, is_wanted: Callable[[], bool]
    ) -> None:
        size_bytes = min(size_bytes, self.total_bytes)
        given_up = None if patience_s is None else time.monotonic() + patience_s
        refused: set[Share] = set()
        with self._changed:
            share.is_idle = False
            while self.held_bytes - share.size_bytes + size_bytes > self.total_bytes:
                idle = [other for other in self._shares if other.is_idle and other not in refused]
                if idle:
                    oldest = min(idle, key=lambda other: other.used_s)
                    self._changed.release()  # its owner may be about to ask for more, and would wait for this lock
                    try:
                        if not oldest.evict():
                            refused.add(oldest)
                    finally:
                        self._changed.acquire()
                    continue
                if share.size_bytes:  # if those who wait kept what they have, all might wait for each other
                    self._changed.release()
                    try:
                        share.end()
                    finally:
                        self._changed.acquire()
                    continue
                if not is_wanted() or (given_up is not None and time.monotonic() > given_up):
                    raise BusyError(
                        f"Other visitors' models and pictures take all of the {size_text(self.total_bytes)} of memory "
                        "that this server has for them; try again in a minute."
                    )
                refused.clear()
                self._changed.wait(_LOOK_S)
            share.size_bytes = size_bytes
            if share not in self._shares:
                self._shares.append(share)

    def _set(self, share: "Share", size_bytes: int) -> None:
        with self._changed:
            share.size_bytes, share.is_idle, share.used_s = size_bytes, size_bytes > 0, time.monotonic()
            if size_bytes == 0 and share in self._shares:
                self._shares.remove(share)
            self._changed.notify_all()


class Share:
    """One child's part of a budget.

    Parameters
    ----------
    memory
        The budget.
    calls
        Held by whoever calls the child.
    end
        Ends the child and calls `release`. Called by a thread that holds ``calls``.

    Attributes
    ----------
    size_bytes
        What counts at present.
    is_idle, used_s
        Whether the child only waits for its next call, and since when.
    """

    def __init__(self, memory: ChildMemory, calls: threading.Lock, end: Callable[[], None]) -> None:
        self._memory, self._calls, self.end = memory, calls, end
        self.size_bytes, self.is_idle, self.used_s = 0, False, 0.0

    def acquire(
        self, size_bytes: int, patience_s: float | None = None, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Wait until so much is free; idle children give theirs up for it, and so does this one if it must wait.

        Parameters
        ----------
        size_bytes
            What the child may hold from now on.
        patience_s
            How long to wait at most, in seconds; `None` is as long as it takes.
        is_wanted
            Asked now and then whether anybody still waits.

        Raises
        ------
        BusyError
            If there was no room for that long, or nobody waits any more.
        """
        self._memory._acquire(self, size_bytes, patience_s, is_wanted)

    def evict(self) -> bool:
        """End the child unless somebody calls it just now; returns whether it was ended."""
        if not self._calls.acquire(blocking=False):
            return False
        try:
            self.end()
        finally:
            self._calls.release()
        return True

    def keep(self, size_bytes: int) -> None:
        """The child waits for its next call, and holds this meanwhile."""
        self._memory._set(self, size_bytes)

    def release(self) -> None:
        """The child is gone."""
        self._memory._set(self, 0)
