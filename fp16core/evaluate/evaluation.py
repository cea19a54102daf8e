"""Answers of one model, and everything that follows from its logits, without and with the true classes."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.statistics import Proportion, proportion
from fp16core.vocabulary import CLASSES

NO_ANSWER = -1
"""Prediction of a model whose logits are not numbers."""

_SUM_TOLERANCE = 1e-3
"""Tolerance of the sum of ten rounded probabilities around 1; ten logits come that near only by rare chance."""


@dataclass(frozen=True, eq=False)
class Answers:
    """One model's answers.

    Attributes
    ----------
    logits : float32, shape (n, 10)
    """

    logits: npt.NDArray[np.float32] = field(repr=False)

    @cached_property
    def predictions(self) -> npt.NDArray[np.int64]:
        """Class with the largest logit, shape (n,); `NO_ANSWER` where a logit is NaN."""
        return predicted(self.logits)

    @property
    def unanswered(self) -> int:
        """Number of images without a prediction."""
        return int(np.count_nonzero(self.predictions == NO_ANSWER))

    @cached_property
    def are_probabilities(self) -> bool:
        """True if the outputs are probabilities instead of logits: none negative, with a sum of 1 for each image."""
        if not np.all(self.logits >= 0):
            return False
        sums = self.logits.sum(axis=1, dtype=np.float64)
        return bool(np.all(np.abs(sums - 1) <= _SUM_TOLERANCE))

    @cached_property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """Softmax of the logits, shape (n, 10); the outputs themselves if they are probabilities already."""
        return self.logits.astype(np.float64) if self.are_probabilities else softmax(self.logits)

    @cached_property
    def margins(self) -> npt.NDArray[np.float64]:
        """Largest minus second-largest logit of each image, shape (n,)."""
        top_two: npt.NDArray[np.float64] = np.partition(self.logits.astype(np.float64), -2, axis=1)[:, -2:]
        margins: npt.NDArray[np.float64] = top_two[:, 1] - top_two[:, 0]
        return margins


@dataclass(frozen=True, eq=False)
class Evaluation(Answers):
    """One model's answers, held against the true classes.

    Attributes
    ----------
    labels : uint8, shape (n,)
        The true classes.
    size_bytes
        Size of the model's file.
    """

    labels: npt.NDArray[np.uint8] = field(repr=False)
    size_bytes: int

    def first(self, images: int) -> "Evaluation":
        """The same model's answers to the first images only."""
        if images >= len(self.labels):
            return self  # with what it has computed already
        return Evaluation(self.logits[:images], self.labels[:images], self.size_bytes)

    @cached_property
    def correct(self) -> npt.NDArray[np.bool_]:
        """True where the prediction is the true class, shape (n,)."""
        return np.equal(self.predictions, self.labels)

    @cached_property
    def accuracy(self) -> Proportion:
        """Share of correct predictions, with its 95 % Wilson interval."""
        return proportion(int(self.correct.sum()), len(self.labels))

    @cached_property
    def loss(self) -> float:
        """Mean cross-entropy of the true classes, in nats; NaN if a logit is not a finite number.

        Of logits z and true class t it is ``log Σ_j exp(z_j − max z) + max z − z_t``, in which nothing overflows.
        """
        z = self.logits.astype(np.float64)
        with np.errstate(invalid="ignore"):
            above = z - z.max(axis=1, keepdims=True)
            lost = np.log(np.exp(above).sum(axis=1)) - above[np.arange(len(z)), self.labels]
        return float(lost.mean())

    @cached_property
    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts, shape (10, 10): row the true class, column the predicted; unanswered images left out."""
        answered = self.predictions != NO_ANSWER
        cells = self.labels[answered].astype(np.int64) * CLASSES + self.predictions[answered]
        return np.bincount(cells, minlength=CLASSES**2).reshape(CLASSES, CLASSES)

    @cached_property
    def per_class(self) -> tuple[Proportion | None, ...]:
        """Accuracy on the images of each true class; `None` for a class without images."""
        totals = np.bincount(self.labels, minlength=CLASSES)
        hits = np.bincount(self.labels[self.correct], minlength=CLASSES)
        return tuple(proportion(int(h), int(n)) if n else None for h, n in zip(hits, totals, strict=True))


def predicted(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Class with the largest logit.

    Parameters
    ----------
    logits : float, shape (n, 10)

    Returns
    -------
    int64, shape (n,)
        `NO_ANSWER` where a logit is NaN.
    """
    answered = ~np.isnan(logits).any(axis=1)
    return np.where(answered, np.argmax(logits, axis=1), NO_ANSWER)


def answer_text(prediction: int) -> str:
    """A prediction in words: the digit, or ``"nothing"``."""
    return "nothing" if prediction == NO_ANSWER else str(prediction)


def softmax(logits: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Probabilities from logits, along the last axis, in float64.

    In NumPy, as importing SciPy for one line would take 13 MB of every server.
    """
    with np.errstate(invalid="ignore"):  # of infinite logits the probabilities are not numbers, which shows
        z = logits.astype(np.float64)
        powers = np.exp(z - z.max(axis=-1, keepdims=True))
        probabilities: npt.NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
        return probabilities
