"""Headline numbers of a pair: size, accuracy, changed answers, logits."""

from fp16core.evaluate.comparison import Comparison
from fp16core.text import bytes_text, percent_text, points_text, small_text
from pages.shared.session.subject import images_text
from pages.shared.ui.headline import headline, number
from pages.shared.ui.terms import hint


def show_numbers(comparison: Comparison) -> None:
    """Show the headline numbers of a comparison."""
    reference, target = comparison.reference, comparison.target
    row = headline()
    number(
        row,
        "File size, float16",
        bytes_text(target.size_bytes),
        f"{bytes_text(comparison.size_delta_bytes, signed=True)} against float32",
        f"Bytes of the .tflite file. float32: {bytes_text(reference.size_bytes)}, "
        f"{comparison.size_ratio:.2f} times as large.",
    )
    number(
        row,
        "Accuracy, float16",
        percent_text(target.accuracy.value),
        f"of {images_text(comparison.images)}; {points_text(comparison.accuracy_delta)} against float32",
        hint(
            "accuracy",
            "Wilson interval",
            more=f"float32: {percent_text(reference.accuracy.value)}. float16’s interval, on {comparison.images:,} "
            f"images: {percent_text(target.accuracy.low)} to {percent_text(target.accuracy.high)}.",
        ),
    )
    number(
        row,
        "Changed answers",
        f"{comparison.changed_predictions:,}",
        f"of {images_text(comparison.images)}",
        hint("changed answer"),
    )
    number(
        row,
        "Largest logit change",
        small_text(comparison.max_abs_logit_delta),
        f"median margin {small_text(comparison.median_margin)}",
        hint("logit", "logit change", "margin"),
    )
