"""Where visitors hand in training runs: one at a time for the whole server, the others wait in a queue."""

import threading
from collections.abc import Sequence

from fp16core.jobs.job import Job
from fp16core.runs.record import RUN_FILE
from fp16core.runs.run import default_name
from fp16core.runs.store import RunStore
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import BusyError, HalfBitsError
from fp16core.worker.training.process import MODULE, private_pair, request_for
from fp16core.worker.training.settings import TrainingSettings
from fp16core.worker.training.ticket import State, Ticket, TrainingData


class TrainingDesk:
    """One training run at a time; equal wishes become one run.

    Parameters
    ----------
    store
        Where finished runs go.
    settings
        Queue length and limits.
    module
        What a run's process runs; answers as `fp16core.worker.training.process` does.
    """

    def __init__(self, store: RunStore, settings: TrainingSettings, module: str = MODULE) -> None:
        self._store, self._settings, self._module = store, settings, module
        self._lock = threading.RLock()
        self._open: list[Ticket] = []

    @property
    def running(self) -> Ticket | None:
        """The run at work, if there is one."""
        with self._lock:
            return next((ticket for ticket in self._open if ticket.state is State.RUNNING), None)

    @property
    def waiting(self) -> Sequence[Ticket]:
        """Runs that wait for their turn, the next one first."""
        with self._lock:
            return tuple(ticket for ticket in self._open if ticket.state is State.WAITING)

    def hand_in(
        self, recipe: Recipe, visitor: str, dataset: TrainingData | None = None, is_private: bool = False
    ) -> Ticket:
        """Ask for a run, or join the one that does the same; see `Ticket` for the parameters.

        Raises
        ------
        BusyError
            If another run of this visitor is not over, or if as many wait as may.
        """
        wish = Ticket(recipe, visitor, dataset, is_private)
        with self._lock:
            for ticket in self._open:
                if ticket.is_same_wish(wish):
                    ticket.join(visitor)
                    return ticket
                if ticket.is_asked_by(visitor):
                    raise BusyError("A run of yours is not over yet; let it end or stop it, then ask for the next one.")
            if self.running is not None and len(self.waiting) >= self._settings.queue:
                waiting = f", and {len(self.waiting)} more wait" if self.waiting else ""
                raise BusyError(f"A training run is going on{waiting}. Watch it, and ask again when it is over.")
            self._open.append(wish)
            self._go_on()
        return wish

    def stop(self, ticket: Ticket, visitor: str) -> None:
        """A visitor does not want a run any more: it ends, unless somebody else has asked for it, too.

        Returns when the run's process and its files are gone.
        """
        with self._lock:
            if ticket.leave(visitor):
                return
            if ticket.state is State.WAITING:
                self._put_away(ticket, State.STOPPED, "Taken out of the queue.")
        ticket.stop_process()

    def _go_on(self) -> None:
        """Start the next run, if none is at work; under the lock."""
        while self.running is None and self.waiting:
            ticket = self.waiting[0]
            if ticket.is_abandoned:
                self._put_away(ticket, State.STOPPED, "Left out: whoever asked for it had left.")
                continue
            try:
                self._start(ticket)
            except HalfBitsError as error:
                self._put_away(ticket, State.FAILED, str(error))
            except OSError as error:
                words = f"No process could be started ({error.strerror}); try again later."
                self._put_away(ticket, State.FAILED, words)

    def _start(self, ticket: Ticket) -> None:
        run_id = self._store.new_id()
        request = request_for(None if ticket.is_private else self._store.path(run_id), ticket.recipe)
        attachments = []
        if ticket.dataset is not None:
            # What is kept for all to see need not say what a visitor calls the file.
            request["dataset_name"] = ticket.dataset.name if ticket.is_private else "a visitor's data set"
            attachments.append(ticket.dataset.contents)
        job = Job(self._module, request, attachments, self._settings.limits, ticket.take)
        ticket.begin(job)
        threading.Thread(target=self._see_through, args=(ticket, job, run_id), daemon=True).start()

    def _see_through(self, ticket: Ticket, job: Job, run_id: str) -> None:
        job.wait()
        state, error = State.STOPPED if job.was_stopped else State.FAILED, job.error
        try:
            if ticket.is_private and job.answer is not None:
                ticket.pair = private_pair(job.answer, default_name(run_id))
                state = State.DONE
            # Also where the process was ended after its last rename: what is kept is kept.
            elif not ticket.is_private and (self._store.path(run_id) / RUN_FILE).exists():
                ticket.run_id = run_id
                state, error = State.DONE, None
                ticket.removed = self._store.make_room()
            else:
                self._store.remove_partials(run_id)
        except HalfBitsError as trouble:
            ticket.remark = str(trouble)
        finally:
            with self._lock:
                self._put_away(ticket, state, error)
                self._go_on()

    def _put_away(self, ticket: Ticket, state: State, error: str | None) -> None:
        self._open.remove(ticket)
        ticket.end(state, error)
