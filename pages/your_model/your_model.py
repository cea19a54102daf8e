"""Your files: a visitor's own models and test images, tried and then shown on every page."""

import streamlit as st

from pages.shared.session import trials
from pages.shared.ui.headline import cards
from pages.your_model.held import show_held
from pages.your_model.progress import show_progress
from pages.your_model.summary import show_summary
from pages.your_model.uploaders import upload_dataset, upload_models

if trials.collect():
    st.rerun()  # it ended after the router had settled what this run shows

st.markdown(
    "Upload a digit classifier of your own, test images of your own, or both: every page of this dashboard then shows "
    "what float16 does to **your** model. A file from outside may be damaged, so it is first tried in a process of its "
    "own, where a crash costs no more than an error message."
)
progress, summary = st.container(), st.container()
models, dataset = cards(2, "cards-bring")
with models:
    upload_models()
with dataset:
    upload_dataset()
with st.container(border=True):
    show_held()
with progress:
    show_progress()
with summary:
    show_summary()
