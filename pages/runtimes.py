"""Runtimes: what float16 costs and gives on a CPU, in half-precision arithmetic, and on a GPU."""

import streamlit as st

from pages.shared import routing, runtimes_view, state
from pages.shared.runtimes import ACCURACY, LATENCY, Wanted

routing.through_app("pages/runtimes.py")

SECTIONS = {
    ACCURACY: runtimes_view.accuracy,
    LATENCY: runtimes_view.latency,
    runtimes_view.PHONE: runtimes_view.phone,
}

st.title("What does float16 do when it runs?")
with state.explained():
    found = state.results()
st.markdown(
    "So far both files ran on one processor in float32 arithmetic. Here they run in **five modes**: on the CPU as in "
    "the tutorial, on plain reference kernels, in **half-precision arithmetic**, and on a **GPU** with and without it."
)
about_modes = st.container()

chosen = st.segmented_control(
    "What to look at",
    list(SECTIONS),
    default=next(iter(SECTIONS)),
    required=True,
    key="runtimes-section",
    bind="query-params",
    label_visibility="collapsed",
)
counts = runtimes_view.image_counts(found.comparison.images)
with st.container(horizontal=True, vertical_alignment="bottom"):
    images, batch = next(iter(counts)), 100
    if chosen == ACCURACY:
        images = st.segmented_control(
            "Test images",
            list(counts),
            default=list(counts)[min(1, len(counts) - 1)],
            required=True,
            key="runtimes-images",
            bind="query-params",
            help="More images take longer, above all on a software GPU.",
        )
        batch = st.segmented_control(
            "At once",
            (1, 10, 100),
            default=100,
            required=True,
            key="runtimes-batch",
            bind="query-params",
            help="Images for each run. A GPU shares its sums among threads in another way for another number, and "
            "float16 sums depend on their order.",
        )
wanted = Wanted(counts[images], batch)
with about_modes:
    runtimes_view.modes(is_measured=runtimes_view.is_measured(chosen, wanted))
SECTIONS[chosen](wanted)
