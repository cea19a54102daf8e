"""The Train page's view of a run: live, and its result."""

import shlex
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.training import curves as figures
from fp16core.jobs.ticket import State
from fp16core.runs.pair import BUNDLED_NAME
from fp16core.text import percent_text, points_text, size_text, small_text
from fp16core.training.recipe import TUTORIALS, USUAL, Recipe, python_for_tensorflow
from fp16core.training.recipe_text import recipe_text
from fp16core.training.trace import Trace
from fp16core.vocabulary import HalfBitsError, RunError
from fp16core.worker.training.ticket import TrainingTicket
from pages.shared.server import stopping, visits
from pages.shared.session import files, state, training
from pages.shared.session.files import Dataset
from pages.shared.session.subject import images_text, subject
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import headline, number
from pages.shared.ui.words import plain
from pages.train.weights import draw_weights

_TICK_S = 0.7
"""Polling interval while a run is in progress."""

_WATCHED = "watched-run"

BUSY = "Your run is not over yet. Wait for it or stop it, then start the next one."
"""Reason why a visitor cannot start a run beside another of their own."""


def own_dataset() -> Dataset | None:
    """The visitor's own data set, if it is in use."""
    return files.files().dataset if subject().own_dataset else None


def request_words(recipe: Recipe, dataset: Dataset | None) -> str:
    """Describe the recipe and the data set to be trained."""
    return f"{recipe_text(recipe)}. {_dataset_words(dataset)}"


def _dataset_words(dataset: Dataset | None) -> str:
    if dataset is None:
        return "On the server's data set; you can upload another one under *Your model*."
    if not dataset.has_training:
        return f"{plain(dataset.name)} has no training images; choose the server's test images in the sidebar."
    return f"On your data set {plain(dataset.name)}."


def command(recipe: Recipe, dataset: Dataset | None) -> None:
    """Show the recipe as a command to run at home."""
    before = "" if dataset is None else f"HALFBITS_MNIST={shlex.quote(dataset.name)} "
    with st.expander("The same from the command line", icon=":material/terminal:"):
        st.code(before + _command_line(recipe), language="sh")


def explain_off(recipe: Recipe) -> None:
    """Explain that this server does not train, and how to train at home."""
    st.markdown(
        "**This server does not train.** At home it takes one more command than the dashboard itself: with the "
        "packages of `requirements.txt` installed, start the dashboard and press *Train* there, or run"
    )
    st.code(_command_line(recipe), language="sh")
    st.caption("The dashboard keeps the run; the command writes a folder of the same kind.")


def explain_missing(recipe: Recipe) -> None:
    """Explain the packages that training needs."""
    st.markdown(
        "**Training needs TensorFlow, which is not installed here.** Everything else works without it. Install it "
        f"with the first command{python_for_tensorflow()}; the second is this recipe without the dashboard."
    )
    st.code(f"pip install -r requirements.txt\n{_command_line(recipe)}", language="sh")


def show() -> None:
    """Show the run in progress, or the result of the run that the visitor asked for or watched."""
    with state.explained():
        queue = training.queue()
    mine, running = training.own_ticket(), queue.running
    if running is not None or (mine is not None and not mine.state.is_over):
        st.fragment(_live, run_every=_TICK_S)(running)
    ended = mine or st.session_state.get(_WATCHED)
    if ended is not None and ended.state.is_over:
        _outcome(ended)


def _live(shown: TrainingTicket | None) -> None:
    mine, visitor = training.own_ticket(), visits.visitor()
    if mine is not None:
        mine.owners.touch(visitor)
    if training.queue().running is not shown:
        st.rerun()
    if shown is None:
        st.progress(0.0, text="Your run is about to start …")
        return
    shown.owners.touch(visitor)
    if mine is None and not shown.is_private:
        st.session_state[_WATCHED] = shown
    with st.container(border=True, key="live"):
        _progress(shown, mine)
        if shown.is_private and visitor not in shown.owners:
            st.caption("Another visitor is training on their own data; the run is visible to them alone.")
            return
        draw_trace(shown.trace, shown.recipe, "live")


def _progress(shown: TrainingTicket, mine: TrainingTicket | None) -> None:
    row = st.container(horizontal=True, vertical_alignment="center")
    is_stopping = mine is shown and (shown.is_cancelled or stopping.is_stopping(shown))
    words = "Stopping your run …" if is_stopping else _sentence_case(training.progress_text(shown))
    row.progress(shown.trained, text=words)
    if shown.may_be_stopped_by(visits.visitor()):
        stopping.button(row, shown, training.stop, "stop-run", shown)
    if mine is shown or visits.visitor() in shown.owners:  # who has stopped a run owns it no longer
        return
    waiting = training.queue().waiting
    if mine in waiting:
        row = st.container(horizontal=True, vertical_alignment="center")
        turn = waiting.index(mine)
        row.caption("You are next; this is the run before yours." if turn == 0 else f"{turn + 1} runs before yours.")
        row.button("Withdraw", icon=":material/close:", on_click=training.stop, args=(mine,), key="withdraw")
    else:
        st.caption("You are watching another visitor's run. The server trains one network at a time.")


def draw_trace(trace: Trace, recipe: Recipe, key: str) -> None:
    """Show the curves, kernels and weights of a run; ``key`` tells two of them on one page apart."""
    if not trace.steps:
        st.caption("The curves appear when training begins.")
        return
    with st.container(key=f"cards-curves-{key}"):
        loss, accuracy = st.columns(2)
    with loss:
        st.markdown("**Loss**")
        chart(
            partial(figures.loss, trace, recipe.epochs),
            f"{key}-loss",
            "Loss against epochs: in training, and on test images",
        )
    with accuracy:
        st.markdown("**Accuracy**")
        chart(
            partial(figures.accuracy, trace, recipe.epochs),
            f"{key}-accuracy",
            "Accuracy against epochs: while training, and of the float32 and float16 file on the test images",
        )
    if trace.last is None:
        return
    # Of a run that is over, the answer is what counts.
    place = st.expander("Kernels and weights", icon=":material/bar_chart:") if key == "outcome" else st.container()
    with place, st.container(key=f"cards-weights-{key}"):
        draw_weights(trace, recipe, key)


def _outcome(ticket: TrainingTicket) -> None:
    if ticket.state is not State.DONE:
        with st.container(border=True):
            icon = ":gray[:material/stop_circle:]" if ticket.state is State.STOPPED else ":red[:material/error:]"
            st.markdown(f"{icon} **The run was not finished.** {plain(ticket.error or '')} Nothing was kept.")
        return
    try:
        name, found, bundled = training.outcome(ticket)
    except RunError:
        st.caption("This run has since been deleted.")
        return
    except HalfBitsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    st.header("The result", anchor="outcome")
    kept = "visible to you alone, until you leave" if ticket.is_private else "kept on this server"
    st.markdown(
        f"**{plain(name)}**, {kept}: float16 changes **{found.changed_predictions:,} of {found.images:,}** answers "
        f"and the accuracy by {points_text(found.accuracy_delta)}."
    )
    if ticket.removed:
        st.caption(
            f":orange[:material/delete_sweep:] To make room, the oldest runs were removed: "
            f"{plain(', '.join(ticket.removed))}. Pin a run to keep it."
        )
    if ticket.remark is not None:
        st.caption(f":orange[:material/error:] {plain(ticket.remark)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if training.is_in_use(ticket):
            st.button("In use on all pages", icon=":material/check:", disabled=True)
        else:
            st.button("Use this model", type="primary", icon=":material/check:", on_click=training.use, args=(ticket,))
    _headline(found)
    with st.container(border=True):
        st.markdown("**How it went**")
        draw_trace(ticket.trace, ticket.recipe, "outcome")
    with st.expander("Against the bundled pair, on the same test images", icon=":material/compare_arrows:"):
        st.table(_rows(found, bundled, name), hide_index=True)


def _headline(found: Comparison) -> None:
    row, images = headline("headline-outcome"), images_text(found.images)
    number(row, "Accuracy, float32", percent_text(found.reference.accuracy.value), f"of {images}", "")
    number(row, "Accuracy, float16", percent_text(found.target.accuracy.value), f"of {images}", "")
    number(row, "Accuracy delta", points_text(found.accuracy_delta), "float16 − float32", "")
    number(row, "Changed answers", f"{found.changed_predictions:,}", f"of {images}", "")


def _rows(found: Comparison, bundled: Comparison, name: str) -> dict[str, list[str]]:
    measures: dict[str, Callable[[Comparison], str]] = {
        "float32 accuracy": lambda c: percent_text(c.reference.accuracy.value),
        "float16 accuracy": lambda c: percent_text(c.target.accuracy.value),
        "float16 − float32": lambda c: points_text(c.accuracy_delta),
        "changed answers": lambda c: f"{c.changed_predictions:,} of {c.images:,}",
        "largest logit change": lambda c: small_text(c.max_abs_logit_delta),
        "float32 file": lambda c: size_text(c.reference.size_bytes),
        "float16 file": lambda c: size_text(c.target.size_bytes),
    }
    return {
        "measured": list(measures),
        BUNDLED_NAME: [measure(bundled) for measure in measures.values()],
        plain(name): [measure(found) for measure in measures.values()],
    }


def _command_line(recipe: Recipe) -> str:
    usual = USUAL[recipe.network]
    changed = {name: value for name, value in asdict(recipe).items() if value != getattr(usual, name)}
    if recipe.network != TUTORIALS:
        changed = {"network": recipe.network, **changed}
    options = " ".join(f"--{name.replace('_', '-')} {shlex.quote(str(value))}" for name, value in changed.items())
    return " ".join(filter(None, ("python -m fp16core train", options, "--out my-run")))


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
