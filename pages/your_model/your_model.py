"""Your model: any model diagnosed, and a visitor's own digit classifier and test images shown on every page."""

import streamlit as st

from pages.shared.session import diagnoses, trials
from pages.shared.ui.headline import cards
from pages.your_model.held import show_held
from pages.your_model.progress import show_progress
from pages.your_model.story.story import show_story
from pages.your_model.summary import show_summary
from pages.your_model.uploaders import upload_dataset, upload_models

if trials.collect() or diagnoses.collect():
    st.rerun()  # it ended after the router had settled what this run shows

progress, summary = st.container(), st.container()
bring = st.container()
models, dataset = cards(2, "cards-bring")
with models:
    upload_models()
with dataset:
    upload_dataset()
show_held()
with progress:
    show_progress()
with summary:
    show_summary()
    if show_story():
        bring.header("Another model", anchor="bring")
