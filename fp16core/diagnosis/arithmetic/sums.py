"""Error of results in float16 arithmetic, summed up sample by sample; what is not finite is counted, never averaged."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

_BLOCK = 1 << 16
"""Numbers taken at a time, few enough to stay in a processor's cache."""


class ErrorSums:
    """Running error of one tensor.

    Attributes
    ----------
    not_finite
        Results that are infinite or NaN though the reference's are finite.
    reference_not_finite
        Numbers of the reference that are infinite or NaN: results there are compared with nothing.
    largest
        Largest finite magnitude of the reference.
    max_abs_error
        Largest magnitude of target − reference, where both are finite.
    is_float16
        True if all results are float16 numbers.
    """

    def __init__(self) -> None:
        self.not_finite = self.reference_not_finite = self.count = 0
        self.largest = self.max_abs_error = 0.0
        self.is_float16 = True
        self._signal = self._noise = 0.0

    def add(self, reference: npt.NDArray[Any], target: npt.NDArray[Any]) -> None:
        """Add one sample's results; both arrays have the same shape."""
        if reference.shape != target.shape:
            raise ValueError(f"reference and target have the shapes {reference.shape} and {target.shape}.")
        first, second = reference.ravel(), target.ravel()
        for start in range(0, first.size, _BLOCK):
            self._add(first[start : start + _BLOCK], second[start : start + _BLOCK])
        self.count += first.size

    def _add(self, reference: npt.NDArray[Any], target: npt.NDArray[Any]) -> None:
        if self.is_float16:
            self.is_float16 = are_float16(target)
        if reference.dtype == target.dtype == np.float32:
            # Float32 holds the difference of close numbers exactly; if it is finite, so are both numbers.
            with np.errstate(invalid="ignore", over="ignore"):
                error = np.subtract(target, reference, dtype=np.float32)
            worst = float(np.abs(error).max())
            if math.isfinite(worst):
                self._sum(reference, error, worst)
                return
        known, found = reference.astype(np.float64), target.astype(np.float64)
        is_known, is_found = np.isfinite(known), np.isfinite(found)
        self.reference_not_finite += int(np.count_nonzero(~is_known))
        self.not_finite += int(np.count_nonzero(is_known & ~is_found))
        self.largest = max(self.largest, float(np.abs(known[is_known]).max(initial=0.0)))
        both = is_known & is_found
        if both.any():
            error = found[both] - known[both]
            self._sum(known[both], error, float(np.abs(error).max()))

    def _sum(self, reference: npt.NDArray[Any], error: npt.NDArray[Any], worst: float) -> None:
        self.largest = max(self.largest, float(np.abs(reference).max()))
        self.max_abs_error = max(self.max_abs_error, worst)
        with np.errstate(over="ignore"):
            # Unlike a product of matrices, this starts no threads, which would cost more than they save.
            self._signal += float(np.einsum("i,i->", reference, reference, dtype=np.float64))
            self._noise += float(np.einsum("i,i->", error, error, dtype=np.float64))

    @property
    def snr_db(self) -> float:
        """Signal-to-noise ratio over numbers that are finite in both; infinite if they are equal, NaN if none are."""
        if self._noise == 0:
            return math.nan if self.count and self.count == self.reference_not_finite + self.not_finite else math.inf
        if self._signal == 0:
            return -math.inf
        return 10 * math.log10(self._signal / self._noise)


_SPARE_BITS, _SIGNLESS = np.uint32(0x1FFF), np.uint32(0x7FFF_FFFF)
"""Bits of a float32 fraction that a float16 number leaves empty, and all but the sign."""

_SMALLEST_NORMAL, _LARGEST, _INFINITY = (
    int(np.float32(value).view(np.uint32)) for value in (2.0**-14, 65504.0, np.inf)
)
"""Magnitudes as bits, which are in the order of the magnitudes."""


def are_float16(values: npt.NDArray[np.generic]) -> bool:
    """True if all numbers are float16 numbers, infinite or NaN.

    NumPy's cast would tell, too, but takes 50 times as long where the result is subnormal.
    """
    if values.dtype != np.float32:
        return True
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32).ravel()
    if bits.size == 0:
        return True
    magnitudes = bits & _SIGNLESS
    if np.bitwise_or.reduce(bits) & _SPARE_BITS and (magnitudes[(bits & _SPARE_BITS) != 0] <= _INFINITY).any():
        return False
    if magnitudes.max() > _LARGEST and ((magnitudes > _LARGEST) & (magnitudes < _INFINITY)).any():
        return False
    magnitudes -= np.uint32(1)  # 0 becomes the largest number of all
    if magnitudes.min() >= _SMALLEST_NORMAL - 1:
        return True
    small = (magnitudes[magnitudes < _SMALLEST_NORMAL - 1] + np.uint32(1)).view(np.float32) * np.float32(2.0**24)
    return bool((small == np.rint(small)).all())  # exact; subnormal numbers are multiples of 2⁻²⁴
