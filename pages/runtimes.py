"""Runtimes: what float16 costs and gives on a CPU, in half-precision arithmetic, and on a GPU."""

import streamlit as st

from fp16core.claims.evidence import Measurement
from pages.shared import routing, runtimes_accuracy, runtimes_latency, runtimes_parts, state
from pages.shared.runtimes import ACCURACY, LATENCY, PHONE
from pages.shared.runtimes_board import Wanted

routing.through_app("pages/runtimes.py")

st.title("What does float16 do when it runs?")
with state.explained():
    found = state.results()
st.markdown(
    "On the other pages both files run on the processor in float32 arithmetic. Here they run in **five modes**: on the "
    "CPU as in the tutorial, on plain reference kernels, in **half-precision arithmetic**, and on a **GPU** with and "
    "without it."
)
runtimes_parts.modes()

chosen = st.segmented_control(
    "What to look at",
    [ACCURACY, LATENCY, PHONE],
    default=ACCURACY,
    required=True,
    key="runtimes-section",
    bind="query-params",
    label_visibility="collapsed",
)
if chosen == ACCURACY:
    counts = runtimes_accuracy.image_counts(found.comparison.images)
    with st.container(horizontal=True, vertical_alignment="bottom"):
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
            "float16 sums depend on their order. A file that fixes a number itself runs with that.",
        )
    runtimes_accuracy.accuracy(Wanted(Measurement.ACCURACY, counts[images], batch))
elif chosen == LATENCY:
    runtimes_latency.latency()
else:
    runtimes_latency.phone()
