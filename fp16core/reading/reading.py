"""Readings of a visitor's pictures by both models, and tables of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.csv_text import csv_text
from fp16core.evaluate.both import BothAnswers, read_digits
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Answers, answer_text
from fp16core.evaluate.statistics import Proportion, proportion
from fp16core.images.prepare import prepare_test_image
from fp16core.images.stages import PreparedPicture
from fp16core.reading.likeness import Likeness
from fp16core.runtime.classifier import DigitModel
from fp16core.vocabulary import CLASSES

_BARELY = 0.9
"""Share of the limit beyond which a picture barely looks like the answered digit."""

_SURE = 0.5
"""Probability below which an answer is stated with reserve."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Both models' answers to one picture.

    Attributes
    ----------
    prepared
        The picture's digits and how they were found.
    answers
        Answers to each digit, in reading order.
    nearest : int64, shape (k,)
        Index of the most similar test image of the digit that the reference answers; of another one, if the digit is
        a test image itself.
    distances : float32, shape (k,)
        Distance from it; infinite if there is none.
    limit
        Largest distance at which an answer is trusted; see `fp16core.reading.likeness`.
    """

    prepared: PreparedPicture
    answers: BothAnswers = field(repr=False)
    nearest: npt.NDArray[np.int64] = field(repr=False)
    distances: npt.NDArray[np.float32] = field(repr=False)
    limit: float

    @property
    def doubted(self) -> npt.NDArray[np.bool_]:
        """True for a digit farther from the nearest test image than the limit, shape (k,)."""
        return self.distances > self.limit

    @property
    def barely(self) -> npt.NDArray[np.bool_]:
        """True for a digit that is not doubted, but nearly as far from the nearest test image, shape (k,)."""
        return ~self.doubted & (self.distances > _BARELY * self.limit)

    @property
    def unsure(self) -> npt.NDArray[np.bool_]:
        """True for a digit of whose answer the reference is less than half sure, shape (k,)."""
        unsure: npt.NDArray[np.bool_] = self.answers.reference.probabilities.max(axis=1) < _SURE
        return unsure

    @property
    def name(self) -> str:
        """Name of the picture."""
        return self.prepared.name

    @property
    def reference_text(self) -> str:
        """Digits that the reference reads, in reading order."""
        return _text(self.answers.reference)

    @property
    def target_text(self) -> str:
        """Digits that the target reads, in reading order."""
        return _text(self.answers.target)

    @property
    def agree(self) -> bool:
        """True if both models read the same digits."""
        return not self.answers.changed.any()

    @property
    def reference_probability(self) -> float:
        """Probability that the reference gives its least certain answer."""
        return float(self.answers.reference.probabilities.max(axis=1).min())

    @property
    def target_probability(self) -> float:
        """Probability that the target gives its least certain answer."""
        return float(self.answers.target.probabilities.max(axis=1).min())

    @property
    def max_abs_logit_delta(self) -> float:
        """Largest magnitude of all logit deltas."""
        return self.answers.max_abs_logit_delta

    @property
    def label(self) -> str | None:
        """True digit, if the file's name begins with it, as in ``7_from_anna.png``.

        Several digits are taken to be a date or a number, and ignored.
        """
        found = re.match(r"[0-9](?![0-9])", re.split(r"[/\\]", self.name)[-1])
        return found[0] if found else None


def read_picture(models: tuple[DigitModel, DigitModel], rule: Likeness, prepared: PreparedPicture) -> Reading:
    """Read a picture's digits with both models.

    Parameters
    ----------
    models
        Reference and target.
    rule
        Rule by which a picture is doubted to show a digit.
    prepared
        The picture.

    Raises
    ------
    ModelFileError
        If the runtime fails on a model.
    """
    return read_pictures(models, rule, [prepared])[0]


def read_pictures(
    models: tuple[DigitModel, DigitModel], rule: Likeness, prepared: Sequence[PreparedPicture]
) -> list[Reading]:
    """Read the digits of at least one picture, all at once; as `read_picture`, a reading for each."""
    images = np.concatenate([picture.images for picture in prepared])
    answers = read_digits(models, images)
    nearest, distances = rule.nearest(images, answers.reference.predictions)
    ends = np.cumsum([len(picture.digits) for picture in prepared]).tolist()
    rows = [slice(end - len(picture.digits), end) for picture, end in zip(prepared, ends, strict=True)]
    return [
        Reading(
            picture,
            BothAnswers(Answers(answers.reference.logits[its]), Answers(answers.target.logits[its])),
            nearest[its],
            distances[its],
            rule.limit,
        )
        for picture, its in zip(prepared, rows, strict=True)
    ]


def read_test_image(comparison: Comparison, rule: Likeness, images: npt.NDArray[np.uint8], index: int) -> Reading:
    """Reading of a test image, from the answers that both models have given already.

    Parameters
    ----------
    comparison
        Of both models on the test images.
    rule
        Rule by which a picture is doubted to show a digit; the image is compared with all others.
    images : uint8, shape (n, 28, 28)
        The test images.
    index
        The image to read, from 0.
    """
    rows = slice(index, index + 1)
    answers = BothAnswers(Answers(comparison.reference.logits[rows]), Answers(comparison.target.logits[rows]))
    nearest, distances = rule.nearest(images[rows], answers.reference.predictions, np.array([index]))
    prepared = prepare_test_image(images[index], f"Test image {index:,}", thumbnails=True)
    return Reading(prepared, answers, nearest, distances, rule.limit)


def accuracy(readings: Sequence[Reading]) -> tuple[Proportion, Proportion] | None:
    """Share of pictures that each model reads right, the reference's first; `None` if no picture has a label."""
    known = [reading for reading in readings if reading.label is not None]
    if not known:
        return None
    by_reference = sum(reading.label == reading.reference_text for reading in known)
    by_target = sum(reading.label == reading.target_text for reading in known)
    return proportion(by_reference, len(known)), proportion(by_target, len(known))


def table(readings: Sequence[Reading]) -> dict[str, list[Any]]:
    """Columns of a table with a row for each picture."""
    return {
        "file": [reading.name for reading in readings],
        "float32 reads": [reading.reference_text for reading in readings],
        "float32 sure": [reading.reference_probability for reading in readings],
        "float16 reads": [reading.target_text for reading in readings],
        "float16 sure": [reading.target_probability for reading in readings],
        "agree": [reading.agree for reading in readings],
        "largest logit change": [reading.max_abs_logit_delta for reading in readings],
        "doubted": [bool(reading.doubted.any()) for reading in readings],
        "true": [reading.label or "" for reading in readings],
    }


def table_csv(readings: Sequence[Reading]) -> str:
    """Return the same table as CSV, with the stages that each picture went through."""
    columns = table(readings)
    columns["stages"] = ["; ".join(reading.prepared.decisions) for reading in readings]
    return csv_text([columns, *zip(*columns.values(), strict=True)])


def _text(answers: Answers) -> str:
    digits = [answer_text(int(prediction)) for prediction in answers.predictions]
    return ("" if all(len(digit) == 1 for digit in digits) else " ").join(digits)


def digit_table(reading: Reading, place: int) -> dict[str, list[Any]]:
    """Columns of a table with a row for each of the ten digits that one of a picture's digits may be."""
    answers = reading.answers
    return {
        "digit": list(range(CLASSES)),
        "float32 logit": answers.reference.logits[place].tolist(),
        "float16 logit": answers.target.logits[place].tolist(),
        "float16 − float32": answers.logit_delta[place].tolist(),
        "float32 probability": answers.reference.probabilities[place].tolist(),
        "float16 probability": answers.target.probabilities[place].tolist(),
    }
