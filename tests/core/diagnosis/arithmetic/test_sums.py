"""Errors summed up sample by sample, against NumPy in float64."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fp16core.diagnosis.arithmetic.sums import ErrorSums, are_float16

FLOATS = arrays(np.float32, 5, elements=st.floats(width=32))


def test_sums_equal_those_of_float64_over_any_number_of_samples() -> None:
    random = np.random.default_rng(0)
    pairs = []
    sums = ErrorSums()
    for count in (3, 70_000, 1):
        reference = random.normal(0, 10.0 ** random.uniform(-6, 6), count).astype(np.float32)
        target = reference.astype(np.float16).astype(np.float32)
        sums.add(reference, np.where(np.isfinite(target), target, reference))
        pairs.append((reference, np.where(np.isfinite(target), target, reference)))
    known, found = (np.concatenate(parts).astype(np.float64) for parts in zip(*pairs, strict=True))
    assert sums.count == known.size
    assert sums.snr_db == pytest.approx(10 * np.log10((known**2).sum() / ((found - known) ** 2).sum()), abs=1e-6)
    assert sums.max_abs_error == pytest.approx(np.abs(found - known).max())
    assert sums.largest == pytest.approx(np.abs(known).max())
    assert sums.not_finite == 0


def test_results_that_are_not_finite_are_counted_and_never_averaged() -> None:
    sums = ErrorSums()
    reference = np.array([1, 2, np.inf, np.nan, 5], np.float32)
    sums.add(reference, np.array([1.5, np.nan, 3, 4, np.inf], np.float32))
    assert (sums.not_finite, sums.reference_not_finite) == (2, 2)
    assert sums.snr_db == pytest.approx(10 * math.log10(1 / 0.25))
    assert (sums.max_abs_error, sums.largest) == (0.5, 5)


def test_equal_results_have_an_infinite_ratio_and_none_in_common_no_ratio() -> None:
    equal, nothing, zero = ErrorSums(), ErrorSums(), ErrorSums()
    equal.add(np.ones(3, np.float32), np.ones(3, np.float32))
    nothing.add(np.ones(3, np.float32), np.full(3, np.nan, np.float32))
    zero.add(np.zeros(3, np.float32), np.ones(3, np.float32))
    assert (equal.snr_db, zero.snr_db) == (math.inf, -math.inf)
    assert math.isnan(nothing.snr_db)


def test_differences_beyond_float32_are_still_summed() -> None:
    sums = ErrorSums()
    sums.add(np.array([3e38], np.float32), np.array([-3e38], np.float32))
    assert sums.max_abs_error == pytest.approx(6e38)
    assert sums.not_finite == 0


def test_whole_numbers_are_compared_as_numbers() -> None:
    sums = ErrorSums()
    sums.add(np.array([3, 4]), np.array([3, 6]))
    assert sums.max_abs_error == 2
    assert sums.is_float16


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes"):
        ErrorSums().add(np.ones(2, np.float32), np.ones((2, 1), np.float32))


def test_every_float16_number_is_one() -> None:
    assert are_float16(np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32))


@given(FLOATS)
def test_numbers_are_float16_numbers_if_numpys_cast_keeps_them(values: np.ndarray) -> None:
    coarse = (values.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)
    for numbers in (values, coarse):
        with np.errstate(over="ignore", invalid="ignore"):
            kept = numbers.astype(np.float16).astype(np.float32)
        assert are_float16(numbers) == np.array_equal(kept, numbers, equal_nan=True)
