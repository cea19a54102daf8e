"""A training run that a visitor asked for, as a job in the queue."""

import time
from dataclasses import dataclass, field
from typing import Any

from fp16core.jobs.job import Job
from fp16core.jobs.spec import UNLIMITED, JobSpec, Limits
from fp16core.jobs.ticket import State, Ticket
from fp16core.runs.record import RUN_FILE
from fp16core.runs.run import default_name
from fp16core.runs.store import RunStore
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Recipe
from fp16core.training.trace import Trace
from fp16core.vocabulary import HalfBitsError
from fp16core.worker.training.process import MODULE, private_pair, request_for

_PACED_STEPS = 6
"""Number of steps from which the pace is known: the first few are uneven."""


@dataclass(frozen=True)
class TrainingData:
    """A visitor's own data set.

    Attributes
    ----------
    name
        Name used in errors.
    contents
        An ``.npz`` file in the Keras layout.
    """

    name: str
    contents: bytes = field(repr=False)


class TrainingTicket(Ticket):
    """A training run in a `fp16core.worker.training.queue.TrainingQueue`.

    Parameters
    ----------
    store
        Store for the finished run.
    recipe
        Recipe to train.
    visitor
        Visitor who asks for it.
    dataset
        The visitor's own data set, or `None` for the server's.
    is_private
        Keep the models for the visitor alone: nothing of the run goes to the store or is shown to others.
    limits
        Limits on the training process.
    module
        Module of the training process; it answers as `fp16core.worker.training.process` does.

    Attributes
    ----------
    trace
        Progress reported so far.
    run_id
        Id of the run in the store, once it is done and not private.
    pair
        The models, once it is done and private.
    removed
        Names of the runs that the store has removed to make room for it.
    remark
        Problem with the store after training, in a sentence.
    """

    def __init__(
        self,
        store: RunStore,
        recipe: Recipe,
        visitor: str,
        dataset: TrainingData | None = None,
        is_private: bool = False,
        limits: Limits = UNLIMITED,
        module: str = MODULE,
    ) -> None:
        request = request_for(None, recipe)
        if dataset is not None:
            # A public run need not reveal a visitor's name for the file.
            request["dataset_name"] = dataset.name if is_private else "a visitor's data set"
        attachments = () if dataset is None else (dataset.contents,)
        key = (recipe, dataset, is_private, visitor if is_private else None)
        super().__init__(JobSpec(module, request, attachments, limits), key, visitor)
        self.recipe, self.dataset, self.is_private = recipe, dataset, is_private
        self.trace = Trace()
        self.run_id: str | None = None
        self.pair: ModelPair | None = None
        self.removed: tuple[str, ...] = ()
        self.remark: str | None = None
        self._store = store
        self._own_id: str
        self._start_s: float | None = None
        self._steps = 0
        self._first_step = self._last_step = (0.0, 0.0)

    @property
    def seconds_left(self) -> float | None:
        """Remaining seconds at the pace since the first step; `None` before that is known, and once they are over."""
        (first_s, first_done), (last_s, last_done) = self._first_step, self._last_step
        if self._steps < _PACED_STEPS or last_done <= first_done:
            return None
        # Both ends are steps: between two of them the time left falls, as it should.
        left_s = (last_s - first_s) / (last_done - first_done) * (1 - last_done) - (time.monotonic() - last_s)
        return left_s if left_s > 0 else None

    @property
    def seconds_so_far(self) -> float:
        """Seconds since the process was started; 0 before that."""
        return 0.0 if self._start_s is None else time.monotonic() - self._start_s

    @property
    def trained(self) -> float:
        """Fraction of the training done, 0 to 1: the epochs done, of all."""
        return self.trace.steps[-1].epochs_done / self.recipe.epochs if self.trace.steps else 0.0

    def start(self) -> Job:
        """Start the process on a new run of the store, named after this moment."""
        self._own_id = self._store.new_id()
        if self.spec is not None and not self.is_private:
            self.spec.request["out"] = str(self._store.path(self._own_id))
        self._start_s = time.monotonic()
        return super().start()

    def receive(self, message: dict[str, Any]) -> None:
        """Add a message to the trace."""
        self.trace = self.trace.with_message(message)
        if "step" in message:
            self._last_step = time.monotonic(), self.done
            self._first_step = self._first_step if self._steps else self._last_step
            self._steps += 1

    def conclude(self, job: Job) -> tuple[State, str | None]:
        """Take the models of a private run, and make room in the store after any other."""
        state, error = super().conclude(job)
        try:
            if self.is_private:
                if job.answer is not None:
                    self.pair = private_pair(job.answer, default_name(self._own_id))
            # Also if the process was killed after its last rename: the run is complete.
            elif (self._store.path(self._own_id) / RUN_FILE).exists():
                self.run_id = self._own_id
                state, error = State.DONE, None
                self.removed = self._store.make_room()
            else:
                state = State.FAILED if state is State.DONE else state
                self._store.remove_partials(self._own_id)
        except HalfBitsError as trouble:
            self.remark = str(trouble)
        return state, error

    def end(self, state: State, error: str | None = None) -> None:
        """Set the outcome, and release the data set, which may be tens of megabytes."""
        self.dataset = None
        super().end(state, error)
