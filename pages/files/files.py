"""Files: contents of the two files, byte by byte and operator by operator, and another way to make the second."""

import streamlit as st

from pages.files import conversion, graph, sizes

VIEWS = {
    "Bytes": sizes.show,
    "Graph": graph.show,
    "Converter and quantizer": conversion.show,
}

view = st.segmented_control(
    "View",
    list(VIEWS),
    default="Bytes",
    required=True,
    key="files-view",
    bind="query-params",
    label_visibility="collapsed",
)
VIEWS[view]()
