"""The queue of training runs: one at a time for the whole server."""

import threading

from fp16core.jobs.queue import JobQueue
from fp16core.runs.store import RunStore
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import BusyError
from fp16core.worker.training.process import MODULE
from fp16core.worker.training.settings import TrainingSettings
from fp16core.worker.training.ticket import TrainingData, TrainingTicket


class TrainingQueue:
    """One training run at a time, and one for each visitor; visitors who ask for the same run share it.

    Parameters
    ----------
    store
        Store for finished runs.
    settings
        Length of the queue, and limits on a run.
    module
        Module of the training process; it answers as `fp16core.worker.training.process` does.
    """

    def __init__(self, store: RunStore, settings: TrainingSettings, module: str = MODULE) -> None:
        self._store, self._settings, self._module = store, settings, module
        self._lock = threading.Lock()
        self._queue: JobQueue[TrainingTicket] = JobQueue(places=1, max_waiting=settings.queue, full_text=_full_text)

    @property
    def running(self) -> TrainingTicket | None:
        """The run in progress, if there is one."""
        return next(iter(self._queue.running), None)

    @property
    def waiting(self) -> tuple[TrainingTicket, ...]:
        """Runs that wait for their turn, the next one first."""
        return self._queue.waiting

    def submit(
        self, recipe: Recipe, visitor: str, dataset: TrainingData | None = None, is_private: bool = False
    ) -> TrainingTicket:
        """Ask for a run, or join the one that does the same; see `TrainingTicket` for the parameters.

        Raises
        ------
        BusyError
            If another run of this visitor is not over, or the queue is full.
        """
        ticket = TrainingTicket(self._store, recipe, visitor, dataset, is_private, self._settings.limits, self._module)
        with self._lock:
            for other in (*self._queue.running, *self._queue.waiting):
                # A run that ends at this moment has no key any more.
                if visitor in other.owners and other.key not in (None, ticket.key):
                    raise BusyError("Another of your runs is in progress; wait for it or stop it, then start this one.")
            return self._queue.enqueue(ticket)

    def stop(self, ticket: TrainingTicket, visitor: str) -> None:
        """Stop a run for a visitor; it continues if another visitor who asked for it is still present.

        Returns when the run's process and its files are gone.
        """
        self._queue.withdraw(ticket, visitor, "Removed from the queue.")


def _full_text(waiting: int) -> str:
    waits = f", and {waiting} more wait" if waiting else ""
    return f"A training run is in progress{waits}. Watch it, and try again when it is over."
