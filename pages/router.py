"""The router of Half the Bits, which Streamlit runs on every visit and every click."""

import streamlit as st

from pages.shared.server import guard, memory, turns, widget_values
from pages.shared.session import casting, links, measurements, sidebar, training, trials

_ABOUT_NO_PAIR = ("train", "runs", "your_files")  # these pages do not show the active pair

guard.begin_run()
links.begin()
st.set_page_config(page_title="Half the Bits", page_icon=sidebar.ICON, layout="wide")
st.html(sidebar.LOOK)

page = st.navigation(
    {
        "What float16 changes": [
            st.Page("overview/overview.py", title="Overview", icon=":material/fact_check:", default=True),
            st.Page("digits/digits.py", title="Digits", icon=":material/grid_view:"),
            st.Page("try_digit/try_digit.py", title="Try a digit", icon=":material/draw:"),
            st.Page("accuracy/accuracy.py", title="Accuracy", icon=":material/target:"),
            st.Page("runtimes/runtimes.py", title="Runtimes", icon=":material/speed:"),
        ],
        "Numerics lab": [
            st.Page("weights/weights.py", title="Weights", icon=":material/bar_chart:"),
            st.Page("bits/bits.py", title="Bits", icon=":material/memory:"),
            st.Page("files/files.py", title="Files", icon=":material/draft:"),
            st.Page("layers/layers.py", title="Layers", icon=":material/layers:"),
            st.Page("overflow/overflow.py", title="Overflow", icon=":material/open_in_full:"),
            st.Page(
                "overflow/overflow.py", title="Overflow", url_path="scales", visibility="hidden"
            ),  # its old address
            st.Page("dial/dial.py", title="Precision dial", icon=":material/tune:"),
            st.Page("guarantee/guarantee.py", title="Guarantee", icon=":material/verified:"),
        ],
        "Your own models": [
            st.Page("train/train.py", title="Train", icon=":material/model_training:"),
            st.Page("runs/runs.py", title="Runs", icon=":material/history:"),
            st.Page("your_files/your_files.py", title="Your files", icon=":material/upload_file:"),
        ],
    },
    expanded=True,
)
links.leave_out_unusable(page)
memory.limit_arenas()
with turns.turn():
    trials.collect()
    sidebar.show_active_pair()
    training.follow(is_shown=page.url_path == "train")
    measurements.follow(is_shown=page.url_path == "runtimes")
    if page.url_path not in _ABOUT_NO_PAIR:
        casting.say_if_not_float16()
    with sidebar.closing_after_choice(page.url_path):
        page.run()
    widget_values.tell()
    links.tell()
    memory.settle()
