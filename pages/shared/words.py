"""Sentences that more than one page says."""

from fp16core.evaluate.report import ImageReport
from fp16core.text import factor_text, percent_text


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
    """Text that a visitor may have written, as Markdown that shows it as it is."""
    return "".join("\\" + sign if sign in "\\`*_{}[]()<>#+-.!|$:~" else sign for sign in text)
