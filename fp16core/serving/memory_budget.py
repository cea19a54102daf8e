"""Memory that a server holds for its visitors, and the check for more."""

import threading
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from fp16core.text import size_text
from fp16core.vocabulary import BusyError


class Holder(Protocol):
    """Holder of a visitor's files."""

    @property
    def size_bytes(self) -> int:
        """Memory that it takes, in bytes."""

    def release(self) -> None:
        """Release everything: the visitor has left, and others need the memory."""


@dataclass(frozen=True)
class Visit:
    """Owner of what is held.

    Attributes
    ----------
    address
        Network address of the visitor.
    is_present
        Tells whether the visitor still has the dashboard open. Who has not is forgotten only after a while, as
        it may only be the connection that broke.
    """

    address: str
    is_present: Callable[[], bool] = field(default=lambda: True, repr=False)


class MemoryBudget:
    """The sum of what visitors hold.

    Nothing is kept alive by it: a holder counts for as long as somebody else has it.

    Parameters
    ----------
    most_bytes
        What all of them may hold.
    most_bytes_each
        What the visitors from one address may hold.
    """

    def __init__(self, most_bytes: int, most_bytes_each: int) -> None:
        self.most_bytes, self.most_bytes_each = most_bytes, most_bytes_each
        self._lock = threading.Lock()
        self._holders: weakref.WeakKeyDictionary[Holder, Visit] = weakref.WeakKeyDictionary()

    def add(self, holder: Holder, visit: Visit) -> None:
        """Count a holder from now on; it must be hashed by what it is, not by what it holds."""
        with self._lock:
            self._holders[holder] = visit

    @property
    def size_bytes(self) -> int:
        """Memory held at present, in bytes."""
        return sum(holder.size_bytes for holder, _ in self._now())

    def check(self, extra_bytes: int, address: str, elsewhere: Mapping[str, int] | None = None) -> None:
        """Raise `BusyError` unless there is room for more.

        What visitors hold who have left is let go, if that is what it takes.

        Parameters
        ----------
        extra_bytes
            How much more.
        address
            Whose it is.
        elsewhere
            Bytes by address that something else holds for visitors.
        """
        found = self._refusal(extra_bytes, address, elsewhere or {})
        if found is not None:
            for holder, visit in self._now():
                if not visit.is_present():
                    holder.release()
            found = self._refusal(extra_bytes, address, elsewhere or {})
        if found is not None:
            raise BusyError(found)

    def _refusal(self, extra_bytes: int, address: str, elsewhere: Mapping[str, int]) -> str | None:
        sizes = dict(elsewhere)
        for holder, visit in self._now():
            sizes[visit.address] = sizes.get(visit.address, 0) + holder.size_bytes
        own, together = sizes.get(address, 0), sum(sizes.values())
        if own + extra_bytes > self.most_bytes_each:
            return (
                f"The server holds {size_text(own)} of files from your network address, and takes "
                f"{size_text(self.most_bytes_each)} from each; remove some, or close other windows."
            )
        if together + extra_bytes > self.most_bytes:
            return (
                f"The server holds {size_text(together)} of its visitors' files, and takes "
                f"{size_text(self.most_bytes)} in all; try again when others have left."
            )
        return None

    def _now(self) -> list[tuple[Holder, Visit]]:
        with self._lock:
            return list(self._holders.items())
