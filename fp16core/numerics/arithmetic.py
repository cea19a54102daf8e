"""Error models of floating-point arithmetic."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Arithmetic:
    """Error model of floating-point arithmetic.

    Attributes
    ----------
    unit_roundoff, smallest_normal, largest
        Of the format: largest relative rounding error, smallest normal and largest finite number.
    gamma
        Factor ``γ_n`` in the bound ``γ_n · Σ|terms|`` on the error of a sum of n products.
    rounds_images
        True if the pixels, which are float32, are rounded to the format first.
    """

    unit_roundoff: float
    smallest_normal: float
    largest: float
    gamma: Callable[[int], float]
    rounds_images: bool


FLOAT32_ARITHMETIC = Arithmetic(
    2.0**-24, 2.0**-126, float(np.finfo(np.float32).max), lambda n: n * 2.0**-24 / (1 - n * 2.0**-24), False
)
FLOAT16_ARITHMETIC = Arithmetic(2.0**-11, 2.0**-14, float(np.finfo(np.float16).max), lambda n: n * 2.0**-11, True)
