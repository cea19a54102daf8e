"""Size and speed: bytes, the modes of execution here and on recorded hardware, graphs, and advice."""

import streamlit as st

from pages.shared.session import state
from pages.shared.session.measuring.measurements import SPEED
from pages.size import advice, conversion, graph, own_gpu, sizes, speed

VIEWS = {
    "Bytes": sizes.show,
    SPEED: speed.show,
    "Graph": graph.show,
    "Converter and quantizer": conversion.show,
}

with state.explained():
    known = advice.known()
st.markdown(advice.answer(known))
view = st.segmented_control(
    "View",
    list(VIEWS),
    default="Bytes",
    required=True,
    key="size-view",
    bind="query-params",
    label_visibility="collapsed",
)
# The advice is drawn first: a view may stop early, or measure for long.
body = st.container()
with state.explained():
    more = own_gpu.reasons()
advice.show(known, more)
with body:
    VIEWS[view]()
