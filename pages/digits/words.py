"""The page's answer, in a sentence."""

from fp16core.evaluate.comparison import Comparison
from fp16core.text import count_text, factor_text


def answer_words(comparison: Comparison) -> str:
    """Sentence on how many answers float16 changed, and on the image that shows it best."""
    closest = comparison.closest_image
    report = comparison.report(closest)
    image = f"image {closest:,}, a {comparison.labels[closest]}"
    changed = comparison.changed_predictions
    if changed:
        return (
            f"Both models agree on **{comparison.equal_predictions:,} of {comparison.images:,}** test images; float16 "
            f"changed {count_text(changed, 'answer')}: "
            + ("" if changed == 1 else "the first by the smallest share of its error is ")
            + f"{image}, read as {report.reference_text} and then as {report.target_text}."
        )
    words = f"Both models agree on **all {comparison.images:,}** test images."
    if not report.can_flip:
        return words
    return f"{words} Closest to a change is {image}: {factor_text(report.flip_factor)} times the error would do."
