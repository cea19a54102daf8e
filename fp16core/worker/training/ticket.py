"""One training run that a visitor asked for, and where it stands."""

import threading
import time
from dataclasses import dataclass, field
from enum import Enum

from fp16core.jobs.job import Job
from fp16core.jobs.presence import is_gone
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Recipe
from fp16core.training.trace import Trace


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
    """What `fp16core.worker.training.desk.TrainingDesk` gives for a training run.

    Parameters
    ----------
    recipe
        What to train.
    visitor
        Who asks for it.
    dataset
        The visitor's own, or `None` for the server's data set.
    is_private
        Whether its models are for the visitor alone: nothing of it goes to the store or is shown to others.

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
    removed, remark
        Names of the runs that the store has removed to make room for it, and what went wrong there.
    """

    def __init__(
        self, recipe: Recipe, visitor: str, dataset: TrainingData | None = None, is_private: bool = False
    ) -> None:
        self.recipe, self.dataset, self.is_private = recipe, dataset, is_private
        self.state = State.WAITING
        self.error: str | None = None
        self.trace = Trace()
        self.run_id: str | None = None
        self.pair: ModelPair | None = None
        self.removed: tuple[str, ...] = ()
        self.remark: str | None = None
        self._seen = {visitor: time.monotonic()}
        self._job: Job | None = None
        self._over = threading.Event()
        self._first_step: tuple[float, float] | None = None

    def is_same_wish(self, other: "Ticket") -> bool:
        """Whether one run does for both."""
        alike = (self.recipe, self.dataset, self.is_private) == (other.recipe, other.dataset, other.is_private)
        return alike and (not self.is_private or not self._seen.keys().isdisjoint(other._seen))

    def is_asked_by(self, visitor: str) -> bool:
        """Whether a visitor has asked for this run, first or later."""
        return visitor in self._seen

    def join(self, visitor: str) -> None:
        """One more visitor asks for it."""
        self._seen[visitor] = time.monotonic()

    def leave(self, visitor: str) -> bool:
        """A visitor does not want it any more; returns whether somebody else still does."""
        self._seen.pop(visitor, None)
        return not self.is_abandoned

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
    def is_abandoned(self) -> bool:
        """Whether all who asked for it have left."""
        return all(map(is_gone, list(self._seen.values())))

    def seen_by(self, visitor: str) -> None:
        """Note that a visitor's page has asked how it is going."""
        if visitor in self._seen:
            self._seen[visitor] = time.monotonic()

    def may_be_stopped_by(self, visitor: str) -> bool:
        """Whether a visitor may end this run: who asked for it may, and anybody once all of them have left."""
        return not self.state.is_over and (self.is_asked_by(visitor) or self.is_abandoned)

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
