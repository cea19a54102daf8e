"""Rule that doubts answers to pictures that do not look like the answered digit.

A classifier of ten digits answers with one of them whatever it is shown, often with high confidence.
The rule judges an answer independently of the classifier: by the distance from the picture to the most
similar test image of the answered digit.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import Comparison, image_logits
from fp16core.evaluate.evaluation import NO_ANSWER, Answers
from fp16core.images.prepare import prepare_image
from fp16core.reading.non_digits import non_digits
from fp16core.runtime.classifier import DigitModel
from fp16core.vocabulary import IMAGE_SIDE, DatasetError, ImageError

FALSE_ALARMS = 0.02
"""Share of the calibration images that lie beyond the limit."""

NON_DIGITS = 400
"""Number of pictures without a digit that the rule is measured on."""

MIN_IMAGES = 20
"""Fewest test images that the rule can be calibrated on."""

_POOLED_PX = 2
_SAMPLE = 2_000

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Likeness:
    """Test images to compare with, and the largest distance at which an answer is trusted.

    Attributes
    ----------
    vectors : float32, shape (n, 196)
        The test images, averaged over 2 × 2 pixels, from 0 to 1.
    labels : uint8, shape (n,)
        Their true classes.
    limit
        Distance exceeded by a share `FALSE_ALARMS` of a sample of the test images.
    """

    vectors: Vectors = field(repr=False)
    labels: npt.NDArray[np.uint8] = field(repr=False)
    limit: float

    def nearest(
        self,
        images: npt.NDArray[np.uint8],
        digits: npt.NDArray[np.int64],
        without: npt.NDArray[np.int64] | None = None,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """Find the test image of the answered digit that is most similar to each image.

        Parameters
        ----------
        images : uint8, shape (k, 28, 28)
        digits : int64, shape (k,)
            The answers, `NO_ANSWER` for none.
        without : int64, shape (k,)
            For each image a test image that it is not compared with, such as itself.

        Returns
        -------
        indices : int64, shape (k,)
            Positions in the test set; meaningless where the distance is infinite.
        distances : float32, shape (k,)
            Euclidean distances; infinite where no digit was answered or no test image shows it.
        """
        return _nearest(_pooled(images), digits, self.vectors, self.labels, without)

    def doubts(self, images: npt.NDArray[np.uint8], digits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Mark the images that are too far from all test images of the answered digit, shape (k,)."""
        return self.nearest(images, digits)[1] > self.limit


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


def likeness(images: npt.NDArray[np.uint8], comparison: Comparison) -> Likeness:
    """Calibrate the rule on the test images.

    The limit follows from at most 2,000 images, spread over the first half of the test set, each
    compared with all others of the digit that the reference answers.

    Raises
    ------
    DatasetError
        If there are fewer than `MIN_IMAGES` test images.
    """
    if len(images) < MIN_IMAGES:
        raise DatasetError(
            f"the data set has {len(images)} test images; at least {MIN_IMAGES} are needed to tell what looks like a "
            "digit. Choose a larger one."
        )
    vectors = _pooled(images)
    distances = _leave_one_out(vectors, comparison, _spread(0, len(images) // 2))
    known = distances[np.isfinite(distances)]
    limit = float(np.quantile(known, 1 - FALSE_ALARMS)) if len(known) else float("inf")
    return Likeness(vectors, comparison.labels, limit)


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
    distances = _leave_one_out(rule.vectors, comparison, _spread(comparison.images // 2, comparison.images))
    shown = []
    for number, picture in enumerate(non_digits(count)):
        try:
            # Of several marks, the one with most ink: one answer for each picture.
            found = prepare_image(picture, f"non-digit {number}").images
        except ImageError:
            continue  # without anything to read there is no answer to doubt
        shown.append(found[np.argmax(found.sum(axis=(1, 2)))])
    images = np.stack(shown)
    answers = Answers(image_logits(reference, images))
    probabilities = answers.probabilities
    return RuleCheck(
        digits=len(distances),
        digits_doubted=int((distances > rule.limit).sum()),
        non_digits=len(images),
        non_digits_doubted=int(rule.doubts(images, answers.predictions).sum()),
        non_digits_confident=int((probabilities.max(axis=1) > 0.9).sum()),
    )


def _spread(start: int, stop: int) -> npt.NDArray[np.int64]:
    return np.unique(np.linspace(start, stop - 1, min(_SAMPLE, stop - start)).astype(np.int64))


def _leave_one_out(vectors: Vectors, comparison: Comparison, sample: npt.NDArray[np.int64]) -> Vectors:
    answers = comparison.reference.predictions[sample]
    return _nearest(vectors[sample], answers, vectors, comparison.labels, without=sample)[1]


def _pooled(images: npt.NDArray[np.uint8]) -> Vectors:
    side = IMAGE_SIDE // _POOLED_PX
    blocks = images.reshape(len(images), side, _POOLED_PX, side, _POOLED_PX)
    means: Vectors = blocks.mean(axis=(2, 4), dtype=np.float32).reshape(len(images), side * side)
    return means / np.float32(255)


def _nearest(
    queries: Vectors,
    digits: npt.NDArray[np.int64],
    vectors: Vectors,
    labels: npt.NDArray[np.uint8],
    without: npt.NDArray[np.int64] | None = None,
) -> tuple[npt.NDArray[np.int64], Vectors]:
    indices = np.zeros(len(queries), np.int64)
    distances = np.full(len(queries), np.inf, np.float32)
    for digit in np.unique(digits[digits != NO_ANSWER]):
        rows, columns = np.flatnonzero(digits == digit), np.flatnonzero(labels == digit)
        if len(columns) == 0:
            continue
        known = vectors[columns]
        # |q − v|² = |q|² + |v|² − 2 q·v, which one matrix product gives for all pairs.
        squares = np.square(queries[rows]).sum(axis=1)[:, None] + np.square(known).sum(axis=1)
        squares -= 2 * queries[rows] @ known.T
        if without is not None:
            squares[without[rows][:, None] == columns] = np.inf
        best = squares.argmin(axis=1)
        indices[rows] = columns[best]
        distances[rows] = np.sqrt(np.maximum(squares[np.arange(len(rows)), best], 0))
    return indices, distances
