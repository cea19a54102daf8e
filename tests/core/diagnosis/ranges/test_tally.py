"""Ranges of values and their fate in float16, against NumPy's cast."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fp16core.diagnosis.ranges.limits import INFINITE_FROM, overflowed, rounded
from fp16core.diagnosis.ranges.tally import RangeTally

NEAR = (65504.0, 65519.99, 65520.0, 2.0**-24, 2.0**-25, np.nextafter(np.float32(2**-25), 1), 2.0**-14, 6.1e-5, 0.0)
NUMBERS = st.one_of(st.floats(width=32), st.sampled_from([float(np.float32(value)) for value in NEAR]))


@given(st.lists(arrays(np.float32, 6, elements=NUMBERS), min_size=1, max_size=3))
def test_a_tally_equals_what_numpys_cast_makes_of_all_values(samples: list[np.ndarray]) -> None:
    tally = RangeTally()
    for values in samples:
        tally.add(values)
    everything = np.concatenate(samples)
    finite = everything[np.isfinite(everything)]
    with np.errstate(over="ignore"):
        halves = finite.astype(np.float16)
    assert tally.not_finite == everything.size - finite.size
    assert bool(tally.beyond()) == bool(np.isinf(halves).any())
    nonzero = finite != 0
    if not nonzero.any():
        assert (tally.smallest, tally.zeroed_share, tally.subnormal_share) == (math.inf, 0, 0)
        return
    small = np.abs(halves[nonzero]).astype(np.float64)
    assert (tally.low, tally.high) == (finite.min(), finite.max())
    assert tally.smallest == np.abs(finite[nonzero]).min()
    assert tally.zeroed_share == pytest.approx(np.mean(small == 0))
    assert tally.subnormal_share == pytest.approx(np.mean((small > 0) & (small < 2**-14)))


def test_samples_are_named_by_their_largest_magnitude() -> None:
    tally = RangeTally()
    for value in (1.0, -9e4, 7e4):
        tally.add(np.array([value, 0.5], np.float32))
    assert (tally.sample, tally.largest) == (1, 9e4)
    assert tally.beyond() == [1, 2]


def test_no_values_at_all_are_a_range_without_ends() -> None:
    tally = RangeTally()
    tally.add(np.empty((0, 4), np.float32))
    assert (tally.low, tally.high, tally.largest) == (math.inf, -math.inf, 0)


@given(arrays(np.float32, 4, elements=NUMBERS))
def test_values_beyond_float16_become_infinities_and_others_stay(values: np.ndarray) -> None:
    found = overflowed(values)
    beyond = np.abs(values) >= INFINITE_FROM
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(found[beyond], values[beyond].astype(np.float16).astype(np.float32))
    np.testing.assert_array_equal(found[~beyond], values[~beyond])


def test_rounding_can_flush_subnormal_results() -> None:
    values = np.array([1e-6, -1e-6, 1e-8, 2.0**-14, 1.0, 7e4], np.float32)
    np.testing.assert_array_equal(rounded(values, flush=True), [0, 0, 0, 2.0**-14, 1, np.inf])
    assert (rounded(values)[:3] != [0, 0, 0]).tolist() == [True, True, False]
