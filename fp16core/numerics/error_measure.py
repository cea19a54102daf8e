"""Error of one array relative to another: maximum, RMS, SNR and cosine distance, accumulated batch by batch."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DB_PER_BIT = 20 * math.log10(2)
"""Signal-to-noise ratio of one significant bit: 20 · log₁₀ 2 ≈ 6.02 dB."""


@dataclass(frozen=True)
class ErrorMeasure:
    """Error ``target − reference`` of a target array.

    Infinities and NaN propagate, so any measure but the counts may be infinite or NaN.

    Attributes
    ----------
    count, not_finite
        Number of elements, and of those that are infinite or NaN in either array.
    reference_range, target_range
        Smallest and largest element of each array.
    max_abs_error
        Largest ``|target − reference|``.
    rms_error, rms_reference
        Root mean square of the error and of the reference.
    cosine_distance
        ``1 − r·t / (‖r‖ ‖t‖)``, computed without cancellation; NaN if an array is all zeros. The cosine
        similarity itself is often closer to 1 than float64 can resolve.
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
        """True if the target equals the reference in every element."""
        return self.rms_error == 0

    @property
    def snr_db(self) -> float:
        """Signal-to-noise ratio ``10 · log₁₀(Σ reference² / Σ error²)`` in dB; infinite if there is no error."""
        if self.is_exact:
            return math.inf
        if self.rms_reference == 0 or (math.isinf(self.rms_error) and math.isfinite(self.rms_reference)):
            return -math.inf
        return 20 * math.log10(self.rms_reference / self.rms_error)

    @property
    def snr_factor(self) -> float:
        """Signal-to-noise ratio of amplitudes, ``rms_reference / rms_error``; infinite if there is no error."""
        return math.inf if self.is_exact else self.rms_reference / self.rms_error

    @property
    def snr_bits(self) -> float:
        """Signal-to-noise ratio in significant bits of `DB_PER_BIT` each."""
        return self.snr_db / DB_PER_BIT


class ErrorAccumulator:
    """Running sums from which the `ErrorMeasure` of arrays follows that are never in memory all at once."""

    def __init__(self) -> None:
        self._count = self._not_finite = 0
        # Σ r², Σ d² and Σ r·d; sums over the target t = r + d follow from them without cancellation.
        self._sums = np.zeros(3)
        self._lows = np.full(2, np.inf)
        self._highs = np.full(3, -np.inf)

    def add(self, reference: npt.NDArray[np.floating], target: npt.NDArray[np.floating]) -> None:
        """Accumulate a batch.

        Parameters
        ----------
        reference, target : any floating dtype, the same shape
            At least one element each.

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        if reference.shape != target.shape:
            raise ValueError(f"reference and target have the shapes {reference.shape} and {target.shape}.")
        first, second = reference.astype(np.float64).ravel(), target.astype(np.float64).ravel()
        with np.errstate(invalid="ignore", over="ignore"):  # ∞ − ∞ is NaN, and should be reported as such
            error = second - first
            self._sums += (first @ first, error @ error, first @ error)
            # np.minimum and np.maximum propagate NaN from either argument.
            self._lows = np.minimum(self._lows, (first.min(), second.min()))
            self._highs = np.maximum(self._highs, (first.max(), second.max(), np.abs(error).max()))
        self._count += first.size
        self._not_finite += first.size - int(np.count_nonzero(np.isfinite(error)))

    def measure(self) -> ErrorMeasure:
        """Error over all batches so far; raises `ValueError` if there are none."""
        if self._count == 0:
            raise ValueError("no arrays were added; there is no error to measure.")
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
    """Error of a target array; parameters and errors as `ErrorAccumulator.add`."""
    sums = ErrorAccumulator()
    sums.add(reference, target)
    return sums.measure()


def _cosine_distance(signal: float, noise: float, mixed: float) -> float:
    # With d = t − r: t·t = r·r + 2 r·d + d·d and sin² = (r·r d·d − (r·d)²) / (r·r t·t). Then
    # 1 − cos = sin² / (1 + cos) keeps the digits that are lost when a cosine near 1 is subtracted from 1.
    target = signal + 2 * mixed + noise
    squares = signal * target
    if not (math.isfinite(squares) and squares > 0):
        return math.nan
    cosine = (signal + mixed) / math.sqrt(squares)
    if cosine <= 0:
        return 1 - cosine
    return max(0.0, (signal * noise - mixed**2) / squares) / (1 + cosine)
