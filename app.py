"""Half the Bits: the router. Streamlit runs this file on every visit and every click."""

import streamlit as st

from pages.shared import own_trial, routing, sidebar, state, training, turns, widget_values

routing.begin()
st.set_page_config(page_title="Half the Bits", page_icon=routing.ICON, layout="wide")
st.html(sidebar.LOOK)

page = st.navigation(
    {
        "What float16 changes": [
            st.Page("pages/overview.py", title="Overview", icon=":material/fact_check:", default=True),
            st.Page("pages/digits.py", title="Digits", icon=":material/grid_view:"),
            st.Page("pages/try_digit.py", title="Try a digit", icon=":material/draw:"),
            st.Page("pages/accuracy.py", title="Accuracy", icon=":material/target:"),
            st.Page("pages/runtimes.py", title="Runtimes", icon=":material/speed:"),
        ],
        "Numerics lab": [
            st.Page("pages/weights.py", title="Weights", icon=":material/bar_chart:"),
            st.Page("pages/bits.py", title="Bits", icon=":material/memory:"),
            st.Page("pages/files.py", title="Files", icon=":material/draft:"),
            st.Page("pages/layers.py", title="Layers", icon=":material/layers:"),
            st.Page("pages/scales.py", title="Overflow", icon=":material/open_in_full:"),
            st.Page("pages/dial.py", title="Precision dial", icon=":material/tune:"),
            st.Page("pages/guarantee.py", title="Guarantee", icon=":material/verified:"),
        ],
        "Your own models": [
            st.Page("pages/train.py", title="Train", icon=":material/model_training:"),
            st.Page("pages/runs.py", title="Runs", icon=":material/history:"),
            st.Page("pages/your_files.py", title="Your files", icon=":material/upload_file:"),
        ],
    },
    expanded=True,
)
state.keep_memory_together()
with turns.turn():
    routing.resume_deep_link()
    own_trial.collect()
    sidebar.show_active_pair()
    training.follow(is_shown=page.url_path == "train")
    with sidebar.closing_after_choice(page.url_path):
        page.run()
    widget_values.tell()
    state.settle_memory()
