"""Choosing one weight of many to look at, and what the file stores for it."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from fp16core.numerics.bits import BinaryNumber, number_at
from fp16core.numerics.narrowing import Narrowing, narrow
from fp16core.numerics.rounding import SMALLEST_NORMAL, Histogram, WeightRounding


class Pick(Enum):
    """Weights worth a look."""

    LARGEST_ERROR = "largest error"
    LARGEST_RELATIVE_ERROR = "largest relative error"
    NEAREST_TO_A_TIE = "nearest to a tie"
    MOST_SUBNORMAL = "most subnormal"
    RANDOM = "random"


@dataclass(frozen=True)
class StoredWeight:
    """One weight in both files.

    Attributes
    ----------
    narrowing
        What rounding the float32 weight to float16 gives.
    stored
        The target's number as the file stores it.
    numpy_cast
        NumPy's cast of the float32 weight to float16.
    position
        Its position along each axis of the tensor.
    """

    narrowing: Narrowing
    stored: BinaryNumber
    numpy_cast: BinaryNumber
    position: tuple[int, ...]

    @property
    def is_numpys_cast(self) -> bool:
        """Whether the file stores NumPy's float16 cast, bit for bit."""
        return self.stored == self.numpy_cast


def weight_at(tensor: WeightRounding, index: int) -> StoredWeight:
    """One weight of a tensor, by its position in C order."""
    source = number_at(tensor.reference, index)
    return StoredWeight(
        narrow(source),
        number_at(tensor.stored, index),
        numpy_cast(source),
        tuple(int(place) for place in np.unravel_index(index, tensor.reference.shape)),
    )


def numpy_cast(source: BinaryNumber) -> BinaryNumber:
    """The float16 number that NumPy's own cast makes of a float32 number."""
    return number_at(_cast(np.array([source.bits], np.uint32).view(np.float32)), 0)


def pick_weight(tensor: WeightRounding, pick: Pick) -> int | None:
    """Position, in C order, of the weight that fits; ``None`` if the tensor has none.

    Errors are those of the stored float16 numbers, or, of a tensor left in float32, those that the
    cast would make.
    """
    if pick is Pick.RANDOM:
        return int(np.random.default_rng().integers(tensor.reference.size))
    weights = tensor.reference.ravel().astype(np.float64)
    halves = (tensor.stored if tensor.was_cast else _cast(tensor.reference)).ravel().astype(np.float64)
    magnitudes = np.abs(weights)
    if pick is Pick.MOST_SUBNORMAL:
        rest = np.where((halves != 0) & (np.abs(halves) < SMALLEST_NORMAL), magnitudes, np.nan)
        return _first(-rest)
    if pick is Pick.NEAREST_TO_A_TIE:
        return _first(-_distances_from_a_tie(magnitudes))
    with np.errstate(invalid="ignore"):
        errors = np.abs(halves - weights)
    if pick is Pick.LARGEST_RELATIVE_ERROR:
        errors = np.divide(errors, magnitudes, out=np.full_like(errors, np.nan), where=magnitudes > 0)
    return _first(errors)


def nearest_to_middle(values: npt.NDArray[np.floating], histogram: Histogram) -> list[int | None]:
    """For each bin the position, in C order, of the value nearest to its middle; ``None`` for an empty bin.

    Parameters
    ----------
    values
        Any shape; those that are not finite are in no bin.
    histogram
        Of the finite values.
    """
    flat = values.ravel().astype(np.float64)
    finite = np.flatnonzero(np.isfinite(flat))
    order = finite[np.argsort(flat[finite], kind="stable")]
    ends = np.cumsum(histogram.counts)  # in rising order, a bin's values stand together
    middles = (histogram.edges[:-1] + histogram.edges[1:]) / 2
    found: list[int | None] = []
    for start, end, middle in zip(ends - histogram.counts, ends, middles, strict=True):
        members = order[start:end]
        found.append(int(members[np.argmin(np.abs(flat[members] - middle))]) if len(members) else None)
    return found


def _distances_from_a_tie(magnitudes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far from half-way between two float16 numbers, in ULP; NaN beyond float16's range."""
    inside = magnitudes < 2.0**16
    _, exponents = np.frexp(np.where(inside, magnitudes, 1.0))
    ulps = np.ldexp(1.0, np.maximum(exponents - 1, -14) - 10)
    return np.where(inside, np.abs(magnitudes / ulps % 1 - 0.5), np.nan)


def _first(scores: npt.NDArray[np.float64]) -> int | None:
    """Position of the largest score that is a number."""
    return None if np.isnan(scores).all() else int(np.nanargmax(scores))


def _cast(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float16]:
    with np.errstate(over="ignore"):
        return values.astype(np.float16)
