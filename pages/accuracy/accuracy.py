"""Accuracy: confusions of digits, and the distance of float16 from changing answers."""

from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import SIGNIFICANCE
from fp16core.figures import accuracy as figures
from fp16core.figures.base.style import REFERENCE_COLOUR, REFERENCE_NAME, TARGET_COLOUR, TARGET_NAME
from fp16core.text import percent_text, points_text
from pages.shared.session import state
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.image_card import show_image
from pages.shared.ui.words import say_if_probabilities

with state.explained():
    found = state.results()
comparison = found.comparison
reference, target = comparison.reference, comparison.target
if comparison.changed_predictions:
    st.markdown(
        f"float16 answers differently from float32 on **{comparison.changed_predictions:,} of {comparison.images:,}** "
        f"test images, which changes the accuracy by **{points_text(comparison.accuracy_delta)}**: "
        + ("more than chance would." if comparison.is_difference_significant else "no more than chance would.")
    )
else:
    st.markdown(f"No: float16 answers like float32 on all **{comparison.images:,}** test images.")
say_if_probabilities(comparison.reference)

row = headline()
for name, evaluation in ((REFERENCE_NAME, reference), (TARGET_NAME, target)):
    number(
        row,
        f"Accuracy, {name}",
        percent_text(evaluation.accuracy.value),
        f"{percent_text(evaluation.accuracy.low)} to {percent_text(evaluation.accuracy.high)}",
        "With the 95 % Wilson interval: the plausible range of the accuracy on other images of this kind.",
    )
number(
    row,
    "Difference",
    points_text(comparison.accuracy_delta),
    "float16 − float32",
    "In percentage points.",
)
number(
    row,
    "McNemar p-value",
    f"{comparison.mcnemar_p:.3g}",
    "unlikely to be chance" if comparison.is_difference_significant else "no sign of a difference",
    "The probability that chance alone would split the models' disagreements at least as unevenly as here if both "
    f"were equally accurate. Below {SIGNIFICANCE} the difference is unlikely to be chance.",
)

with st.container(border=True):
    st.header("How far is float16 from changing an answer?", anchor="margins")
    st.markdown(
        "Each point is a test image. Further right, float32 was surer; further up, float16 changed the logits more. "
        "Below the dashed line no answer can change; above it one can, if the change goes against the best digit. "
        "**Click a point to see its image.**"
    )

    def clicked() -> None:
        """Choose the image whose point was clicked."""
        if (index := picked("margins", comparison.images)) is not None:
            st.session_state.point = index

    plot, card = st.container(key="cards-margins").columns([5, 2], vertical_alignment="center")
    with card:
        index = int(
            st.number_input(
                "Image number",
                0,
                comparison.images - 1,
                comparison.closest_image,
                key="point",
                bind="query-params",
                help="Position in the test set, from 0. Initially the image closest to a changed answer.",
            )
        )
        show_image(found.images, comparison, index)
    with plot:
        chart(
            partial(figures.margin_scatter, comparison, index),
            "margins",
            "Scatter plot of the top-1 margin against the largest logit change of every test image",
            on_click=clicked,
        )

st.header("Which digits are mistaken for which?", anchor="confusion")
st.caption(
    "Rows: the true digit. Columns: the digit that the model read. The shade grows with the logarithm of the count."
)
for column, heading, draw, key in zip(
    cards(3, "cards-confusion"),
    (REFERENCE_NAME, TARGET_NAME, "float16 − float32"),
    (
        partial(figures.confusion, reference, REFERENCE_NAME, REFERENCE_COLOUR),
        partial(figures.confusion, target, TARGET_NAME, TARGET_COLOUR),
        partial(figures.confusion_delta, comparison),
    ),
    ("confusion-float32", "confusion-float16", "confusion-delta"),
    strict=True,
):
    with column:
        st.markdown(f"**{heading}**")
        chart(draw, key, f"Confusion matrix, {heading}")

st.header("Is one digit hit harder than others?", anchor="digits")
shares, deltas = cards(2, "cards-digits")
with shares:
    st.markdown("**Accuracy on each digit, with 95 % intervals**")
    chart(partial(figures.per_digit, comparison), "per-digit", "Accuracy of both models on each digit")
with deltas:
    st.markdown("**Change by float16**")
    chart(
        partial(figures.per_digit_delta, comparison),
        "per-digit-delta",
        "Accuracy change on each digit, percentage points",
    )
