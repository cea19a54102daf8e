"""Digits found among the marks of a picture."""

from dataclasses import dataclass, field

import numpy as np

from fp16core.images.digits.components import Components
from fp16core.images.levels import Mask

_CUT_SHARE = 150
"""Longer side of the picture, in widths of a cut as it is shown."""


@dataclass(frozen=True, eq=False)
class FoundDigits:
    """Digits among the marks.

    Attributes
    ----------
    components
        All marks; one that was cut is several.
    groups
        For each digit, in reading order, the indices of its components.
    decision
        Summary in words.
    left_out
        Number of small marks that belong to no digit.
    """

    components: Components
    groups: list[list[int]] = field(repr=False)
    decision: str
    left_out: int = 0

    def mask(self) -> Mask:
        """Pixels of all digits, without those at the right of a cut, so that it shows in a thumbnail."""
        digit_of = np.zeros(len(self.components.boxes) + 1, np.int32)
        for number, group in enumerate(self.groups, 1):
            digit_of[np.add(group, 1)] = number
        digits = digit_of[self.components.labels]
        shown = digits > 0
        for distance in range(1, 2 + max(digits.shape) // _CUT_SHARE):
            left, right = digits[:, :-distance], digits[:, distance:]
            shown[:, distance:] &= ~((left > 0) & (right > 0) & (left != right))
        return shown
