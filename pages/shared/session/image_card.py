"""A test image beside a chart: what it is, what both models read, where to see more."""

import streamlit as st

from fp16core.figures.digits import digit_png, hover_sentence
from pages.shared.session.state import Results
from pages.shared.ui.words import flip_sentence


def show_image(found: Results, index: int) -> None:
    """One test image with both models' answers and a link to all about it."""
    comparison = found.comparison
    st.image(digit_png(found.images[index]), width=140, alt=f"Test image {index}, a {comparison.labels[index]}")
    st.markdown(hover_sentence(comparison, index) + ".")
    st.caption(flip_sentence(comparison.report(index)))
    link_to_image(index)


def link_to_image(index: int) -> None:
    """A link to all there is to say of one test image."""
    st.page_link(
        "digits/digits.py",
        label="All about this image",
        icon=":material/arrow_forward:",
        query_params={"image": str(index)},
    )
