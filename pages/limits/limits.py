"""Limits: fewer bits for the weights, and weights at the ends of float16's range, until the model breaks."""

import streamlit as st

from pages.limits import fewer_bits, scaled_weights
from pages.shared.session.measuring.sweep import go_on

FEWER, SCALED = "Fewer bits", "Larger and smaller weights"

answer = st.container()
view = st.segmented_control(
    "View",
    [FEWER, SCALED],
    default=FEWER,
    required=True,
    key="limits-view",
    label_visibility="collapsed",
    bind="query-params",
)
if view == FEWER:
    fewer_bits.show(answer)
else:
    scaled_weights.show(answer)
go_on()
