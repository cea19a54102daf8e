"""A measurement in several modes: one job for each, watched and stopped together."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from fp16core.jobs.owners import Owners
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import Ticket
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.vocabulary import HalfBitsError

Found = TypeVar("Found")

Reader = Callable[[dict[str, Any], ExecutionMode], Found]
"""Reads a process's answer into a result."""


class Survey(Generic[Found]):
    """A job for each mode, all submitted together.

    Parameters
    ----------
    queue
        Queue that the jobs wait in.
    specs
        Jobs by mode, in the order in which they run.
    reader
        Reads each answer.
    owner
        Visitor who asks for it; `None` for the server itself. The jobs run even if the visitor leaves, as their
        results may be of use to others.

    Attributes
    ----------
    owners
        Visitors who asked for it.
    was_stopped
        True if it was stopped before all jobs were over.

    Raises
    ------
    BusyError
        If the queue is full.
    """

    def __init__(
        self,
        queue: JobQueue[Ticket],
        specs: Mapping[ExecutionMode, JobSpec],
        reader: Reader[Found],
        owner: str | None = None,
    ) -> None:
        self.owners = Owners(owner)
        self._reader = reader
        self._tickets: dict[ExecutionMode, Ticket] = {}
        self._read: dict[ExecutionMode, Found | str] = {}
        self.was_stopped = False
        try:
            for mode, spec in specs.items():
                self._tickets[mode] = queue.submit(spec)
        except HalfBitsError:
            self.stop()
            raise

    @property
    def is_over(self) -> bool:
        """True once all jobs are over."""
        return all(ticket.is_over for ticket in self._tickets.values())

    @property
    def done(self) -> float:
        """Fraction done, 0 to 1."""
        parts = [1.0 if ticket.is_over else ticket.done for ticket in self._tickets.values()]
        return sum(parts) / len(parts)

    @property
    def what(self) -> str:
        """Current mode and step, in a few words."""
        has_begun = any(ticket.job for ticket in self._tickets.values())
        for mode, ticket in self._tickets.items():
            if not ticket.is_over:
                # Once its first job has begun, no other survey's runs between its own.
                return f"{mode.title}: {ticket.what}" if has_begun else "waiting for another measurement to finish"
        return "done"

    def outcomes(self) -> dict[ExecutionMode, Found | str]:
        """Results so far by mode, or a sentence with the reason where there is none.

        Modes that were stopped are left out.
        """
        for mode, ticket in self._tickets.items():
            if ticket.is_over and mode not in self._read and not ticket.was_stopped:
                self._read[mode] = self._take(mode, ticket)
        return {mode: self._read[mode] for mode in self._tickets if mode in self._read}

    def stop(self) -> None:
        """Stop the running job, and take the others out of the queue; results so far are kept."""
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
