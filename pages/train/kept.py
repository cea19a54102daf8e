"""The runs that this server keeps: a list, side by side, and each one by itself."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from fp16core.evaluate.run_results import RunResult, bundled_result, run_result
from fp16core.runs.run import Run
from fp16core.text import count_text
from pages.shared.address import links
from pages.shared.session.store import store
from pages.train import kept_table, one_run


@dataclass(frozen=True)
class Kept:
    """The runs in the store, newest first, and their results by name; the bundled pair's result beside them."""

    runs: tuple[Run, ...]
    results: Mapping[str, RunResult]
    bundled: RunResult

    @property
    def answer(self) -> str:
        """The page's question, answered in a sentence or two."""
        return kept_table.answer([*self.results.values()], self.bundled)


def found() -> Kept:
    """The runs as they are now; raises `HalfBitsError` if the store or the bundled pair cannot be read."""
    runs = tuple(store().runs())
    return Kept(runs, {run.name: run_result(run) for run in runs}, bundled_result(kept_table.bundled_logit_delta()))


def show(kept: Kept) -> None:
    """Show the kept runs, or that there are none."""
    if kept.runs:
        _show_runs(kept)
    else:
        links.miss_if_asked("run")
        links.miss_if_asked("compare")
        one_run.show_failure()
        st.caption(
            "No runs yet. Each training run is kept here with its models, its log and everything needed to repeat it; "
            "runs can be compared, and any one can be shown on all pages."
        )
    if skipped := store().skipped():
        kept_table.show_skipped(skipped)


def _show_runs(kept: Kept) -> None:
    st.header(f"{count_text(len(kept.runs), 'kept run')}", anchor="runs")
    kept_table.overview(kept.runs, kept.results)
    kept_table.limits(store(), kept.runs, store().overfull())
    with _fold("Side by side", "compare", ":material/view_column:"):
        chosen = kept_table.choose_several([kept.bundled.name, *kept.results])
        if len(chosen) < 2:
            st.caption("Choose two or more to see what differs between them.")
        else:
            kept_table.side_by_side([kept.results.get(name, kept.bundled) for name in chosen])
    with _fold("One run: use, download, rename, delete, inspect", "run", ":material/history:"):
        one_run.one_run(kept.runs)


def _fold(label: str, parameter: str, icon: str) -> "st.delta_generator.DeltaGenerator":
    """A fold that a link to what is in it opens."""
    key = f"train-fold-{parameter}"
    st.session_state.setdefault(key, parameter in st.query_params)
    # Its state is the session's: the page's top may grow by a line, and the browser then begins a fold anew.
    return st.expander(label, icon=icon, key=key, on_change="rerun")
