"""A job in a queue, from its submission to its outcome."""

import threading
from collections.abc import Hashable
from enum import Enum
from typing import TYPE_CHECKING, Any

from fp16core.jobs.job import Job
from fp16core.jobs.owners import Owners
from fp16core.jobs.spec import JobSpec

if TYPE_CHECKING:
    from fp16core.jobs.queue import JobQueue


class State(Enum):
    """State of a job in a queue."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """True once the outcome is final."""
        return self not in (State.WAITING, State.RUNNING)


class Ticket:
    """A job in a `fp16core.jobs.queue.JobQueue`.

    Subclasses may override `start`, `receive` and `conclude` to prepare a job and to keep its result.

    Parameters
    ----------
    spec
        The job.
    key
        Identity of the job: equal keys share a ticket. `None` shares with nobody.
    owner
        Visitor who asks for it; a job without an owner is never left out of the queue.

    Attributes
    ----------
    spec, key
        As above; `None` once they are no longer needed, since both may hold large files.
    owners
        Visitors who asked for it.
    state
        State of the job.
    job
        The running or finished job; `None` until it starts.
    error
        Reason why there is no answer, in a sentence, once it is over.
    is_cancelled
        True once it has been stopped, even if it was about to start at that moment.
    """

    def __init__(self, spec: JobSpec, key: Hashable | None = None, owner: str | None = None) -> None:
        self.spec: JobSpec | None = spec
        self.key = key
        self.is_owned = owner is not None
        self.owners = Owners(owner)
        self.state = State.WAITING
        self.job: Job | None = None
        self.error: str | None = None
        self.is_cancelled = False
        self.queue: JobQueue[Any] | None = None
        self._over = threading.Event()

    @property
    def is_over(self) -> bool:
        """True once the outcome is final."""
        return self._over.is_set()

    @property
    def was_stopped(self) -> bool:
        """True if it is over because somebody stopped it."""
        return self.state is State.STOPPED

    @property
    def is_abandoned(self) -> bool:
        """True if it had owners and all of them are gone."""
        return self.is_owned and self.owners.are_gone

    @property
    def ahead(self) -> int:
        """Number of tickets that wait in front of this one."""
        return 0 if self.queue is None else self.queue.ahead_of(self)

    @property
    def what(self) -> str:
        """Current step, in a few words."""
        return self.state.value if self.job is None else self.job.what

    @property
    def done(self) -> float:
        """Fraction done, 0 to 1."""
        return 0.0 if self.job is None else self.job.done

    @property
    def answer(self) -> dict[str, Any] | None:
        """The job's answer, once it is over."""
        return self.job.answer if self.job is not None and self.is_over else None

    def may_be_stopped_by(self, visitor: str) -> bool:
        """Return whether a visitor may stop the job, which is not over yet."""
        return not self.is_over and self.owners.may_stop(visitor)

    def stop(self) -> None:
        """Stop the job or leave the queue, and return when the process is gone."""
        if self.queue is not None:
            self.queue.stop(self)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the outcome, ``timeout`` seconds at most; return whether there is one."""
        return self._over.wait(timeout)

    def start(self) -> Job:
        """Start the process; called by the queue, once, under its lock."""
        if self.spec is None:
            raise ValueError("a ticket starts once")
        spec, self.spec = self.spec, None
        return Job(spec.module, spec.request, spec.attachments, spec.limits, self.receive)

    def receive(self, message: dict[str, Any]) -> None:
        """Take a message of the job's, from the job's own thread."""

    def conclude(self, job: Job) -> tuple[State, str | None]:
        """Keep what a finished job left; return the final state and the reason for it, if it is no success.

        Called by the queue before anybody learns that the job is over, and before the next one starts.
        """
        if job.answer is not None:
            return State.DONE, None
        return (State.STOPPED if job.was_stopped else State.FAILED), job.error

    def end(self, state: State, error: str | None = None) -> None:
        """Set the outcome; called by the queue."""
        self.spec = self.key = None
        self.error, self.state = error, state
        self._over.set()
