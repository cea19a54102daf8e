"""The confusion matrices of both models, whose cells lead to the images behind them."""

from functools import partial

import streamlit as st

from fp16core.evaluate.browse import Show, select_images
from fp16core.evaluate.comparison import Comparison
from fp16core.figures import accuracy as figures
from fp16core.figures.base.style import REFERENCE_COLOUR, REFERENCE_NAME, TARGET_COLOUR, TARGET_NAME
from fp16core.text import count_text
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.headline import cards

_CHOSEN = "answers-cell"


def show(comparison: Comparison) -> None:
    """Show both matrices and their difference."""
    st.header("Which digits are mistaken for which?", anchor="confusion")
    st.caption(
        "Rows: the true digit. Columns: the digit that the model read. The shade grows with the logarithm of the "
        "count. Choose a cell to see the images that either model read so."
    )
    unanswered = comparison.reference.unanswered, comparison.target.unanswered
    for column, heading, draw, key, left_out in zip(
        cards(3, "cards-confusion"),
        (REFERENCE_NAME, TARGET_NAME, "float16 − float32"),
        (
            partial(figures.confusion, comparison.reference, REFERENCE_NAME, REFERENCE_COLOUR),
            partial(figures.confusion, comparison.target, TARGET_NAME, TARGET_COLOUR),
            partial(figures.confusion_delta, comparison),
        ),
        ("confusion-float32", "confusion-float16", "confusion-delta"),
        (*unanswered, max(unanswered)),
        strict=True,
    ):
        with column:
            st.markdown(f"**{heading}**")
            chart(draw, key, f"Confusion matrix, {heading}", on_click=partial(_choose, key))
            if left_out:
                st.caption(f"Without {count_text(left_out, 'image')} that got no answer: a logit is not a number.")


def _choose(key: str) -> None:
    """Note the cell that was chosen: a callback cannot open a page."""
    if (cell := picked(key, 100)) is not None:
        st.session_state[_CHOSEN] = cell, key == "confusion-delta"


def go_to_images(comparison: Comparison) -> None:
    """Open the images of a cell, if one was chosen, at the first of them."""
    if _CHOSEN not in st.session_state:
        return
    cell, only_changed = st.session_state.pop(_CHOSEN)
    true, predicted = divmod(cell, 10)
    asked = {"true": str(true), "predicted": str(predicted)}
    if only_changed:
        asked["show"] = "models differ"
    listed = select_images(comparison, Show.DIFFER if only_changed else Show.ALL, true, predicted)
    if len(listed):
        asked["image"] = str(listed[0])
    st.switch_page("digits/digits.py", query_params=asked)
