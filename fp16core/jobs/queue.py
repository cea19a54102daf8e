"""A queue of jobs: a few run at once, the others wait in the order in which they were submitted."""

import contextlib
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from fp16core.jobs.job import STOPPED, Job
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import State, Ticket
from fp16core.serving.child_memory import ChildMemory
from fp16core.vocabulary import BusyError, HalfBitsError

T = TypeVar("T", bound=Ticket)


def _full_text(waiting: int) -> str:
    return f"{waiting} jobs are already waiting; try again in a minute."


class JobQueue(Generic[T]):
    """First in, first out, with a limited number of places.

    Tickets with equal keys become one. When its turn comes, a ticket whose owners are all gone is left out.

    Parameters
    ----------
    places
        Number of places: a job takes one, unless its spec says otherwise.
    max_waiting
        Number of jobs that may wait: what each waits with is held in memory.
    memory
        Memory budget of the server's child processes: a job starts once its memory limit fits in. `None` means
        no budget.
    kept
        Number of finished tickets with a key that are remembered: an answer among them is returned instead of
        computed again.
    full_text
        Sentence of the `BusyError` for a full queue, given the number of jobs that wait.
    """

    def __init__(
        self,
        places: int,
        max_waiting: int = 10,
        memory: ChildMemory | None = None,
        kept: int = 0,
        full_text: Callable[[int], str] = _full_text,
    ) -> None:
        self._places, self._max_waiting, self._memory, self._kept = places, max_waiting, memory, kept
        self._full_text = full_text
        self._lock = threading.RLock()
        self._waiting: list[T] = []
        self._running: list[T] = []
        self._finished: dict[Hashable, T] = {}
        self._taken = 0

    @property
    def running(self) -> tuple[T, ...]:
        """Tickets that have a place, the oldest first."""
        with self._lock:
            return tuple(self._running)

    @property
    def waiting(self) -> tuple[T, ...]:
        """Tickets that wait for a place, the next one first."""
        with self._lock:
            return tuple(self._waiting)

    def find(self, key: Hashable) -> T | None:
        """Return the ticket with a key: one that runs or waits, or one that is over and remembered."""
        with self._lock:
            open_tickets = (ticket for ticket in (*self._running, *self._waiting) if ticket.key == key)
            return next(open_tickets, self._finished.get(key))

    def submit(
        self: "JobQueue[Ticket]", spec: JobSpec, key: Hashable | None = None, owner: str | None = None
    ) -> Ticket:
        """Submit a job; parameters as for `Ticket`, result and errors as for `enqueue`."""
        return self.enqueue(Ticket(spec, key, owner))

    def enqueue(self, ticket: T) -> T:
        """Run a ticket as soon as there is a place for it.

        Returns
        -------
        Ticket
            The ticket, or the one with the same key that runs, waits or has an answer. It gains the owners.

        Raises
        ------
        BusyError
            If the ticket would have to wait, and too many wait already.
        """
        with self._lock:
            known = None if ticket.key is None else self.find(ticket.key)
            if known is not None and not known.is_cancelled and (not known.is_over or known.answer is not None):
                for owner in ticket.owners.names:
                    known.owners.add(owner)
                return known
            must_wait = bool(self._waiting) or self._needed(ticket) > self._places - self._taken
            if must_wait and len(self._waiting) >= self._max_waiting:
                raise BusyError(self._full_text(len(self._waiting)))
            if self._memory is not None and ticket.spec is not None:
                ticket.spec = replace(ticket.spec, limits=ticket.spec.limits.within(self._memory.total_bytes))
            ticket.queue = self
            self._waiting.append(ticket)
            self._start_next()
            return ticket

    def ahead_of(self, ticket: Ticket) -> int:
        """Return the number of tickets that wait in front of one."""
        with self._lock:
            return next((number for number, other in enumerate(self._waiting) if other is ticket), 0)

    def withdraw(self, ticket: T, owner: str, reason: str = STOPPED) -> None:
        """Remove an owner of a ticket, and `stop` it unless another owner is still present."""
        with self._lock:
            ticket.owners.remove(owner)
            if ticket.owners.are_gone:
                self._cancel(ticket, reason)
        if ticket.is_cancelled:
            self._stop_process(ticket)

    def stop(self, ticket: T, reason: str = STOPPED) -> None:
        """Stop a job, or take it out of the queue; return when its process is gone.

        Parameters
        ----------
        ticket
            The job.
        reason
            Error of a ticket that still waits.
        """
        with self._lock:
            self._cancel(ticket, reason)
        self._stop_process(ticket)

    def _cancel(self, ticket: T, reason: str) -> None:
        """Take a ticket out of the queue, so that nobody joins it any more; under the lock."""
        ticket.is_cancelled = True
        if ticket in self._waiting:
            self._waiting.remove(ticket)
            self._end(ticket, State.STOPPED, reason)
            self._start_next()

    def _stop_process(self, ticket: T) -> None:
        if ticket.job is not None:
            ticket.job.stop()
        ticket.wait()

    def _needed(self, ticket: T) -> int:
        return min(ticket.spec.places if ticket.spec is not None else 1, self._places)

    def _start_next(self) -> None:
        """Start as many jobs as there are places for; under the lock."""
        while self._waiting and (places := self._needed(self._waiting[0])) <= self._places - self._taken:
            ticket = self._waiting.pop(0)
            if ticket.is_abandoned:
                self._end(ticket, State.STOPPED, "Skipped: the visitor who asked for it had left.")
                continue
            if self._memory is None and self._start(ticket) is None:
                continue
            self._taken += places
            self._running.append(ticket)
            threading.Thread(target=self._run, args=(ticket, places), daemon=True).start()

    def _start(self, ticket: T) -> Job | None:
        """Start a ticket's process; if there is none, end the ticket."""
        try:
            job = ticket.job = ticket.start()
        except HalfBitsError as error:
            self._end(ticket, State.FAILED, str(error))
        except OSError as error:
            words = f"No process could be started ({error.strerror}); try again later."
            self._end(ticket, State.FAILED, words)
        else:
            ticket.state = State.RUNNING
            return job
        return None

    def _run(self, ticket: T, places: int) -> None:
        outcome: tuple[State, str | None] = (State.FAILED, "The server could not see this through; try again.")
        try:
            outcome = self._outcome(ticket)
        finally:
            with self._lock:
                self._taken -= places
                self._running.remove(ticket)
                if not ticket.is_over:
                    self._end(ticket, *outcome)
                self._start_next()

    def _outcome(self, ticket: T) -> tuple[State, str | None]:
        try:
            with self._reserved_memory(ticket):
                job = ticket.job or self._start(ticket)
                if job is None:
                    return ticket.state, ticket.error
                if ticket.is_cancelled:  # while it started
                    job.stop()
                job.wait()
        except BusyError:  # stopped while it waited for memory
            return State.STOPPED, STOPPED
        return ticket.conclude(job)

    @contextlib.contextmanager
    def _reserved_memory(self, ticket: T) -> Iterator[None]:
        if self._memory is None or ticket.spec is None:
            yield
            return
        size_bytes = ticket.spec.limits.memory_bytes or self._memory.total_bytes
        with self._memory.reserved(size_bytes, lambda: not ticket.is_cancelled):
            yield

    def _end(self, ticket: T, state: State, error: str | None) -> None:
        """Set a ticket's outcome, and remember the ticket by its key; under the lock."""
        key = ticket.key
        ticket.end(state, error)
        if key is not None and self._kept:
            self._finished.pop(key, None)
            self._finished[key] = ticket
            for oldest in list(self._finished)[: -self._kept]:
                del self._finished[oldest]
