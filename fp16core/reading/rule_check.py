"""Error rates of the rule that doubts answers, on test images and on pictures without a digit."""

from dataclasses import dataclass

import numpy as np

from fp16core.evaluate.comparison import Comparison, image_logits
from fp16core.evaluate.evaluation import Answers
from fp16core.images.prepare import prepare_image
from fp16core.reading.likeness import Likeness, sample_of
from fp16core.reading.non_digits import non_digits
from fp16core.runtime.classifier import DigitModel
from fp16core.vocabulary import ImageError

NON_DIGITS = 400
"""Number of pictures without a digit that the rule is measured on."""


@dataclass(frozen=True)
class RuleCheck:
    """Measured error rates of `Likeness.doubts`.

    Attributes
    ----------
    digits, digits_doubted
        Number of test images outside the calibration, and of those among them that are doubted.
    non_digits, non_digits_doubted
        Number of pictures without a digit, and of those among them that are doubted.
    non_digits_confident
        Number of them that the reference reads with a probability above 90 %.
    """

    digits: int
    digits_doubted: int
    non_digits: int
    non_digits_doubted: int
    non_digits_confident: int

    @property
    def digits_share(self) -> float:
        """Share of the test images that are doubted."""
        return self.digits_doubted / self.digits

    @property
    def non_digits_share(self) -> float:
        """Share of the pictures without a digit that are doubted."""
        return self.non_digits_doubted / self.non_digits

    @property
    def confident_share(self) -> float:
        """Share of the pictures without a digit that the reference reads with confidence."""
        return self.non_digits_confident / self.non_digits


def check_rule(
    rule: Likeness,
    comparison: Comparison,
    reference: DigitModel,
    count: int = NON_DIGITS,
) -> RuleCheck:
    """Measure the rule on the test set's second half and on pictures without a digit.

    Parameters
    ----------
    rule
        Rule to measure.
    comparison
        Answers to the test images.
    reference
        Model that reads the pictures without a digit.
    count
        Number of pictures without a digit.
    """
    sample = sample_of(rule.known, comparison.images // 2, comparison.images)
    distances = rule.known_distances(comparison, sample)
    shown = []
    for number, picture in enumerate(non_digits(count)):
        try:
            shown.append(prepare_image(picture, f"non-digit {number}").images)
        except ImageError:
            continue  # without anything to read there is no answer to doubt
    images, starts = np.concatenate(shown), np.cumsum([0, *map(len, shown[:-1])])
    answers = Answers(image_logits(reference, images))
    # A picture may be read as several digits: it is doubted if one is, and read with confidence if all are.
    doubted = np.logical_or.reduceat(rule.doubts(images, answers.predictions), starts)
    confident = np.logical_and.reduceat(answers.probabilities.max(axis=1) > 0.9, starts)
    return RuleCheck(
        digits=len(distances),
        digits_doubted=int((distances > rule.limit).sum()),
        non_digits=len(shown),
        non_digits_doubted=int(doubted.sum()),
        non_digits_confident=int(confident.sum()),
    )
