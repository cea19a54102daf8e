"""Sentences that more than one page says."""

import streamlit as st

from fp16core.evaluate.evaluation import Answers
from fp16core.evaluate.image_report import ImageReport
from fp16core.text import factor_text, percent_text
from pages.shared.server import hosted
from pages.shared.ui.inert import inert


def say_if_probabilities(reference: Answers) -> None:
    """A remark on what scores are, if the model ends in a softmax as the tutorial's does not."""
    if reference.are_probabilities:
        st.caption(
            ":orange[This model's outputs look like probabilities, not logits: it ends in a softmax.] Scores and "
            "logits are then numbers from 0 to 1, and the surer the model, the smaller any change of them."
        )


def flip_sentence(report: ImageReport) -> str:
    """How far float16 was from changing an image's answer, in one sentence."""
    if not report.is_answered:
        return "A score is not a number here, so nothing can be said of the margin."
    if report.changed:
        return f"float16 changed this answer; {percent_text(report.flip_factor)} of its error would have been enough."
    if report.can_flip:
        return (
            f"The float16 error would have to be **{factor_text(report.flip_factor)} times larger** "
            f"to change this answer (to {report.rival})."
        )
    if report.max_abs_logit_delta == 0:
        return "float16 changed no score of this image."
    return "The float16 error favours this answer: no multiple of it would change it."


def plain(text: str) -> str:
    """Text by a visitor or of an error as Markdown that shows it as it is, but for what `hosted.shown` hides."""
    return inert(hosted.shown(text))
