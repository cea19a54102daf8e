"""Section on what the modes do to answers."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.figures.modes import accuracy as figures
from fp16core.modes.accuracy_tables import emulation_rows, emulation_sentence, mode_rows
from fp16core.modes.emulated import Accounted
from fp16core.modes.measured import measured_pair
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import percent_text, points_text, small_text
from fp16core.vocabulary import HalfBitsError
from pages.shared.session import state
from pages.shared.session.measuring import measurements
from pages.shared.session.measuring.measurement_board import Wanted
from pages.shared.session.subject import images_text
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain
from pages.size.parts import adapter_words, document, download, measured


def image_counts(most: int) -> dict[str, int]:
    """Numbers of test images that a visitor can choose, by label."""
    return {f"first {count:,}": count for count in (200, 1_000) if count < most} | {f"all {most:,}": most}


def accuracy(wanted: Wanted) -> None:
    """Show both files in each mode: answers, logits, and the operators that change them."""
    words = "Ten seconds or so for 1,000 images; all of them take a minute with a software GPU."
    if not measured(wanted, "Run both files in every mode", words):
        return
    with state.explained():
        table = measurements.table(wanted)
        pair = measured_pair(state.active_pair())
    if not table.runs:
        return
    _headline(table)
    with st.container(border=True):
        st.markdown(
            f"**Every mode, either file**, on the first {table.images:,} test images, {table.runs[0].batch:,} at once",
            help="Against the float32 file on the CPU in float32 arithmetic. A mode computes in float16 if each of its "
            "logits is a number that float16 has, checked bit by bit.",
        )
        show_table(mode_rows(table), height="content")
        adapter_words([run.adapter for run in table.runs])
    left, right = cards(2)
    with left:
        st.markdown("**How far logits move**")
        chart(
            partial(figures.logit_changes, table),
            "logit-changes",
            "Largest and mean logit change of either file by mode",
        )
        st.caption("Missing marks are exactly 0.", help=hint("logit change", "logit"))
    with right:
        st.markdown("**Where the change arises**")
        chart(
            partial(figures.snr_by_operator, table), "snr-by-mode", "Signal-to-noise ratio after each operator, by mode"
        )
        st.caption(
            "The float16 file, cut off after each operator and run on 100 images. The lower a line, the larger the "
            "error relative to the activations; 6 dB are one bit."
        )
        for run in table.runs:
            if run.steps_refused is not None:
                st.caption(
                    f":orange[{run.mode.title} could not be examined operator by operator.] {plain(run.steps_refused)}"
                )
    explained = _emulation(table)
    download(partial(document, pair, table, {}, explained))


def _headline(table: ModeTable) -> None:
    silent = [run for run in table.runs if run.is_silently_float32]
    changed, lowest, largest = table.most_changed, table.lowest_accuracy, table.largest_change
    if changed is None or lowest is None or largest is None:
        return
    row = headline()
    number(
        row,
        "Answers changed",
        f"{changed.comparison.changed_predictions:,}",
        f"of {changed.comparison.images:,}, "
        + (f"at most: {changed.run.mode.short_title}" if changed.comparison.changed_predictions else "in no mode"),
        "The most images that one mode, with either file, answers differently from the float32 file in float32.",
    )
    number(
        row,
        "Lowest accuracy",
        percent_text(lowest.comparison.target.accuracy.value),
        f"of {images_text(lowest.comparison.images)}; {points_text(lowest.comparison.accuracy_delta)}: "
        f"{lowest.run.mode.short_title}",
        f"Of any mode, with either file. The float32 file in float32 arithmetic reads "
        f"{percent_text(lowest.comparison.reference.accuracy.value)} right.",
    )
    number(
        row,
        "Largest logit change",
        small_text(largest.comparison.max_abs_logit_delta),
        largest.run.mode.short_title,
        hint("logit", "logit change", more="Of any mode, with either file."),
    )
    number(
        row,
        "Modes that ran",
        f"{len(table.runs)} of {len(ExecutionMode)}",
        f"{len(silent)} silently in float32" if silent else "in the requested arithmetic",
        "Where a mode is unavailable here, the reason is shown above.",
    )


def _emulation(table: ModeTable) -> dict[ExecutionMode, Accounted | str]:
    found: dict[ExecutionMode, Accounted | str] = {}
    halves = table.float16_runs
    if not halves:
        return found
    place = st.empty()
    with st.spinner("Emulating float16 arithmetic …"):
        for run in halves:
            try:
                found[run.mode] = measurements.accounted(run, partial(_progress, place, run))
            except HalfBitsError as error:
                found[run.mode] = str(error)
    place.empty()
    with st.expander("Does an emulation account for it?", icon=":material/calculate:"):
        st.markdown(
            "Emulated in NumPy: the network with everything rounded to float16, and its sums formed in one known way "
            "after the other, until one gives every logit. Hardware differs in how it adds up. A *fused multiply-add* "
            "rounds once, after the product has been added; *in fours*, the second and fourth of four products are "
            "added like that, and the first and third as one term."
        )
        for column, run in zip(cards(len(halves), "cards-emulation"), halves, strict=True):
            with column:
                _accounted(run, found[run.mode])
    return found


def _progress(place: DeltaGenerator, run: ModeRun, what: str, done: float) -> None:
    place.progress(done, text=f"{run.mode.short_title}: {what} …")


def _accounted(run: ModeRun, accounted: Accounted | str) -> None:
    st.markdown(f"**{run.mode.title}**, against an emulation")
    if isinstance(accounted, str):
        st.caption(f"This network cannot be emulated. {plain(accounted)}")
        return
    st.markdown(emulation_sentence(accounted))
    st.table(emulation_rows(accounted), hide_index=True)
    st.caption(_bound_words(accounted))


def _bound_words(found: Accounted) -> str:
    actual = f"Logits lie up to {small_text(found.farthest)} from what exact sums of the same rounded numbers give."
    if found.within_bound:
        return (
            f"{actual} If all roundings erred in the same direction, it could be {small_text(found.bound)} "
            "(n·u·Σ|terms| for n terms, with float16's u = 2⁻¹¹; Jeannerod and Rump, 2013): a bound for any order of "
            "the sums, which excludes little."
        )
    return (
        f":orange[{actual} In float16 arithmetic it could not be more than {small_text(found.bound)}], in any order of "
        "the sums: something else computes here."
    )
