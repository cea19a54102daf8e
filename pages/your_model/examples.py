"""Models that ship with the dashboard, each of which breaks in float16 and shows how it is cured."""

import streamlit as st

from fp16core.diagnosis.examples import EXAMPLES, Example
from pages.shared.session import trials
from pages.your_model.story.declared import fill


def show_examples() -> None:
    """Show a button for each example, which diagnoses it."""
    st.markdown("No file at hand? See a model break, and its cure:")
    row = st.container(horizontal=True, key="own-examples")
    for example in EXAMPLES:
        row.button(
            example.title,
            icon=":material/heart_broken:",
            key=f"own-example-{example.key}",
            help=example.sentence,
            on_click=_begin,
            args=(example,),
        )


def _begin(example: Example) -> None:
    """Diagnose an example, with the ranges of its inputs in sight, where they can be changed."""
    fill(example.ranges)
    trials.begin_example(example)
