"""Logits and margins of one image or of many, beside float16's changes."""

from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.figures import digits, margins
from pages.shared.ui.charts import chart
from pages.shared.ui.words import flip_sentence


def of_one_image(comparison: Comparison, index: int) -> None:
    """Show how the changes of a test image's logits compare with its margins."""
    chart(
        partial(margins.by_rival, comparison, index),
        "layer-rivals",
        f"The margin of the best digit over each other digit, and its change by float16, for image {index}",
    )
    st.caption(
        f"{flip_sentence(comparison.report(index))} The answer changes where a filled green mark reaches the blue one "
        "above it."
    )


def logits_of_one_image(comparison: Comparison, index: int) -> None:
    """Show both models' logits for a test image, and their changes."""
    chart(
        partial(digits.logits, comparison, index),
        "layer-logits",
        f"Logits of both models and their differences for image {index}",
    )
    st.caption("Above, each digit's logit by both models; below, the difference, on a scale of its own.")


def of_many_images(comparison: Comparison, count: int) -> None:
    """Show the distributions of changes and margins over the first ``count`` test images."""
    changed, exposed = comparison.changed_and_exposed(count)
    chart(
        partial(margins.changes_and_margins, comparison, count),
        "layer-margins",
        "Distributions of the largest logit change and of half the margin",
    )
    st.caption(
        f"Of these {count:,} answers, **{changed:,}** changed. On **{exposed:,}** images some logit changed by at "
        "least half the margin, where the two distributions overlap; on all others, no answer could change."
    )
