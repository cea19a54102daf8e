"""Logits and margins of one image or of many, beside float16's changes."""

from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.figures import digits, margins
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards
from pages.shared.ui.words import flip_sentence


def of_one_image(comparison: Comparison, index: int) -> None:
    """Show both models' logits for a test image, and their changes against the margins."""
    st.markdown(flip_sentence(comparison.report(index)))
    logits, rivals = cards(2, "cards-logits")
    with logits:
        st.markdown("**Logits of both models, and what float16 changed**")
        chart(
            partial(digits.logits, comparison, index),
            "layer-logits",
            f"Logits of both models and their differences for image {index}",
        )
        st.caption("Above, each digit's logit by both models; below, the difference, on a scale of its own.")
    with rivals:
        st.markdown("**The change against the margin**")
        chart(
            partial(margins.by_rival, comparison, index),
            "layer-rivals",
            f"The margin of the best digit over each other digit, and its change by float16, for image {index}",
        )
        st.caption("The answer changes where a filled green mark reaches the blue one above it.")


def of_many_images(comparison: Comparison, count: int) -> None:
    """Show the distributions of changes and margins over the first ``count`` test images."""
    changed, exposed = comparison.changed_and_exposed(count)
    st.markdown(
        f"Of these {count:,} answers, **{changed:,}** changed. On **{exposed:,}** images some logit changed by at "
        "least half the margin; on all others, no answer could change."
    )
    with st.container(border=True):
        st.markdown("**Changes and margins of all these images**")
        chart(
            partial(margins.changes_and_margins, comparison, count),
            "layer-margins",
            "Distributions of the largest logit change and of half the top-1 margin",
        )
        st.caption(
            "An answer can only change where an image’s change, in the green distribution, reaches half its margin, in "
            "the blue one: that is, where the two overlap, if only for a few images."
        )
