"""Runtimes: what float16 costs and gives on a CPU, in half-precision arithmetic, and on a GPU."""

import streamlit as st

from fp16core.claims.evidence import Measurement
from pages.runtimes import accuracy, latency, parts
from pages.shared.session import state
from pages.shared.session.measurement_board import Wanted
from pages.shared.session.measurements import ACCURACY, LATENCY, PHONE

with state.explained():
    found = state.results()
st.markdown(
    "On the other pages both files run on the processor in float32 arithmetic. Here they run in **five modes**: on the "
    "CPU as in the tutorial, on plain reference kernels, in **half-precision arithmetic**, and on a **GPU** with and "
    "without it."
)
parts.modes()

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
    counts = accuracy.image_counts(found.comparison.images)
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
            help="Images for each run. A GPU distributes its sums over threads differently for each batch size, and "
            "float16 sums depend on their order. A file with a fixed batch size keeps it.",
        )
    accuracy.accuracy(Wanted(Measurement.ACCURACY, counts[images], batch))
elif chosen == LATENCY:
    latency.latency()
else:
    latency.phone()
