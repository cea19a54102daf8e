"""How far one array is from another, for arrays too large to be held at once."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DB_PER_BIT = 20 * math.log10(2)
"""Decibels that each further significant bit adds to a signal-to-noise ratio, about 6.02."""


@dataclass(frozen=True)
class ErrorMeasure:
    """A target array held against its reference; the error is ``target − reference``.

    Infinite values count as they are, so a measure may be infinite or NaN.

    Attributes
    ----------
    count, not_finite
        Number of elements, and of those that are infinite or NaN in either array.
    reference_range, target_range
        Smallest and largest value of each.
    max_abs_error
        Largest magnitude of the error.
    rms_error, rms_reference
        Root of the mean square of the error and of the reference.
    cosine_distance
        1 − cosine similarity, which is too near to 1 to be told from it; NaN if an array is all 0.
    """

    count: int
    not_finite: int
    reference_range: tuple[float, float]
    target_range: tuple[float, float]
    max_abs_error: float
    rms_error: float
    rms_reference: float
    cosine_distance: float

    @property
    def is_exact(self) -> bool:
        """Whether the target equals the reference in every element."""
        return self.rms_error == 0

    @property
    def cosine_similarity(self) -> float:
        """Cosine similarity: 1 if the arrays point in the same direction."""
        return 1 - self.cosine_distance

    @property
    def snr_db(self) -> float:
        """Signal-to-noise ratio 10 · log₁₀(Σ reference² / Σ error²) in dB; infinite if there is no error."""
        if self.is_exact:
            return math.inf
        if self.rms_reference == 0 or (math.isinf(self.rms_error) and math.isfinite(self.rms_reference)):
            return -math.inf
        return 20 * math.log10(self.rms_reference / self.rms_error)

    @property
    def snr_factor(self) -> float:
        """How many times as large the reference is as the error, by their root mean squares."""
        return math.inf if self.is_exact else self.rms_reference / self.rms_error

    @property
    def snr_bits(self) -> float:
        """The signal-to-noise ratio as a number of significant bits, at `DB_PER_BIT` each."""
        return self.snr_db / DB_PER_BIT


class ErrorAccumulator:
    """What an `ErrorMeasure` needs to know of arrays that arrive one after the other."""

    def __init__(self) -> None:
        self._count = self._not_finite = 0
        # Σ r², Σ d² and Σ r·d, with which the sums over the target can be had without cancellation.
        self._sums = np.zeros(3)
        self._lows = np.full(2, np.inf)
        self._highs = np.full(3, -np.inf)

    def add(self, reference: npt.NDArray[np.floating], target: npt.NDArray[np.floating]) -> None:
        """Take in two arrays of the same shape, with at least one element."""
        if reference.shape != target.shape:
            raise ValueError(f"a reference {reference.shape} cannot be held against a target {target.shape}.")
        first, second = reference.astype(np.float64).ravel(), target.astype(np.float64).ravel()
        with np.errstate(invalid="ignore", over="ignore"):  # ∞ − ∞ is NaN, which is what should be reported
            error = second - first
            self._sums += (first @ first, error @ error, first @ error)
            # NumPy's minimum and maximum hand a NaN on, whichever side it comes from.
            self._lows = np.minimum(self._lows, (first.min(), second.min()))
            self._highs = np.maximum(self._highs, (first.max(), second.max(), np.abs(error).max()))
        self._count += first.size
        self._not_finite += first.size - int(np.count_nonzero(np.isfinite(error)))

    def measure(self) -> ErrorMeasure:
        """The measures of all that was taken in; raises `ValueError` if that is nothing."""
        if self._count == 0:
            raise ValueError("nothing was taken in; there is nothing to measure.")
        signal, noise, mixed = (float(value) for value in self._sums)
        lows, highs = self._lows.tolist(), self._highs.tolist()
        return ErrorMeasure(
            count=self._count,
            not_finite=self._not_finite,
            reference_range=(lows[0], highs[0]),
            target_range=(lows[1], highs[1]),
            max_abs_error=highs[2],
            rms_error=math.sqrt(noise / self._count),
            rms_reference=math.sqrt(signal / self._count),
            cosine_distance=_cosine_distance(signal, noise, mixed),
        )


def measure_error(reference: npt.NDArray[np.floating], target: npt.NDArray[np.floating]) -> ErrorMeasure:
    """Measure a target against a reference of the same shape, with at least one element."""
    sums = ErrorAccumulator()
    sums.add(reference, target)
    return sums.measure()


def _cosine_distance(signal: float, noise: float, mixed: float) -> float:
    # With d = t − r: t·t = r·r + 2 r·d + d·d and sin² = (r·r d·d − (r·d)²) / (r·r t·t); then
    # 1 − cos = sin² / (1 + cos) keeps the digits that subtracting a cosine near 1 would lose.
    target = signal + 2 * mixed + noise
    squares = signal * target
    if not (math.isfinite(squares) and squares > 0):
        return math.nan
    cosine = (signal + mixed) / math.sqrt(squares)
    if cosine <= 0:
        return 1 - cosine
    return max(0.0, (signal * noise - mixed**2) / squares) / (1 + cosine)
