"""Selection of single weights worth inspecting, each with the bits that the target file stores for it."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from fp16core.numerics.bits import BinaryNumber, number_at
from fp16core.numerics.narrowing import Narrowing, narrow
from fp16core.numerics.weight_rounding import SMALLEST_NORMAL, WeightRounding


class Pick(Enum):
    """Criteria by which a weight is selected."""

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
        The float32 weight rounded to float16.
    stored
        The number that the target file stores.
    numpy_cast
        NumPy's cast of the float32 weight to float16.
    position
        Index along each axis of the tensor.
    """

    narrowing: Narrowing
    stored: BinaryNumber
    numpy_cast: BinaryNumber
    position: tuple[int, ...]

    @property
    def is_numpys_cast(self) -> bool:
        """True if the file stores NumPy's float16 cast, bit for bit."""
        return self.stored == self.numpy_cast


def weight_at(tensor: WeightRounding, index: int) -> StoredWeight:
    """The weight of a tensor at a flat index in C order."""
    source = number_at(tensor.reference, index)
    return StoredWeight(
        narrow(source),
        number_at(tensor.stored, index),
        numpy_cast(source),
        tuple(int(place) for place in np.unravel_index(index, tensor.reference.shape)),
    )


def numpy_cast(source: BinaryNumber) -> BinaryNumber:
    """NumPy's own cast of a float32 number to float16."""
    return number_at(_cast(np.array([source.bits], np.uint32).view(np.float32)), 0)


def pick_weight(tensor: WeightRounding, pick: Pick) -> int | None:
    """Flat index, in C order, of the weight that meets a criterion best; ``None`` if no weight does.

    Errors are those of the stored float16 numbers or, for a tensor left in float32, those that a cast
    would cause.
    """
    if pick is Pick.RANDOM:
        return int(np.random.default_rng().integers(tensor.reference.size))
    weights = tensor.reference.ravel().astype(np.float64)
    halves = (tensor.stored if tensor.was_cast else _cast(tensor.reference)).ravel().astype(np.float64)
    magnitudes = np.abs(weights)
    if pick is Pick.MOST_SUBNORMAL:
        rest = np.where((halves != 0) & (np.abs(halves) < SMALLEST_NORMAL), magnitudes, np.nan)
        return _argmax(-rest)
    if pick is Pick.NEAREST_TO_A_TIE:
        return _argmax(-_distances_from_a_tie(magnitudes))
    with np.errstate(invalid="ignore"):
        errors = np.abs(halves - weights)
    if pick is Pick.LARGEST_RELATIVE_ERROR:
        errors = np.divide(errors, magnitudes, out=np.full_like(errors, np.nan), where=magnitudes > 0)
    return _argmax(errors)


def _distances_from_a_tie(magnitudes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Distance from the midpoint of the two neighbouring float16 numbers, in ULP; NaN beyond float16's range."""
    inside = magnitudes < 2.0**16
    _, exponents = np.frexp(np.where(inside, magnitudes, 1.0))
    ulps = np.ldexp(1.0, np.maximum(exponents - 1, -14) - 10)
    return np.where(inside, np.abs(magnitudes / ulps % 1 - 0.5), np.nan)


def _argmax(criterion: npt.NDArray[np.float64]) -> int | None:
    """Index of the largest element that is not NaN."""
    return None if np.isnan(criterion).all() else int(np.nanargmax(criterion))


def _cast(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float16]:
    with np.errstate(over="ignore"):
        return values.astype(np.float16)
