"""All modes of execution at a glance: measured on this server, and recorded on other hardware."""

from functools import partial

import streamlit as st

from fp16core.figures.modes import facts as figures
from fp16core.modes.facts import fact_rows, mode_facts
from fp16core.recordings.gallery import shipped_recordings
from fp16core.recordings.words import provenance_text, recorded_sentence, recorded_sums_text
from fp16core.text import count_text
from pages.shared.session.measuring import measurements
from pages.shared.session.measuring.measurements import ACCURACY, LATENCY
from pages.shared.ui.charts import chart
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain


def show() -> None:
    """Show what has been measured here, and the recording."""
    found = measurements.evidence()
    if here := mode_facts(found.table, found.latencies):
        with st.container(border=True):
            st.markdown("**Measured on this server, with this model**")
            show_table(fact_rows(here), height="content")
    show_recorded()


def show_recorded() -> None:
    """Show the recording."""
    recording = shipped_recordings()[0]
    st.markdown(recorded_sentence(recording))
    with st.container(border=True):
        st.markdown(f"**Time for an image in {count_text(len(recording.timed), 'mode')}**")
        chart(
            partial(figures.image_times, recording.modes),
            "recorded-times",
            "Median time of the float16 file for an image, by mode and number of images at once, on recorded hardware",
        )
        show_table(fact_rows(recording.modes), height="content")
        st.caption(
            f"{plain(provenance_text(recording))} Not measured on this server, nor with any other model: choose "
            f"*{ACCURACY}* or *{LATENCY}* for that. Answers are compared with the float32 file on a processor in "
            "float32."
        )
        st.caption(recorded_sums_text(recording))
