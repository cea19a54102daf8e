"""Enlarging the float16 error of one image: reference logits + k × (target − reference)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.image_report import ImageReport

_NEAR = 2
"""Flip factor up to which all factors from 0 on are of interest; beyond, their powers of ten."""

_WITHOUT_FLIP = 1_000.0
"""Largest factor where none changes the answer."""


@dataclass(frozen=True)
class Enlargement:
    """Factors by which an image's float16 error may be enlarged.

    Attributes
    ----------
    low, high
        Smallest and largest; the flip factor lies between them if there is one.
    is_logarithmic
        True if a scale of them is best drawn logarithmically.
    """

    low: float
    high: float
    is_logarithmic: bool

    def holds(self, factor: float) -> bool:
        """Return whether a factor is one of them."""
        return self.low <= factor <= self.high


def enlargement(report: ImageReport) -> Enlargement | None:
    """Factors that show how an answer changes; `None` if the logits are not all finite, or none has changed."""
    if not np.isfinite(report.max_abs_logit_delta) or report.max_abs_logit_delta == 0 or not report.is_answered:
        return None
    if not report.can_flip:
        return Enlargement(1, _WITHOUT_FLIP, True)
    if report.flip_factor <= _NEAR:
        return Enlargement(0, 2 * max(1, report.flip_factor), False)
    return Enlargement(1, float(f"{1.5 * report.flip_factor**1.2:.1e}"), True)


def enlarged_logits(answers: BothAnswers, index: int, factor: float) -> npt.NDArray[np.float64]:
    """Logits of one image with its float16 error enlarged, shape (10,); float32's for 0, float16's for 1."""
    reference = answers.reference.logits[index].astype(np.float64)
    enlarged: npt.NDArray[np.float64] = reference + factor * answers.logit_delta[index]
    return enlarged
