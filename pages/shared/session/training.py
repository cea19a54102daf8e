"""The server's training queue, and a visitor's own run in it."""

import contextlib
from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison, compare
from fp16core.jobs.ticket import State
from fp16core.runs.pair import BUNDLED, load_pair
from fp16core.singleton import singleton
from fp16core.text import duration_text, share_text
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RunError
from fp16core.workbench import measures
from fp16core.worker.model_host import ModelHost
from fp16core.worker.training.queue import TrainingQueue
from fp16core.worker.training.settings import training_settings
from fp16core.worker.training.ticket import TrainingData, TrainingTicket
from pages.shared.server import children, rate_limits, stopping, visits
from pages.shared.server.turns import aside
from pages.shared.session import files, state
from pages.shared.session.files import Dataset
from pages.shared.session.store import store
from pages.shared.session.subject import subject

_TICK_S = 2.0
"""Polling interval of a page's top while a run of the visitor's is in progress."""


@singleton
def queue() -> TrainingQueue:
    """The queue that all visitors share; raises `HalfBitsError` if the server's settings are wrong."""
    return TrainingQueue(store(), training_settings())


def is_in_progress() -> bool:
    """Return whether a run of this visitor's waits or runs."""
    ticket = own_ticket()
    return ticket is not None and not ticket.state.is_over


def own_ticket() -> TrainingTicket | None:
    """The run that this visitor last asked for or joined."""
    ticket: TrainingTicket | None = st.session_state.get("ticket")
    return ticket


def submit(recipe: Recipe, dataset: Dataset | None, is_private: bool) -> None:
    """Ask for a run on the server's data set or the visitor's own; raises `BusyError` if that is not possible now."""
    rate_limits.allow("training")
    data = None if dataset is None else TrainingData(dataset.name, dataset.contents)
    st.session_state.ticket = queue().submit(recipe, visits.visitor(), data, is_private)


def outcome(ticket: TrainingTicket) -> tuple[str, Comparison, Comparison]:
    """Name and comparison of a finished run's models, and the bundled pair's, on the visitor's test images.

    Raises `HalfBitsError` if the run no longer exists.
    """
    if ticket.run_id is not None:
        pair = store().load(ticket.run_id)
    elif ticket.pair is not None:
        pair = ticket.pair
    else:
        raise RunError("This run has no models; train it again.")
    dataset = subject().dataset
    compared = _compared_privately if ticket.pair is not None or subject().own_dataset else _compared
    return (
        pair.name,
        _compared_confined(dataset, files.digest(pair), pair)
        if ticket.run_id is None
        else compared(dataset, ticket.run_id, pair),
        compared(dataset, "bundled", load_pair(BUNDLED)),
    )


def use(ticket: TrainingTicket) -> None:
    """Show a finished run's models on all pages."""
    if ticket.pair is not None:
        files.set_pair(ticket.pair)
    elif ticket.run_id is not None:
        with contextlib.suppress(RunError):  # deleted meanwhile: the page says so where it would show it
            files.choose_pair(store().run(ticket.run_id).name)


def is_in_use(ticket: TrainingTicket) -> bool:
    """Return whether all pages show this run's models."""
    now = subject()
    if ticket.pair is not None:
        return now.own_pair and now.pair == files.digest(ticket.pair)
    return ticket.run_id is not None and now.run == ticket.run_id


def _compare(dataset: str, pair_key: str, _pair: ModelPair) -> Comparison:  # noqa: ARG001 - Streamlit's key
    return compare(_pair, *state.test_set())


def _compare_confined(dataset: str, pair_key: str, _pair: ModelPair) -> Comparison:  # noqa: ARG001 - Streamlit's key
    """As `_compare`, outside this process: a model trained on a stranger's data is a stranger's model."""
    host = ModelHost(children.memory(), _pair, *state.test_set(), visits.presence())
    try:
        with aside():
            return host.measure(measures.comparison)
    finally:
        host.close()


_compared = st.cache_resource(show_spinner=False, max_entries=8)(_compare)
_compared_privately = st.cache_resource(show_spinner=False, max_entries=4, scope="session")(_compare)
_compared_confined = st.cache_resource(show_spinner=False, max_entries=4, scope="session")(_compare_confined)


def stop(ticket: TrainingTicket) -> None:
    """End a run for this visitor; it continues for others who asked for it."""
    stopping.stop(ticket, partial(queue().stop, ticket, visits.visitor()))
    if not stopping.is_stopping(ticket) and not ticket.state.is_over and own_ticket() is ticket:
        del st.session_state["ticket"]


def forget_private() -> None:
    """Drop the results of a run on the visitor's own data; one in progress is stopped."""
    ticket = own_ticket()
    if ticket is not None and ticket.is_private:
        queue().stop(ticket, visits.visitor())
        st.session_state.pop("ticket", None)


def progress_text(ticket: TrainingTicket) -> str:
    """Progress of a run, in a few words."""
    if ticket.state is not State.RUNNING:
        return str(ticket.state.value)
    if ticket.is_cancelled or stopping.is_stopping(ticket):
        return "stopping …"
    if not ticket.trace.steps:
        return f"{ticket.what}: {duration_text(ticket.seconds_so_far)} so far"
    left = ticket.seconds_left
    return f"{ticket.what}, {share_text(ticket.trained)} trained" + (
        "" if left is None else f", about {duration_text(left)} left"
    )


def follow(is_shown: bool) -> None:
    """Show the progress of the visitor's run at the top of the page, and announce its end, unless the page shows it."""
    ticket = own_ticket()
    if ticket is None:
        return
    if not ticket.state.is_over:
        st.session_state["run-followed"] = True
        if not is_shown:
            st.fragment(_note, run_every=_TICK_S)(ticket)
    elif st.session_state.pop("run-followed", False) and not is_shown:
        st.toast(f"Your training run is over: {ticket.state.value}. The page *Train* shows the result.")


def _note(ticket: TrainingTicket) -> None:
    ticket.owners.touch(visits.visitor())
    st.caption(f":material/model_training: Your training run: {progress_text(ticket)}")
    if ticket.state.is_over:
        st.rerun()
