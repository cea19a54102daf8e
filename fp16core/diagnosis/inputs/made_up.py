"""Made-up values of an input: random, zero, constant, and both ends of a range."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SEED = 0

RANDOM_SAMPLES = 2
"""Samples of random values."""

LABELS = (
    *(f"random values {number}" for number in range(1, RANDOM_SAMPLES + 1)),
    "zeros",
    "one constant",
    "the lowest value everywhere",
    "the highest value everywhere",
)
"""Name of each made-up sample."""

_CONSTANT = 0.75
"""Place of the constant within the range."""


@dataclass(frozen=True)
class ValueRange:
    """Lowest and highest value of an input, and their origin in words (``"declared"``)."""

    low: float
    high: float
    origin: str


def made_up_values(shape: tuple[int, ...], dtype: str, values: ValueRange, seed: int) -> npt.NDArray[np.generic]:
    """Values of one input for each of `LABELS`, along the first axis.

    Parameters
    ----------
    shape, dtype
        Of the input.
    values
        Range of the values; zeros are given even if they are outside of it, unless the input holds indices.
    seed
        Seed of the random values, another for each input.
    """
    random = np.random.default_rng([SEED, seed])
    found = np.empty((len(LABELS), *shape), dtype)
    low, high = values.low, values.high
    for place in range(RANDOM_SAMPLES):
        if dtype == "float32":
            found[place] = random.uniform(low, high, shape)
        else:
            found[place] = random.integers(int(low), int(high), shape, endpoint=True)
    middle = low + _CONSTANT * (high - low)
    constants = (0.0 if low <= 0 <= high or dtype == "float32" else low, middle, low, high)
    for place, constant in enumerate(constants, RANDOM_SAMPLES):
        found[place] = constant if dtype == "float32" else int(constant)
    return found
