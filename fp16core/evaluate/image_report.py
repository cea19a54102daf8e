"""Report on one image."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class ImageReport:
    """Both models' answers on one image.

    Attributes
    ----------
    reference_text, target_text
        The predicted digits, ``"nothing"`` where a logit is not a number.
    reference_probability, target_probability
        Largest softmax probability of each model.
    changed
        Whether the two answers differ.
    margin
        Largest minus second-largest logit of the reference.
    max_abs_logit_delta
        Largest magnitude of the logit deltas.
    flip_factor
        As `Comparison.flip_factors`.
    rival
        The class that would be answered then; meaningless if no multiple changes the answer.
    """

    reference_text: str
    target_text: str
    reference_probability: float
    target_probability: float
    changed: bool
    margin: float
    max_abs_logit_delta: float
    flip_factor: float
    rival: int

    @property
    def can_flip(self) -> bool:
        """True if some multiple of the error would change the answer."""
        return bool(np.isfinite(self.flip_factor))

    @property
    def is_answered(self) -> bool:
        """True if all logits of both models are numbers."""
        return not np.isnan(self.flip_factor)
