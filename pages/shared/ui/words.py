"""Sentences shared by several pages."""

import streamlit as st

from fp16core.evaluate.evaluation import Answers
from fp16core.evaluate.image_report import ImageReport
from fp16core.text import factor_text, percent_text
from pages.shared.server import hosted
from pages.shared.ui.inert import inert


def say_if_probabilities(reference: Answers) -> None:
    """Show a remark if the model ends in a softmax, which the tutorial's does not."""
    if reference.are_probabilities:
        st.caption(
            ":orange[This model's outputs look like probabilities, not logits: it ends in a softmax.] What "
            "this dashboard calls logits are then probabilities, and the surer the model, the smaller their changes."
        )


def flip_sentence(report: ImageReport) -> str:
    """Sentence on the multiple of float16's error that changes an image's answer."""
    if not report.is_answered:
        return "One of the logits is not a number, so there is no margin."
    if report.changed:
        share = percent_text(report.flip_factor)
        return f"float16 changed this answer; {share} of the error would already have changed it."
    if report.can_flip:
        return (
            f"The float16 error would have to be **{factor_text(report.flip_factor)} times as large** "
            f"to change this answer (to {report.rival})."
        )
    if report.max_abs_logit_delta == 0:
        return "float16 changed none of the logits of this image."
    return "The float16 error favours this answer: no multiple of it would change it."


def plain(text: str) -> str:
    """A visitor's text or an error message as Markdown that shows it as it is, except what `hosted.shown` hides."""
    return inert(hosted.shown(text))
