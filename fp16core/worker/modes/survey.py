"""Several modes, one after another, each in a process of its own, watched and stopped together."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fp16core.jobs.queue import Ticket, WaitingRoom, Wish
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.vocabulary import HalfBitsError

Found = TypeVar("Found")

Reader = Callable[[dict[str, Any], ExecutionMode], Found]
"""Makes of a process's answer what is to be kept of it."""


class Survey(Generic[Found]):
    """A wish for each mode, handed in together.

    Parameters
    ----------
    room
        Where they wait for their turn.
    wishes
        By mode, in the order in which they are to be served.
    reader
        Applied to each answer.

    Raises
    ------
    BusyError
        If too many others wait.
    """

    def __init__(self, room: WaitingRoom, wishes: Mapping[ExecutionMode, Wish], reader: Reader[Found]) -> None:
        self._reader = reader
        self._tickets: dict[ExecutionMode, Ticket] = {}
        self._read: dict[ExecutionMode, Found | str] = {}
        self.was_stopped = False
        try:
            for mode, wish in wishes.items():
                self._tickets[mode] = room.hand_in(wish)
        except HalfBitsError:
            self.stop()
            raise

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return all(ticket.is_over for ticket in self._tickets.values())

    @property
    def done(self) -> float:
        """Fraction done, 0 to 1."""
        parts = [1.0 if ticket.is_over else ticket.done for ticket in self._tickets.values()]
        return sum(parts) / len(parts)

    @property
    def what(self) -> str:
        """What is happening."""
        has_begun = any(ticket.job for ticket in self._tickets.values())
        for mode, ticket in self._tickets.items():
            if not ticket.is_over:
                # Between two of its own, nobody else's is served.
                return f"{mode.title}: {ticket.what}" if has_begun else "waiting for a measurement that goes on"
        return "done"

    def outcomes(self) -> dict[ExecutionMode, Found | str]:
        """What has come so far, by mode; a sentence where there is only a reason why not.

        Modes that were stopped are left out.
        """
        for mode, ticket in self._tickets.items():
            if ticket.is_over and mode not in self._read and not ticket.was_stopped:
                self._read[mode] = self._take(mode, ticket)
        return {mode: self._read[mode] for mode in self._tickets if mode in self._read}

    def stop(self) -> None:
        """End what is at work, and take back the rest; what has come already stays."""
        self.was_stopped |= not self.is_over
        for ticket in reversed(self._tickets.values()):  # the last first, so that none begins meanwhile
            ticket.stop()

    def _take(self, mode: ExecutionMode, ticket: Ticket) -> Found | str:
        if ticket.answer is None:
            return ticket.error or "The process left no answer."
        try:
            return self._reader(ticket.answer, mode)
        except HalfBitsError as error:
            return str(error)
