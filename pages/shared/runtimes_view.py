"""What the Runtimes page shows: the modes, what they do to answers, what they take, and what other hardware does."""

from collections.abc import Mapping

import streamlit as st

from fp16core.evaluate.emulated import Accounted
from fp16core.evaluate.hardware import expectation_rows
from fp16core.evaluate.latency import Difference, ModeLatency, difference_text
from fp16core.evaluate.mode_runs import ModeRun, ModeTable
from fp16core.figures import runtimes as figures
from fp16core.runtime.modes import ExecutionMode
from fp16core.runtime.versions import versions
from fp16core.text import count_text, percent_text, points_text, small_text
from fp16core.vocabulary import HalfBitsError
from pages.shared import runtimes, state
from pages.shared.charts import chart
from pages.shared.headline import headline, number
from pages.shared.runtimes import ACCURACY, LATENCY, Wanted
from pages.shared.words import plain

PHONE = "Your phone"
"""The section in which nothing is measured."""

_TICK_S = 0.7


def image_counts(most: int) -> dict[str, int]:
    """How many test images a visitor can choose to run, by what to call it."""
    return {f"first {count:,}": count for count in (200, 1_000) if count < most} | {f"all {most:,}": most}


def is_measured(section: str, wanted: Wanted) -> bool:
    """Whether a section has something to show."""
    return section == PHONE or runtimes.survey(section, wanted) is not None


def modes(is_measured: bool) -> None:
    """The five modes: what each is, and whether this server has it; folded away where there are results to see."""
    with state.explained():
        probe = runtimes.probe()
    title = "The five modes on this server"
    if not probe.is_over:
        with st.container(border=True):
            st.markdown(f"**{title}**")
            st.fragment(_probing, run_every=_TICK_S)()
        return
    with st.expander(title, icon=":material/speed:") if is_measured else st.container(border=True):
        if not is_measured:
            st.markdown(f"**{title}**")
        _mode_list()
    with st.expander("The processor, and versions", icon=":material/memory:"):
        _machine()


def accuracy(wanted: Wanted) -> None:
    """Both files in each mode: answers, logits, and where a change arises."""
    if not _measured(ACCURACY, wanted, "Run both files in every mode", "It takes some ten seconds for 1,000 images."):
        return
    with state.explained():
        table = runtimes.table(wanted)
    if table is None or not table.runs:
        return
    _headline(table)
    with st.container(border=True):
        st.markdown("**Every mode, either file**")
        st.caption(
            f"On the first {len(table.baseline.labels):,} test images, against the float32 file on the CPU in float32 "
            "arithmetic. A mode computes in float16 if each of its logits is a number that float16 has, looked at bit "
            "by bit."
        )
        st.dataframe(figures.mode_rows(table), hide_index=True, height="content")
    left, right = st.container(key="cards").columns(2)
    with left.container(border=True):
        st.markdown("**How far logits move**")
        chart(
            figures.logit_changes(table), "logit-changes", "Largest and mean logit change of either file in each mode"
        )
        st.caption("Marks that are missing are exactly 0. A logit is the model's raw score of a digit.")
    with right.container(border=True):
        st.markdown("**Where the change arises**")
        chart(figures.snr_by_operator(table), "snr-by-mode", "Signal-to-noise ratio after each operator, by mode")
        st.caption(
            "The float16 file, cut off after each operator and run on 100 images. The lower a line, the larger the "
            "error against what it is an error of; 6 dB are one bit."
        )
    explained = _emulation(table, wanted)
    _download(wanted, explained)


def latency(wanted: Wanted) -> None:
    """What either file takes in each mode: time, loading, memory."""
    words = "Each mode is timed for some seconds, both files in turns: about a minute in all."
    if not _measured(LATENCY, wanted, "Measure times and memory", words):
        return
    with state.explained():
        outcomes = runtimes.latencies(wanted)
    found = [outcome for outcome in outcomes.values() if isinstance(outcome, ModeLatency)]
    if not found:
        return
    st.markdown(_latency_verdict(found))
    with st.container(border=True):
        st.markdown("**Is the float16 file faster or slower?**")
        chart(
            figures.latency_ratios(found),
            "latency-ratios",
            "Time of the float16 file as a multiple of the float32 file's, with 99 % intervals, and a control",
        )
        st.caption(
            "Calls to both files in turns, in random order, each ratio from calls right after each other; loaded anew "
            f"{found[0].latencies[0].loadings} times, after a warm-up. The line is the 99 % bootstrap interval. The control is the float32 file loaded twice: "
            "a difference counts only if its whole interval lies farther from 1 than the control's reaches."
        )
    left, right = st.container(key="cards").columns(2)
    with left.container(border=True):
        st.markdown("**Is float16 arithmetic faster?**")
        if any(x.arithmetic for mode in found for x in mode.latencies):
            chart(
                figures.arithmetic_ratios(found),
                "arithmetic-ratios",
                "Time in float16 arithmetic as a multiple of the time in float32 arithmetic, with 99 % intervals",
            )
            st.caption(
                "The same float16 file through the same interface, with and without float16 arithmetic. A processor "
                "without float16 instructions has to convert back and forth."
            )
        else:
            st.caption("No mode with float16 arithmetic could be timed here.")
    with right.container(border=True):
        st.markdown("**Time for an image**")
        chart(figures.latency_times(found), "latency-times", "Median time for an image and its quartiles, by mode")
        st.caption("Median, and the middle half of the calls, divided by the images of a call. One thread.")
    with st.container(border=True):
        st.markdown("**The numbers**")
        st.caption("Microseconds for each image: median and quartiles. Ratios: median and 99 % interval.")
        st.dataframe(figures.latency_rows(found), hide_index=True, height="content")
    with st.container(border=True):
        st.markdown("**Loading and memory**")
        st.caption(
            "First of all: loading and running the float32 file in a new process, in which a GPU's driver starts, and "
            "compiles what it has not kept from before. Then medians over all loadings, at the smallest batch. Memory: "
            "what one more copy of a file, read, loaded and run once, adds to the resident memory of its process; what "
            "lies in a GPU's own memory is not seen."
        )
        st.dataframe(figures.memory_rows(found), hide_index=True, height="content")
    _download(wanted, {})


def phone(_: Wanted) -> None:
    """What to expect elsewhere, with sources."""
    st.markdown(
        "A server is no phone. What others have measured and written, by hardware; where this page can measure it, "
        "trust the measurement."
    )
    st.table(expectation_rows(), hide_index=True)
    st.caption("Read in November 2026. To measure your own machine, run the dashboard there.")


def _mode_list() -> None:
    outcomes = runtimes.probe().outcomes()
    st.table(
        {
            "mode": [f"**{mode.title}**" for mode in ExecutionMode],
            "what it is": [mode.explanation for mode in ExecutionMode],
            "on this server": [_availability(outcomes.get(mode)) for mode in ExecutionMode],
        },
        hide_index=True,
    )


def _availability(outcome: ModeRun | str | None) -> str:
    if not isinstance(outcome, ModeRun):
        return f":gray[:material/block: not available.] {plain(outcome or 'It was not tried.')}"
    by = "" if outcome.adapter is None else f" {plain(outcome.adapter.title)}."
    if outcome.is_silently_float32:
        return f":orange[:material/warning: silently computes in float32], though asked for float16.{by}"
    return f":green[:material/check_circle: available.]{by}"


def _probing() -> None:
    probe = runtimes.probe()
    if probe.is_over:
        st.rerun()
    st.progress(probe.done, text=f"Trying what this machine can do: {probe.what} …")


def _machine() -> None:
    processor = runtimes.processor()
    st.markdown(f"**{plain(processor.name)}**, {count_text(processor.cores, 'core')} for this server")
    for feature in processor.features:
        mark = {
            True: ":green[:material/check:]",
            False: ":gray[:material/close:]",
            None: ":gray[:material/question_mark:]",
        }[feature.is_there]
        st.markdown(f"{mark} **{feature.name}** {feature.meaning}")
    st.caption(" · ".join(f"{name} {version}" for name, version in versions().items()) + " · one thread for each model")


def _measured(kind: str, wanted: Wanted, label: str, words: str) -> bool:
    """Offer to measure, or show how far a measurement is; returns whether there is something to show."""
    survey = runtimes.survey(kind, wanted)
    if survey is not None and not survey.is_over:
        st.fragment(_watching, run_every=_TICK_S)(kind, wanted, len(survey.outcomes()))
        return bool(survey.outcomes())
    complete = survey is not None and not survey.was_stopped
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Measure again" if survey is not None else label,
            type="secondary" if complete else "primary",
            icon=":material/refresh:" if survey is not None else ":material/play_arrow:",
            key="measure",
        ):
            with state.explained():
                runtimes.start(kind, wanted)
            st.rerun()
        if survey is None:
            st.caption(words)
        elif survey.was_stopped:
            st.caption("Stopped; what was measured before is shown.")
        elif not runtimes.is_mine(kind, wanted):
            st.caption("Measured on this server for another visitor.")
    if survey is None:
        st.caption(
            "Nothing is measured until you ask for it; a measurement can be stopped, and is kept for your visit."
        )
        return False
    for mode, outcome in survey.outcomes().items():
        if isinstance(outcome, str):
            st.caption(f":gray[:material/block:] {mode.title}: {plain(outcome)}")
    return True


def _watching(kind: str, wanted: Wanted, shown: int) -> None:
    survey = runtimes.survey(kind, wanted)
    if survey is None or survey.is_over or len(survey.outcomes()) != shown:
        st.rerun()
    row = st.container(horizontal=True, vertical_alignment="center")
    row.progress(survey.done, text=f"{survey.what} …")
    if runtimes.is_mine(kind, wanted):
        row.button(
            "Stop", icon=":material/stop_circle:", on_click=runtimes.stop, args=(kind, wanted), key="stop-measuring"
        )


def _headline(table: ModeTable) -> None:
    most = table.largest_change
    tried, silent = len(table.runs), [run for run in table.runs if run.is_silently_float32]
    columns = headline(4)
    number(
        columns[0],
        "Most answers changed",
        f"{table.changed_predictions:,}",
        f"of {len(table.baseline.labels):,} images, in any mode",
        "Images that some mode, with either file, answers otherwise than the float32 file in float32 arithmetic.",
    )
    worst = min((cell.accuracy_delta for run in table.runs for cell in run.cells(table.baseline)), default=0.0)
    number(
        columns[1],
        "Worst accuracy",
        points_text(worst),
        f"from {percent_text(table.baseline.accuracy.value)}",
        "The lowest accuracy of any mode and file, minus that of the float32 file in float32 arithmetic.",
    )
    number(
        columns[2],
        "Largest logit change",
        "—" if most is None else small_text(most[1].max_abs_logit_delta),
        "" if most is None else most[0].mode.title,
        "A logit is the model's raw score of a digit.",
    )
    number(
        columns[3],
        "Modes that ran",
        f"{tried} of {len(ExecutionMode)}",
        f"{len(silent)} silently in float32" if silent else "each as it was asked to",
        "The others are not to be had on this server; the list above says why.",
    )


def _emulation(table: ModeTable, wanted: Wanted) -> dict[ExecutionMode, Accounted | str]:
    found: dict[ExecutionMode, Accounted | str] = {}
    halves = [run for run in table.runs if run.mode.asks_for_float16 and not run.is_silently_float32]
    if not halves:
        return found
    st.subheader("An emulation that accounts for it", anchor="emulation")
    st.markdown(
        "Emulated in NumPy: the network with everything rounded to float16, and its sums formed in three ways. What "
        "hardware differs in is how it adds up."
    )
    for run in halves:
        try:
            found[run.mode] = runtimes.accounted(run, wanted)
        except HalfBitsError as error:
            found[run.mode] = str(error)
    columns = st.container(key="cards-emulation").columns(len(halves))
    for column, run in zip(columns, halves, strict=True):
        with column.container(border=True):
            st.markdown(f"**{run.mode.title}**, against an emulation")
            accounted = found[run.mode]
            if isinstance(accounted, str):
                st.caption(f"This network cannot be emulated. {plain(accounted)}")
                continue
            best = accounted.best
            st.markdown(
                f"**{percent_text(best.exact_share)}** of the logits of {accounted.images:,} images are what the "
                f"emulation gives, bit for bit, with {best.way}."
            )
            st.table(figures.emulation_rows(accounted), hide_index=True)
            st.caption(_bound_words(accounted))
    return found


def _bound_words(found: Accounted) -> str:
    if found.within_bound:
        return (
            f"Every logit lies where float16 arithmetic can bring it in any order of its sums: at most "
            f"{small_text(found.bound)} from exact arithmetic (n·u·Σ|terms|, Jeannerod and Rump 2013), in fact "
            f"{small_text(found.farthest)}."
        )
    return (
        f":orange[Some logits lie outside of what float16 arithmetic can do] (at most {small_text(found.bound)} from "
        f"exact arithmetic): something else computes here."
    )


def _latency_verdict(found: list[ModeLatency]) -> str:
    usual = next((mode for mode in found if mode.mode is ExecutionMode.CPU_FLOAT32), found[0])
    if all(x.difference is Difference.NONE for x in usual.latencies):
        words = f"**{Difference.NONE.value}**"
    else:
        words = "; ".join(
            f"with {count_text(x.batch, 'image')} at once **{difference_text(x.difference, x.files)}**"
            for x in usual.latencies
        )
    return f"The float16 file against the float32 file, in the mode “{usual.mode.title}”: {words}."


def _download(wanted: Wanted, explained: Mapping[ExecutionMode, Accounted | str]) -> None:
    st.download_button(
        "All measurements as JSON",
        lambda: runtimes.document(wanted, explained),
        file_name="runtimes.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )
