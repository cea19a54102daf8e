"""One training run that a visitor asked for, and where it stands."""

import threading
import time
from dataclasses import dataclass, field
from enum import Enum

from fp16core.models.recipe import Recipe
from fp16core.models.trace import Trace
from fp16core.vocabulary import ModelPair
from fp16core.worker.job import Job

_GONE_S = 20.0
"""A visitor whose page has not asked for this long has left."""


class State(Enum):
    """Where a training run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class TrainingData:
    """A visitor's own data set.

    Attributes
    ----------
    name
        What errors call it.
    contents
        An ``.npz`` in the Keras layout.
    """

    name: str
    contents: bytes = field(repr=False)


class Ticket:
    """What `fp16core.worker.training_desk.TrainingDesk` gives for a training run.

    Parameters
    ----------
    recipe
        What to train.
    owner
        Who asked for it first.
    dataset
        The owner's own, or `None` for the server's data set.
    is_private
        Whether its models are for the owner alone: nothing of it goes to the store or is shown to others.

    Attributes
    ----------
    state, error
        Where it stands, and why it failed or was stopped, in a sentence.
    trace
        What it has told so far.
    run_id
        Its run in the store, once it is done and not private.
    pair
        Its models, once it is done and private.
    removed
        Names of the runs that the store has removed to make room for it.
    """

    def __init__(
        self, recipe: Recipe, owner: str, dataset: TrainingData | None = None, is_private: bool = False
    ) -> None:
        self.recipe, self.owner, self.dataset, self.is_private = recipe, owner, dataset, is_private
        self.state = State.WAITING
        self.error: str | None = None
        self.trace = Trace()
        self.run_id: str | None = None
        self.pair: ModelPair | None = None
        self.removed: tuple[str, ...] = ()
        self._job: Job | None = None
        self._over = threading.Event()
        self._seen = time.monotonic()
        self._first_step: tuple[float, float] | None = None

    def is_same_wish(self, other: "Ticket") -> bool:
        """Whether one run does for both."""
        alike = (self.recipe, self.dataset, self.is_private) == (other.recipe, other.dataset, other.is_private)
        return alike and (self.owner == other.owner or not self.is_private)

    @property
    def what(self) -> str:
        """What is happening."""
        return self.state.value if self._job is None else self._job.what

    @property
    def done(self) -> float:
        """Fraction done, 0 to 1."""
        return 0.0 if self._job is None else self._job.done

    @property
    def seconds_left(self) -> float | None:
        """How long it will take if it goes on as fast as since its first step; `None` before that is known."""
        if self._first_step is None or self.done <= self._first_step[1]:
            return None
        then, done_then = self._first_step
        return (time.monotonic() - then) / (self.done - done_then) * (1 - self.done)

    @property
    def owner_left(self) -> bool:
        """Whether the owner's page has not asked for a while."""
        return time.monotonic() - self._seen > _GONE_S

    def seen_by(self, visitor: str) -> None:
        """Note that a visitor's page has asked."""
        if visitor == self.owner:
            self._seen = time.monotonic()

    def may_be_stopped_by(self, visitor: str) -> bool:
        """Whether a visitor may end this run: the owner may, and anybody once the owner has left."""
        return not self.state.is_over and (visitor == self.owner or self.owner_left)

    def begin(self, job: Job) -> None:
        """The run has got its process."""
        self._job, self.state = job, State.RUNNING

    def take(self, message: dict[str, object]) -> None:
        """The process has told something."""
        self.trace = self.trace.with_message(message)
        if self._first_step is None and self.trace.steps:
            self._first_step = time.monotonic(), self.done

    def end(self, state: State, error: str | None = None) -> None:
        """The run is over."""
        self.error, self.state = error, state
        self.dataset = None  # tens of megabytes that nobody needs any more
        self._over.set()

    def stop_process(self) -> None:
        """End the process, and wait until the run is over."""
        if self._job is not None:
            self._job.stop()
            self._over.wait()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the run is over, ``timeout`` seconds at most; returns whether it is."""
        return self._over.wait(timeout)
