"""Limits of float16, and the float32 numbers that rounding takes beyond them."""

import numpy as np
import numpy.typing as npt

LARGEST = 65504.0
"""Largest finite float16 number."""

INFINITE_FROM = 65520.0
"""Smallest magnitude that rounds to infinity."""

SMALLEST_NORMAL = 2.0**-14
"""Smallest normal float16 number."""

SUBNORMAL_BELOW = 2.0**-14 - 2.0**-25
"""Magnitudes below round to a subnormal number or to 0."""

ZERO_UP_TO = 2.0**-25
"""Largest magnitude that rounds to 0."""

Floats = npt.NDArray[np.float32]


def overflowed(values: Floats) -> Floats:
    """The same values, those that no float16 number can hold replaced by infinities."""
    return np.where(np.abs(values) >= INFINITE_FROM, np.copysign(np.float32(np.inf), values), values)


def vanished(values: Floats) -> Floats:
    """The same values, those that round to 0 replaced by it."""
    return np.where(np.abs(values) <= ZERO_UP_TO, np.float32(0), values)


def rounded(values: Floats, flush: bool = False) -> Floats:
    """Values rounded to float16, as float32; with ``flush``, subnormal results become 0."""
    with np.errstate(over="ignore"):
        halves = values.astype(np.float16).astype(np.float32)
    return np.where(np.abs(halves) < SMALLEST_NORMAL, np.float32(0), halves) if flush else halves
