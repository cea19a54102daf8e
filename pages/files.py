"""Files: what the two files hold, byte by byte and operator by operator, and another way to make the second."""

import streamlit as st

from pages.shared import files_bytes, files_conversion, files_graph, routing

routing.through_app("pages/files.py")

VIEWS = {
    "Bytes": files_bytes.show,
    "Graph": files_graph.show,
    "Converter and quantizer": files_conversion.show,
}

st.title("What is inside the two files?")
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
