"""Both models' answers to the same images, and what float16 changed in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.evaluation import NO_ANSWER, Answers, answer_text
from fp16core.evaluate.image_report import ImageReport
from fp16core.runtime.classifier import DigitModel

SPOILED = (
    "a logit of the float16 file is infinite or not a number on an image whose float32 logits are all finite, or that "
    "only the float32 file answers"
)
"""Condition under which float16 breaks a model, in words: `BothAnswers.spoiled` of any image."""


@dataclass(frozen=True, eq=False)
class BothAnswers:
    """A float32 reference's and its float16 target's answers to the same images; deltas are target − reference."""

    reference: Answers
    target: Answers

    @property
    def images(self) -> int:
        """Number of images answered."""
        return len(self.reference.logits)

    @cached_property
    def changed(self) -> npt.NDArray[np.bool_]:
        """True where the two predictions differ, shape (n,)."""
        return np.not_equal(self.reference.predictions, self.target.predictions)

    @cached_property
    def exposed(self) -> npt.NDArray[np.bool_]:
        """True where a logit changed by at least half the reference's margin, as it must for the answer to change."""
        return np.logical_not(self.abs_logit_delta < self.reference.margins / 2)

    @property
    def spoiled(self) -> npt.NDArray[np.bool_]:
        """True where float16 made the logits unusable, shape (n,).

        These are the images with a target logit that is infinite or NaN although all of the reference's are finite,
        and those that only the reference answers: it may have infinite logits there, but none that is NaN.
        """
        finite, target = (np.isfinite(each.logits).all(axis=1) for each in (self.reference, self.target))
        answered, left = (each.predictions != NO_ANSWER for each in (self.reference, self.target))
        return np.asarray((finite & ~target) | (answered & ~left))

    @property
    def changed_predictions(self) -> int:
        """Number of images on which the two predictions differ."""
        return int(self.changed.sum())

    def changed_and_exposed(self, first: int) -> tuple[int, int]:
        """Numbers of `changed` and of `exposed` images among the ``first`` ones."""
        return int(self.changed[:first].sum()), int(self.exposed[:first].sum())

    @cached_property
    def logit_delta(self) -> npt.NDArray[np.float64]:
        """Target logits minus reference logits, shape (n, 10), in float64, where it is exact."""
        with np.errstate(invalid="ignore"):  # ∞ − ∞ is NaN, which is what should be reported
            return np.subtract(self.target.logits, self.reference.logits, dtype=np.float64)

    @cached_property
    def abs_logit_delta(self) -> npt.NDArray[np.float64]:
        """Largest magnitude of each image's logit deltas, shape (n,)."""
        largest: npt.NDArray[np.float64] = np.abs(self.logit_delta).max(axis=1)
        return largest

    @property
    def max_abs_logit_delta(self) -> float:
        """Largest magnitude of all logit deltas; NaN if a logit is not a number."""
        return float(self.abs_logit_delta.max())

    @cached_property
    def mean_abs_logit_delta(self) -> float:
        """Mean magnitude of all logit deltas; NaN if a logit is not a number."""
        return float(np.abs(self.logit_delta).mean())

    @cached_property
    def _flips(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        z, delta = self.reference.logits.astype(np.float64), self.logit_delta
        rows = np.arange(len(z))
        top = np.argmax(z, axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = z[rows, top][:, None] - z
            gain = delta - delta[rows, top][:, None]
            factors = np.where(gain > 0, gap / gain, np.inf)
        factors[rows, top] = np.inf
        factors[np.isnan(delta).any(axis=1)] = np.nan
        return factors.min(axis=1), factors.argmin(axis=1)

    @property
    def flip_factors(self) -> npt.NDArray[np.float64]:
        """Factor by which each image's float16 error would have to grow to change its answer.

        With reference logits z, top class t and logit deltas δ, the answer of ``z + kδ`` first
        changes at ``k = min over j of (z_t − z_j) / (δ_j − δ_t)``, over the classes j that gain on
        t. Up to ties, k is at most 1 exactly where the prediction changed. Infinite where no class
        gains; NaN where a logit is not a number. Shape (n,).
        """
        return self._flips[0]

    def report(self, index: int) -> ImageReport:
        """Both models' answers on one image."""
        return ImageReport(
            reference_text=answer_text(int(self.reference.predictions[index])),
            target_text=answer_text(int(self.target.predictions[index])),
            reference_probability=float(self.reference.probabilities[index].max()),
            target_probability=float(self.target.probabilities[index].max()),
            changed=bool(self.changed[index]),
            margin=float(self.reference.margins[index]),
            max_abs_logit_delta=float(self.abs_logit_delta[index]),
            flip_factor=float(self.flip_factors[index]),
            rival=int(self._flips[1][index]),
        )


def read_digits(models: tuple[DigitModel, DigitModel], images: npt.NDArray[np.uint8]) -> BothAnswers:
    """Let the reference and the target read images whose classes nobody knows.

    Parameters
    ----------
    models
        Reference and target.
    images : uint8, shape (n, 28, 28)

    Raises
    ------
    ImageError, ModelFileError
        As `Classifier.logits`.
    """
    reference, target = models
    inputs = normalise(images)
    return BothAnswers(Answers(reference.logits(inputs)), Answers(target.logits(inputs)))
