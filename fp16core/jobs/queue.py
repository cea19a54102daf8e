"""Where jobs wait until one of a few places is free: in the order in which they came."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fp16core.jobs.job import STOPPED, Job, Limits
from fp16core.serving.child_memory import ChildMemory
from fp16core.vocabulary import BusyError, HalfBitsError


@dataclass(frozen=True)
class Wish:
    """A job to be: what `Job` takes, and how many of the room's places it needs."""

    module: str
    request: dict[str, Any] = field(repr=False)
    attachments: Sequence[bytes] = field(default=(), repr=False)
    limits: Limits = field(default_factory=Limits)
    places: int = 1


class Ticket:
    """A wish handed in: it waits, then has a job, and in the end an answer or an error.

    Attributes
    ----------
    wish
        Until the job begins.
    job
        From then on.
    is_left
        Whether it was stopped before.
    """

    def __init__(self, room: "WaitingRoom", wish: Wish) -> None:
        self._room = room
        self._over = threading.Event()
        self._error: str | None = None
        self.wish: Wish | None = wish
        self.job: Job | None = None
        self.is_left = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self._over.is_set()

    @property
    def ahead(self) -> int:
        """Number of tickets that must be served before."""
        return self._room.ahead_of(self)

    @property
    def what(self) -> str:
        """What is happening."""
        return self.job.what if self.job else "waiting"

    @property
    def done(self) -> float:
        """Fraction done, 0 to 1."""
        return self.job.done if self.job else 0.0

    @property
    def answer(self) -> dict[str, Any] | None:
        """The job's answer, once there is one."""
        return self.job.answer if self.job and self.is_over else None

    @property
    def error(self) -> str | None:
        """Why there is none, in a sentence, once it is over."""
        if not self.is_over:
            return None
        return self._error or (self.job.error if self.job else None)

    @property
    def was_stopped(self) -> bool:
        """Whether it is over because somebody left the room."""
        return self.is_over and (self._error == STOPPED if self.job is None else self.job.was_stopped)

    def stop(self) -> None:
        """Leave the room, whether the job has begun or not."""
        self._room.stop(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is over, ``timeout`` seconds at most; returns whether it is."""
        return self._over.wait(timeout)

    def begin(self) -> None:
        """The room has a place: start the job."""
        if self.wish is not None:
            wish, self.wish = self.wish, None  # whoever waits for the answer need not hold the question
            self.job = Job(wish.module, wish.request, wish.attachments, wish.limits)

    def end(self, error: str | None = None) -> None:
        """Nothing more will happen."""
        self._error, self.wish = error, None
        self._over.set()


class WaitingRoom:
    """Some jobs at work, and others that wait for their turn.

    Parameters
    ----------
    places
        How much is at work at once.
    longest
        How many may wait: what each waits with is held in memory.
    memory
        What all child processes of the server may hold; a job begins once its limit of memory fits in. `None`
        is no limit.
    """

    def __init__(self, places: int = 2, longest: int = 10, memory: ChildMemory | None = None) -> None:
        self._places, self._longest, self._memory = places, longest, memory
        self._lock = threading.Lock()
        self._waiting: list[Ticket] = []
        self._taken = 0

    def hand_in(self, wish: Wish) -> Ticket:
        """Let a job begin as soon as there is room.

        Raises
        ------
        BusyError
            If too many wait already.
        """
        if self._memory is not None:
            wish = replace(wish, limits=wish.limits.within(self._memory.total_bytes))
        ticket = Ticket(self, wish)
        with self._lock:
            if len(self._waiting) >= self._longest:
                raise BusyError(
                    f"{self._longest} visitors wait for their files to be tried already; come back in a minute."
                )
            self._waiting.append(ticket)
            self._admit()
        return ticket

    def ahead_of(self, ticket: Ticket) -> int:
        """Number of tickets that wait and came before."""
        with self._lock:
            return self._waiting.index(ticket) if ticket in self._waiting else 0

    def stop(self, ticket: Ticket) -> None:
        """Take a ticket out of the room, ending its job if it has begun."""
        with self._lock:
            waited = ticket in self._waiting
            ticket.is_left = True
            if waited:
                self._waiting.remove(ticket)
                ticket.end(STOPPED)
                self._admit()
        if not waited:
            if ticket.job is not None:
                ticket.job.stop()
            ticket.wait()

    def _admit(self) -> None:
        while self._waiting and (places := self._needed(self._waiting[0])) <= self._places - self._taken:
            ticket = self._waiting.pop(0)
            if self._memory is None:
                self._begin(ticket)
                if ticket.is_over:
                    continue
            self._taken += places
            threading.Thread(target=self._serve, args=(ticket, places), daemon=True).start()

    def _needed(self, ticket: Ticket) -> int:
        return min(ticket.wish.places if ticket.wish else 1, self._places)

    def _serve(self, ticket: Ticket, places: int) -> None:
        try:
            if self._memory is None:
                self._see_through(ticket)
            else:
                limits = ticket.wish.limits if ticket.wish else Limits()
                with self._memory.lent(limits.memory_bytes or self._memory.total_bytes, lambda: not ticket.is_left):
                    self._begin(ticket)
                    self._see_through(ticket)
        except BusyError:
            ticket.end(STOPPED)
        finally:
            if not ticket.is_over:
                ticket.end("The server could not see this through; try again.")
            with self._lock:
                self._taken -= places
                self._admit()

    def _begin(self, ticket: Ticket) -> None:
        try:
            ticket.begin()
        except HalfBitsError as error:
            ticket.end(str(error))
        except OSError as error:
            ticket.end(f"No process could be started ({error.strerror}); try again later.")

    def _see_through(self, ticket: Ticket) -> None:
        if ticket.job is not None:
            if ticket.is_left:  # while it began
                ticket.job.stop()
            ticket.job.wait()
            ticket.end()
