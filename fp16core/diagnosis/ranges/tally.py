"""Range of one tensor, tallied sample by sample."""

import math

import numpy as np

from fp16core.diagnosis.ranges.limits import INFINITE_FROM, SUBNORMAL_BELOW, ZERO_UP_TO, Floats

_BLOCK = 1 << 16
"""Numbers taken at a time: few enough to stay in a processor's cache."""


class RangeTally:
    """Running range of a tensor's float32 values.

    Attributes
    ----------
    low, high
        Smallest and largest finite value; infinite in the wrong direction if there is none.
    smallest
        Smallest nonzero magnitude; infinite if there is none.
    not_finite
        Values that are infinite or NaN in float32 already.
    magnitudes
        Largest finite magnitude in each sample.
    """

    def __init__(self) -> None:
        self.low, self.high, self.smallest = math.inf, -math.inf, math.inf
        self.not_finite = 0
        self.magnitudes: list[float] = []
        self._nonzero = self._zeroed = self._subnormal = 0

    def add(self, values: Floats) -> None:
        """Add the values of one sample."""
        flat, largest = values.ravel(), 0.0
        for start in range(0, flat.size, _BLOCK):
            largest = max(largest, self._add(flat[start : start + _BLOCK]))
        self.magnitudes.append(largest)

    def _add(self, values: Floats) -> float:
        low, high = float(values.min()), float(values.max())  # either is NaN if any value is
        if not (math.isfinite(low) and math.isfinite(high)):
            is_finite = np.isfinite(values)
            values = values[is_finite]
            self.not_finite += is_finite.size - values.size
            if values.size == 0:
                return 0.0
            low, high = float(values.min()), float(values.max())
        self.low, self.high = min(self.low, low), max(self.high, high)
        sizes = np.abs(values)
        least = float(sizes.min())
        if least < SUBNORMAL_BELOW:
            small = sizes[sizes < SUBNORMAL_BELOW]
            small = small[small > 0]
            zeroed = int(np.count_nonzero(small <= ZERO_UP_TO))
            self._zeroed += zeroed
            self._subnormal += small.size - zeroed
            self._nonzero += int(np.count_nonzero(sizes))
            least = float(small.min()) if small.size else float(sizes.min(initial=math.inf, where=sizes > 0))
        else:
            self._nonzero += sizes.size
        self.smallest = min(self.smallest, least)
        return max(abs(low), abs(high))

    @property
    def zeroed_share(self) -> float:
        """Share of nonzero values that round to 0."""
        return self._zeroed / self._nonzero if self._nonzero else 0.0

    @property
    def subnormal_share(self) -> float:
        """Share of nonzero values that round to a subnormal number."""
        return self._subnormal / self._nonzero if self._nonzero else 0.0

    @property
    def largest(self) -> float:
        """Largest finite magnitude."""
        return max(self.magnitudes, default=0.0)

    @property
    def sample(self) -> int:
        """Sample with the largest magnitude."""
        return int(np.argmax(self.magnitudes)) if self.magnitudes else 0

    def beyond(self) -> list[int]:
        """Samples in which a value rounds to infinity, those with the largest first."""
        found = [place for place, size in enumerate(self.magnitudes) if size >= INFINITE_FROM]
        return sorted(found, key=lambda place: -self.magnitudes[place])
