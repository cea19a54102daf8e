"""Your files: a visitor's own models and test images, tried and then shown on every page."""

import streamlit as st

from pages.shared import own_trial, own_view, routing
from pages.shared.headline import cards

routing.through_app("pages/your_files.py")
if own_trial.collect():
    st.rerun()  # it ended after the router had settled what this run shows

st.title("Does float16 keep your model’s answers?")
st.markdown(
    "Bring a digit classifier of your own, test images of your own, or both: every page of this dashboard then shows "
    "what float16 does to **your** model. A file from outside may be damaged, so it is first tried in a process of its "
    "own, where a crash costs no more than a sentence."
)
progress, summary = st.container(), st.container()
models, dataset = cards(2, "cards-bring")
with models:
    own_view.bring_models()
with dataset:
    own_view.bring_dataset()
with st.container(border=True):
    own_view.show_held()
with progress:
    own_view.show_progress()
with summary:
    own_view.show_summary()
