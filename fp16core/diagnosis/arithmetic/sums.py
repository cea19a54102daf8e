"""Error of results in float16 arithmetic, summed up sample by sample; what is not finite is counted, never averaged."""

import math

import numpy as np
import numpy.typing as npt

_BLOCK = 1 << 18
"""Numbers taken at a time, so that sums in float64 take little memory."""


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

    def add(self, reference: npt.NDArray[np.generic], target: npt.NDArray[np.generic]) -> None:
        """Add one sample's results; both arrays have the same shape."""
        if reference.shape != target.shape:
            raise ValueError(f"reference and target have the shapes {reference.shape} and {target.shape}.")
        first, second = reference.ravel(), target.ravel()
        for start in range(0, first.size, _BLOCK):
            self._add(first[start : start + _BLOCK], second[start : start + _BLOCK])
        self.count += first.size

    def _add(self, reference: npt.NDArray[np.generic], target: npt.NDArray[np.generic]) -> None:
        if self.is_float16:
            self.is_float16 = are_float16(target)
        known, found = reference.astype(np.float64), target.astype(np.float64)
        is_known, is_found = np.isfinite(known), np.isfinite(found)
        self.reference_not_finite += int(np.count_nonzero(~is_known))
        self.not_finite += int(np.count_nonzero(is_known & ~is_found))
        both = is_known & is_found
        if not both.all():
            self.largest = max(self.largest, float(np.abs(known[is_known]).max(initial=0.0)))
            known, found = known[both], found[both]
        if known.size == 0:
            return
        error = found - known
        self.largest = max(self.largest, float(np.abs(known).max()))
        self.max_abs_error = max(self.max_abs_error, float(np.abs(error).max()))
        with np.errstate(over="ignore"):
            self._signal += float(known @ known)
            self._noise += float(error @ error)

    @property
    def snr_db(self) -> float:
        """Signal-to-noise ratio over numbers that are finite in both; infinite if they are equal, NaN if none are."""
        if self._noise == 0:
            return math.nan if self.count and self.count == self.reference_not_finite + self.not_finite else math.inf
        if self._signal == 0:
            return -math.inf
        return 10 * math.log10(self._signal / self._noise)


def are_float16(values: npt.NDArray[np.generic]) -> bool:
    """True if all numbers are float16 numbers, infinite or NaN."""
    if values.dtype != np.float32:
        return True
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float16).astype(np.float32)
    return bool(np.array_equal(values, rounded, equal_nan=True))
