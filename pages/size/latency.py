"""Sections on time and memory, here and elsewhere."""

from functools import partial

import streamlit as st

from fp16core.claims.evidence import Measurement
from fp16core.figures.modes import latency as figures
from fp16core.modes.files_time import files_times, summary_text
from fp16core.modes.hardware import expectation_rows
from fp16core.modes.latency import ModeLatency
from fp16core.modes.latency_tables import arithmetic_verdict, latency_rows, memory_rows, memory_verdict
from fp16core.modes.measured import measured_pair
from fp16core.modes.runs import ModeTable
from fp16core.worker.modes.latency import IMAGES
from pages.shared.session import state
from pages.shared.session.measuring import measurements
from pages.shared.session.measuring.measurement_board import Wanted
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards
from pages.shared.ui.tables import show_table
from pages.size.parts import adapter_words, document, download, measured


def latency() -> None:
    """Show time, loading and memory of either file in each mode."""
    wanted = Wanted(Measurement.LATENCY, IMAGES, 0)
    words = "Each mode is timed for a few seconds, both files alternately: about a minute in all."
    if not measured(wanted, "Measure times and memory", words):
        return
    with state.explained():
        outcomes = measurements.latencies(wanted)
        usual, pair = state.results().comparison.reference, measured_pair(state.active_pair())
    found = [outcome for outcome in outcomes.values() if isinstance(outcome, ModeLatency)]
    if not found:
        return
    st.markdown(
        f"The float16 file against the float32 file, in the mode “{found[0].mode.title}”: "
        f"**{summary_text(files_times(found[0]))}**."
    )
    adapter_words([mode.adapter for mode in found])
    left, right = cards(2)
    with left:
        st.markdown("**Is the float16 file faster or slower?**")
        chart(
            partial(figures.latency_ratios, found),
            "latency-ratios",
            "Time of the float16 file as a multiple of the float32 file's, with 99 % intervals, and a control",
        )
    with right:
        st.markdown("**Is float16 arithmetic faster?**")
        if verdict := arithmetic_verdict(found):
            st.markdown(verdict)
            chart(
                partial(figures.arithmetic_ratios, found),
                "arithmetic-ratios",
                "Time in float16 arithmetic as a multiple of the time in float32 arithmetic, with 99 % intervals",
            )
            st.caption(
                "The same float16 file through the same interface, with and without float16 arithmetic. A processor "
                "without float16 instructions has to convert back and forth."
            )
        else:
            st.caption("No mode with float16 arithmetic has been timed.")
    with st.expander("Method", icon=":material/science:"):
        st.caption(
            "Both files are called alternately, in random order; each ratio is of calls in the same turn. Everything "
            f"is reloaded {found[0].latencies[0].loadings} times, and warmed up. The line is the 99 % interval, found "
            "by resampling the measured ratios (bootstrap). The control is the float32 file loaded twice: a difference "
            "counts only if its whole interval lies farther from 1 than the control's reaches."
        )
    with st.expander("Time for an image, and all numbers", icon=":material/timer:"):
        chart(
            partial(figures.latency_times, found),
            "latency-times",
            "Median time for an image and its quartiles, by mode",
        )
        st.caption(
            "Median, and the middle half of the calls, divided by the images of a call. One thread. Ratios: median and "
            "99 % interval."
        )
        show_table(latency_rows(found), height="content")
    st.markdown(memory_verdict(found))
    with st.expander("Loading and memory", icon=":material/memory:"):
        st.caption(
            "First load: loading and running the float32 file for the first time in a process, in which a GPU's driver "
            "starts, and compiles what it has not cached. Then medians over all loadings, at the smallest "
            "batch. Memory: what one more copy of a file, read, loaded and run once, adds to the memory that its "
            "process holds (resident); memory on the GPU itself is not counted. Control: the float32 file against "
            "itself."
        )
        show_table(memory_rows(found), height="content")
    download(partial(document, pair, ModeTable(usual, {}), outcomes, {}))


def phone() -> None:
    """Show expectations for other hardware, with sources."""
    st.markdown(
        "**From sources, not measured here**: a server is not a phone, so this is what others have published, by "
        "hardware. Where this page can measure, trust the measurement."
    )
    st.page_link(
        "size/size.py",
        label=f"{measurements.OWN_GPU}: measure the device that shows this page",
        icon=":material/speed:",
        query_params={"size-view": measurements.SPEED, "runtimes-section": measurements.OWN_GPU},
    )
    st.table(expectation_rows(), hide_index=True)
    st.caption(
        "Read in November 2026. To measure everything on a machine of yours, run the dashboard there, or "
        "`python -m fp16core runtimes`."
    )
