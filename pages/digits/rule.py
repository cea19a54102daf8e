"""The rule by which a picture is said not to look like a digit."""

import streamlit as st

from fp16core.reading.likeness import FALSE_ALARMS
from fp16core.text import percent_text, share_text, small_text
from pages.digits import pictures
from pages.shared.digit import readings


def show_rule() -> None:
    """Explain the rule by which a picture is said not to look like a digit, with its measured error rates."""
    checked, rule = pictures.rule_check(), readings.likeness()
    st.markdown(
        "The models cannot answer “none of the ten”. Therefore the picture is compared with every test image of the "
        "digit that float32 names, in two ways: by its pixels, averaged over 2 × 2, and by what the convolutions of "
        "the good bundled network find in its four quarters. Either distance is Euclidean, to the nearest image "
        f"({small_text(rule.pixel_unit)} and {small_text(rule.finding_unit)} count as 1); their mean is the picture’s "
        f"distance. If it exceeds {small_text(rule.limit)}, the picture is said not to look like a digit. Of a sample "
        f"of the first half of the test images, {share_text(FALSE_ALARMS)} are farther than that from all others of "
        "the digit named."
    )
    st.markdown(
        f"Measured on this server: of {checked.digits:,} images sampled from the second half it doubts "
        f"**{percent_text(checked.digits_share)}**. Of {checked.non_digits} drawn letters, scribbles, shapes, crossing "
        f"lines and lone bars it doubts **{percent_text(checked.non_digits_share)}**: a picture that it accepts may "
        f"still be none. float32 reads {percent_text(checked.confident_share)} of those as some digit with more than "
        "90 % probability: confidence alone proves nothing."
    )
