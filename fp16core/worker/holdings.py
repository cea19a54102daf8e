"""How much a server holds in memory for all of its visitors, and whether there is room for more."""

import threading
import weakref
from typing import Protocol

from fp16core.text import size_text
from fp16core.vocabulary import BusyError


class Holder(Protocol):
    """Something that holds what a visitor has brought along."""

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""


class Holdings:
    """The sum of what visitors hold.

    Nothing is kept alive by it: a holder counts for as long as somebody else has it.

    Parameters
    ----------
    most_bytes
        What all of them may hold.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._holders: weakref.WeakSet[Holder] = weakref.WeakSet()

    def add(self, holder: Holder) -> None:
        """Count a holder from now on; it must be hashed by what it is, not by what it holds."""
        with self._lock:
            self._holders.add(holder)

    @property
    def size_bytes(self) -> int:
        """What is held at present."""
        with self._lock:
            holders = list(self._holders)
        return sum(holder.size_bytes for holder in holders)

    def check(self, extra_bytes: int) -> None:
        """Raise `BusyError` unless there is room for so much more."""
        held = self.size_bytes
        if held + extra_bytes > self._most_bytes:
            raise BusyError(
                f"The server holds {size_text(held)} of its visitors' files, and takes {size_text(self._most_bytes)} "
                "in all; try again when others have left."
            )
