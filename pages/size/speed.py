"""The view of speed and accuracy: the modes of execution, recorded elsewhere and measured here."""

import streamlit as st

from fp16core.claims.evidence import Measurement
from pages.shared.address import defaults
from pages.shared.session import state
from pages.shared.session.measuring.measurement_board import Wanted
from pages.shared.session.measuring.measurements import ACCURACY, GLANCE, LATENCY, OWN_GPU, PHONE
from pages.size import accuracy, glance, latency, own_gpu, parts


def show() -> None:
    """The view."""
    chosen = st.segmented_control(
        "Where and what",
        [GLANCE, ACCURACY, LATENCY, OWN_GPU, PHONE],
        default=GLANCE,
        required=True,
        key="runtimes-section",
        bind="query-params",
        label_visibility="collapsed",
    )
    sections = {
        GLANCE: glance.show,
        ACCURACY: _accuracy,
        LATENCY: latency.latency,
        OWN_GPU: own_gpu.own_gpu,
        PHONE: latency.phone,
    }
    sections[chosen]()
    if chosen in (ACCURACY, LATENCY):
        parts.modes()


def _accuracy() -> None:
    with state.explained():
        images = state.results().comparison.images
    counts = accuracy.image_counts(images)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.segmented_control(
            "Test images",
            list(counts),
            default=defaults.note("runtimes-images", list(counts)[min(1, len(counts) - 1)], counts),
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
    accuracy.accuracy(Wanted(Measurement.ACCURACY, counts[most], batch))
