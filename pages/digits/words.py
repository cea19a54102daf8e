"""The page's answer, in a sentence."""

from fp16core.evaluate.comparison import Comparison
from fp16core.text import factor_text


def answer_words(comparison: Comparison) -> str:
    """Sentence on how many answers float16 changed, and on the image that shows it best."""
    index = comparison.changed_or_closest_image
    report = comparison.report(index)
    changed = comparison.changed_predictions
    words = f"float16 changed **{f'{changed:,}' if changed else 'none'} of {comparison.images:,}** answers"
    if changed:
        way = f"from {report.reference_text} to {report.target_text}"
        if changed == 1:
            return f"{words}: that of image {index:,}, {way}."
        if not report.can_flip:
            return f"{words}; that of image {index:,}, {way}."
        return f"{words}. Image {index:,} needed the smallest share of the error: its answer changed {way}."
    if not report.can_flip:
        return f"{words}."
    return (
        f"{words}. Image {index:,} is closest to a change: {factor_text(report.flip_factor)} times its error would do."
    )
