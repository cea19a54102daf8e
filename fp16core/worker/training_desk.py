"""Where visitors hand in training runs: one at a time for the whole server, the others wait in a queue."""

import shutil
import tempfile
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from fp16core.models.pair import load_pair
from fp16core.models.recipe import Recipe
from fp16core.models.runs import RunStore
from fp16core.vocabulary import BusyError, HalfBitsError
from fp16core.worker.job import Job
from fp16core.worker.ticket import State, Ticket, TrainingData
from fp16core.worker.training import MODULE, request_for
from fp16core.worker.training_settings import TrainingSettings

_KEPT = 20
"""Runs whose outcome is remembered after they have ended."""


class TrainingDesk:
    """One training run at a time; equal wishes become one run.

    Parameters
    ----------
    store
        Where finished runs go.
    settings
        Queue length and limits.
    module
        What a run's process runs; answers as `fp16core.worker.training` does.
    """

    def __init__(self, store: RunStore, settings: TrainingSettings, module: str = MODULE) -> None:
        self._store, self._settings, self._module = store, settings, module
        self._lock = threading.Lock()
        self._open: list[Ticket] = []
        self._over: deque[Ticket] = deque(maxlen=_KEPT)

    @property
    def running(self) -> Ticket | None:
        """The run at work, if there is one."""
        return next((ticket for ticket in list(self._open) if ticket.state is State.RUNNING), None)

    @property
    def waiting(self) -> Sequence[Ticket]:
        """Runs that wait for their turn, the next one first."""
        return tuple(ticket for ticket in list(self._open) if ticket.state is State.WAITING)

    @property
    def over(self) -> Sequence[Ticket]:
        """Runs that have ended, the latest first."""
        return tuple(self._over)

    def hand_in(
        self, recipe: Recipe, owner: str, dataset: TrainingData | None = None, is_private: bool = False
    ) -> Ticket:
        """Ask for a run, or join the one that does the same; see `Ticket` for the parameters.

        Raises
        ------
        BusyError
            If a run is going on and as many wait as may.
        HalfBitsError
            If the store cannot be written.
        """
        wish = Ticket(recipe, owner, dataset, is_private)
        with self._lock:
            for ticket in self._open:
                if ticket.is_same_wish(wish):
                    return ticket
            if self.running is not None and len(self.waiting) >= self._settings.queue:
                waiting = f", and {len(self.waiting)} more wait" if self.waiting else ""
                raise BusyError(f"A training run is going on{waiting}. Watch it, and ask again when it is over.")
            self._open.append(wish)
            self._go_on()
        return wish

    def stop(self, ticket: Ticket) -> None:
        """End a run or take it out of the queue; returns when its process and its files are gone."""
        with self._lock:
            if ticket.state is State.WAITING:
                self._put_away(ticket, State.STOPPED, "Taken out of the queue.")
        ticket.stop_process()

    def _go_on(self) -> None:
        """Start the next run, if none is at work; under the lock."""
        while self.running is None and self.waiting:
            ticket = self.waiting[0]
            if ticket.owner_left:
                self._put_away(ticket, State.STOPPED, "Left out: whoever asked for it had left.")
                continue
            try:
                self._start(ticket)
            except HalfBitsError as error:
                self._put_away(ticket, State.FAILED, str(error))

    def _start(self, ticket: Ticket) -> None:
        run_id = self._store.new_id()
        # What is private never lies where the store could list it.
        out = Path(tempfile.mkdtemp()) / run_id if ticket.is_private else self._store.path(run_id)
        request, attachments = request_for(out, ticket.recipe), []
        if ticket.dataset is not None:
            request["dataset_name"] = ticket.dataset.name
            attachments.append(ticket.dataset.contents)
        job = Job(self._module, request, attachments, self._settings.limits, ticket.take)
        ticket.begin(job)
        threading.Thread(target=self._see_through, args=(ticket, job, run_id, out), daemon=True).start()

    def _see_through(self, ticket: Ticket, job: Job, run_id: str, out: Path) -> None:
        job.wait()
        state, error = State.STOPPED if job.was_stopped else State.FAILED, job.error
        try:
            if job.answer is not None:
                self._take_in(ticket, run_id, out)
                state = State.DONE
        except HalfBitsError as trouble:
            error = str(trouble)
        finally:
            if ticket.is_private:
                shutil.rmtree(out.parent, ignore_errors=True)
            else:
                self._store.remove_partials(run_id)
            with self._lock:
                self._put_away(ticket, state, error)
                self._go_on()

    def _take_in(self, ticket: Ticket, run_id: str, out: Path) -> None:
        if ticket.is_private:
            ticket.pair = load_pair(out)
        else:
            ticket.run_id = run_id
            ticket.removed = self._store.make_room()

    def _put_away(self, ticket: Ticket, state: State, error: str | None) -> None:
        self._open.remove(ticket)
        self._over.appendleft(ticket)
        ticket.end(state, error)
