"""Range of one tensor, tallied sample by sample."""

import math

import numpy as np

from fp16core.diagnosis.ranges.limits import INFINITE_FROM, SUBNORMAL_BELOW, ZERO_UP_TO, Floats

_BLOCK = 1 << 16
"""Numbers taken at a time: few enough to stay in a processor's cache."""

_SIGNLESS, _ONE, _ZERO = np.uint32(0x7FFF_FFFF), np.uint32(1), 0xFFFF_FFFF

_SUBNORMAL_BITS = int(np.float32(SUBNORMAL_BELOW).view(np.uint32)) - 1
_ZERO_BITS = int(np.float32(ZERO_UP_TO).view(np.uint32))
"""Magnitudes below which a number rounds to a subnormal one, and up to which to 0, as bits less 1."""


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
    magnitudes, zeroed_shares
        Largest finite magnitude in each sample, and the share of its nonzero values that round to 0.
    """

    def __init__(self) -> None:
        self.low, self.high, self.smallest = math.inf, -math.inf, math.inf
        self.not_finite = 0
        self.magnitudes: list[float] = []
        self.zeroed_shares: list[float] = []
        self._nonzero = self._zeroed = self._subnormal = 0

    def add(self, values: Floats) -> None:
        """Add the values of one sample."""
        flat, largest = values.ravel(), 0.0
        zeroed, nonzero = self._zeroed, self._nonzero
        for start in range(0, flat.size, _BLOCK):
            largest = max(largest, self._add(flat[start : start + _BLOCK]))
        self.magnitudes.append(largest)
        zeroed, nonzero = self._zeroed - zeroed, self._nonzero - nonzero
        self.zeroed_shares.append(zeroed / nonzero if nonzero else 0.0)

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
        # Bits of magnitudes are in their order, and less 1, with 0 as the largest: so zeros, which activations are
        # full of, need not be picked out.
        sizes = np.ascontiguousarray(values).view(np.uint32) & _SIGNLESS
        self._nonzero += sizes.size - int(np.count_nonzero(sizes == 0))
        sizes -= _ONE
        least = int(sizes.min())
        if least < _SUBNORMAL_BITS:
            small = sizes[sizes < _SUBNORMAL_BITS]
            zeroed = int(np.count_nonzero(small < _ZERO_BITS))
            self._zeroed += zeroed
            self._subnormal += small.size - zeroed
        if least < _ZERO:
            self.smallest = min(self.smallest, float(np.uint32(least + 1).view(np.float32)))
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

    def vanishing(self, share: float) -> list[int]:
        """Samples in which more than a share of the nonzero values rounds to 0, those with the largest share first."""
        found = [place for place, zeroed in enumerate(self.zeroed_shares) if zeroed > share]
        return sorted(found, key=lambda place: -self.zeroed_shares[place])

    def beyond(self) -> list[int]:
        """Samples in which a value rounds to infinity, those with the largest first."""
        found = [place for place, size in enumerate(self.magnitudes) if size >= INFINITE_FROM]
        return sorted(found, key=lambda place: -self.magnitudes[place])
