"""The Train page's view of the store: the answer, the list, runs side by side, skipped folders."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from fp16core.evaluate import run_results as results_of_runs
from fp16core.evaluate.run_results import RunResult, fewest_changed, same_images
from fp16core.evaluate.run_tables import Row, differing_settings, result_rows, shared_settings, time_text
from fp16core.figures.training import runs as figures
from fp16core.runs.run import Run, Skipped, total_bytes
from fp16core.runs.store import RunStore
from fp16core.text import count_text, percent_text, points_text, size_text
from fp16core.training.recipe_text import recipe_text
from pages.shared.server.turns import aside
from pages.shared.ui.charts import chart
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain

SEVERAL = "compare"
"""Key of the names of the runs to compare, in the session and in the address."""

_NAMED = 3
"""Largest number of names in a sentence."""

_SKIPPED_SHOWN = 20

_NAME_COLUMN = st.column_config.Column(width="medium")


@st.cache_resource(show_spinner="Measuring the bundled pair …")
def bundled_logit_delta() -> float:
    """Largest change of a logit of the bundled pair, measured once; raises `HalfBitsError` if it cannot be."""
    with aside():
        return results_of_runs.bundled_logit_delta()


def answer(results: Sequence[RunResult], bundled: RunResult) -> str:
    """The page's question, answered in a sentence or two: of the bundled pair, then of the kept runs."""
    first = (
        f"In the tutorial's bundled pair, after {count_text(bundled.recipe.epochs, 'epoch')}, float16 changed "
        f"**{bundled.changed.successes:,} of {bundled.changed.total:,}** answers and the accuracy by "
        f"**{points_text(bundled.accuracy_delta)}**."
    )
    return f"{first} {_best(results)}" if results else f"{first} Train a network to watch it epoch by epoch."


def _best(results: Sequence[RunResult]) -> str:
    best = fewest_changed(results)
    first = best[0]
    words = f"float16 changed **{first.changed.successes:,} of {first.changed.total:,}** answers"
    if len(results) == 1:
        return f"In the one run kept here, {words}, and the accuracy by **{points_text(first.accuracy_delta)}**."
    if len(best) == 1:
        return f"Of the runs kept here, **{plain(first.name)}** changed least: {words}."
    names = [f"**{plain(result.name)}**" for result in best[:_NAMED]]
    names += [f"{len(best) - _NAMED:,} more"] if len(best) > _NAMED else []
    return (
        f"Of the runs kept here, {', '.join(names[:-1])} and {names[-1]} changed equally little: float16 changed "
        f"**{percent_text(first.changed.value)}** of their answers."
    )


def overview(runs: Sequence[Run], results: Mapping[str, RunResult]) -> None:
    """Show all runs, newest first."""
    of = [results[run.name] for run in runs]
    show_table(
        {
            "name": [run.name for run in runs],
            "pinned": ["yes" if run.pinned else "" for run in runs],
            "changed answers": [f"{result.changed.successes:,} of {result.changed.total:,}" for result in of],
            "float16 − float32": [points_text(result.accuracy_delta) for result in of],
            "float16": [percent_text(result.target.value) for result in of],
            "float32": [percent_text(result.reference.value) for result in of],
            "recipe": [recipe_text(run.recipe) for run in runs],
            "ended (UTC)": [time_text(run.created) for run in runs],
            "on disk": [size_text(run.size_bytes) for run in runs],
        },
        column_config={"name": _NAME_COLUMN},
        key="runs-table",
    )


def limits(kept: RunStore, runs: Sequence[Run], overfull: str | None) -> None:
    """Show how full the store is."""
    st.caption(
        f"{count_text(len(runs), 'run')} with {size_text(total_bytes(runs))}. The server keeps at most "
        f"{count_text(kept.limits.max_runs, 'run')} and {size_text(kept.limits.max_bytes)}: when a new one needs room, "
        "the oldest that are not pinned are deleted."
    )
    if overfull:
        st.warning(overfull, icon=":material/warning:")


def choose_several(names: Sequence[str]) -> list[str]:
    """The names of the runs to compare, the bundled pair's first; at first that and the two newest."""
    if SEVERAL in st.session_state:
        st.session_state[SEVERAL] = [name for name in st.session_state[SEVERAL] if name in names]
    elif not {"", *names}.intersection(st.query_params.get_all(SEVERAL)):
        st.session_state[SEVERAL] = names[:3]
    return st.multiselect("Runs to compare", names, key=SEVERAL, bind="query-params")


def side_by_side(results: Sequence[RunResult]) -> None:
    """Show differences between runs, and their results."""
    names = [result.name for result in results]
    differing, shared = differing_settings(results), shared_settings(results)
    if differing:
        st.markdown("**What differs between their recipes**")
        _table(names, differing, "runs-settings")
        st.caption(f"The same in all: {shared}." if shared else "Nothing is the same in all of them.")
    else:
        st.markdown(f"**Their recipes are the same**: {shared}.")
    if not same_images(results):
        st.caption(
            ":orange[:material/warning: They were tested on different images: accuracies cannot be compared across "
            "runs, only what float16 changed within each.]"
        )
    st.markdown("**Results**")
    _table(names, result_rows(results), "runs-outcomes")
    accuracies, deltas = st.container(key="cards-runs").columns(2)
    with accuracies:
        st.markdown("**Accuracy, with 95 % intervals**")
        chart(
            partial(figures.accuracies, results), "runs-accuracies", "Accuracy of each run's float32 and float16 file"
        )
    with deltas:
        st.markdown("**What float16 changed**")
        chart(
            partial(figures.accuracy_deltas, results),
            "runs-deltas",
            "Accuracy change by float16 of each run, in points",
        )
    st.caption(
        "Where intervals overlap, the difference may be luck. Those on the right are as wide as if each changed answer "
        "had been right before or after, which a run's record does not tell."
    )


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """List the folders in the store that are not complete runs, with reasons."""
    with st.container(border=True, key="runs-skipped"):
        folders = count_text(len(skipped), "folder")
        st.markdown(f":orange[:material/warning:] **{folders} in the store cannot be used**")
        st.markdown("\n".join(f"- {plain(each.folder)}: {plain(each.reason)}" for each in skipped[:_SKIPPED_SHOWN]))
        if len(skipped) > _SKIPPED_SHOWN:
            st.caption(f"And {len(skipped) - _SKIPPED_SHOWN:,} more.")


def _table(names: Sequence[str], rows: Sequence[Row], key: str) -> None:
    columns = {name: [row.values[place] for row in rows] for place, name in enumerate(names)}
    show_table(
        {" ": [row.what for row in rows], **columns},
        column_config=dict.fromkeys(names, _NAME_COLUMN),
        key=key,
    )
