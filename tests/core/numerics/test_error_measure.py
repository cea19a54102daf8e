"""Error measures, against hand-computed cases and exact arithmetic."""

import math
import warnings
from decimal import Decimal, localcontext

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fp16core.numerics.error_measure import ErrorAccumulator, measure_error


def test_measures_of_a_hand_computed_case() -> None:
    found = measure_error(np.array([3.0, 4.0], np.float32), np.array([3.0, 5.0], np.float32))
    assert found.max_abs_error == 1
    assert found.rms_error == pytest.approx(math.sqrt(1 / 2))
    assert found.rms_reference == pytest.approx(math.sqrt(25 / 2))
    assert found.snr_db == pytest.approx(13.979400086720376)  # 10 log₁₀ 25
    assert found.snr_factor == pytest.approx(5)
    assert found.snr_bits == pytest.approx(math.log2(5))
    assert found.cosine_distance == pytest.approx(1 - 29 / (5 * math.sqrt(34)))
    assert (found.reference_range, found.target_range, found.count, found.not_finite) == ((3, 4), (3, 5), 2, 0)


def test_a_hundredth_of_the_signal_is_40_db_and_a_bit_is_6_db() -> None:
    signal = np.linspace(-1, 1, 101)
    assert measure_error(signal, signal * 1.01).snr_db == pytest.approx(40)
    assert measure_error(signal, signal * 1.01).cosine_distance == pytest.approx(0, abs=1e-15)
    better = measure_error(signal, signal * 1.005)
    assert better.snr_db == pytest.approx(46.0206, abs=1e-4)


@pytest.mark.parametrize(
    ("reference", "target", "snr_db", "cosine_distance"),
    [
        ([1, -2], [1, -2], math.inf, 0.0),
        ([0, 0], [0, 0], math.inf, math.nan),
        ([0, 0], [0, 1], -math.inf, math.nan),
        ([1, 1], [0, 0], 0.0, math.nan),
        ([1, 2], [-1, -2], 20 * math.log10(1 / 2), 2.0),
        ([1, 0], [0, 1], 10 * math.log10(1 / 2), 1.0),
        ([1, 2], [1, math.inf], -math.inf, math.nan),
        ([1, 2], [1, math.nan], math.nan, math.nan),
        ([1, math.inf], [1, math.inf], math.nan, math.nan),
        ([3e38, 3e38], [-3e38, -3e38], 20 * math.log10(1 / 2), 2.0),
    ],
)
def test_degenerate_arrays_are_measured_without_a_warning(
    reference: list[float], target: list[float], snr_db: float, cosine_distance: float
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure_error(np.array(reference, np.float32), np.array(target, np.float32))
    assert found.snr_db == pytest.approx(snr_db, nan_ok=True)
    assert found.cosine_distance == pytest.approx(cosine_distance, nan_ok=True)
    assert found.is_exact == (reference == target and all(map(math.isfinite, reference)))
    assert found.not_finite == sum(not math.isfinite(a + b) for a, b in zip(reference, target, strict=True))


def test_arrays_that_cannot_be_measured_are_rejected() -> None:
    with pytest.raises(ValueError, match=r"reference and target have the shapes \(2,\) and \(3,\)"):
        measure_error(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="no arrays were added"):
        ErrorAccumulator().measure()


@settings(deadline=None)
@given(
    arrays(np.float32, 30, elements=st.floats(-100, 100, width=32)),
    arrays(np.float32, 30, elements=st.floats(-1, 1, width=32)),
    st.integers(0, 20),
)
def test_measures_keep_the_digits_of_exact_arithmetic(
    reference: npt.NDArray[np.float32], noise: npt.NDArray[np.float32], halvings: int
) -> None:
    target = reference + noise * np.float32(2.0**-halvings)
    found = measure_error(reference, target)
    with localcontext(prec=80):
        pairs = [(Decimal(float(a)), Decimal(float(b))) for a, b in zip(reference, target, strict=True)]
        nothing = Decimal(0)
        signal, squares = sum((a * a for a, _ in pairs), nothing), sum((b * b for _, b in pairs), nothing)
        error = sum(((b - a) ** 2 for a, b in pairs), nothing)
        if signal > 0 and error > 0:
            assert found.snr_db == pytest.approx(float(10 * (signal / error).log10()), rel=1e-9, abs=1e-9)
        if signal > Decimal("1e-30") and squares > Decimal("1e-30"):
            cosine = sum(a * b for a, b in pairs) / (signal * squares).sqrt()
            # Of a distance of 10⁻¹⁰ the subtraction 1 − cosine in float64 would leave six digits.
            assert found.cosine_distance == pytest.approx(float(1 - cosine), rel=1e-6, abs=1e-15)


@settings(deadline=None)
@given(
    arrays(np.float32, (20, 3), elements=st.floats(-10, 10, width=32)),
    arrays(np.float32, (20, 3), elements=st.floats(-10, 10, width=32)),
    st.lists(st.integers(1, 19), unique=True, max_size=5),
)
def test_accumulating_batches_equals_measuring_the_whole(
    reference: npt.NDArray[np.float32], target: npt.NDArray[np.float32], cuts: list[int]
) -> None:
    sums = ErrorAccumulator()
    for first, second in zip(np.split(reference, sorted(cuts)), np.split(target, sorted(cuts)), strict=True):
        sums.add(first, second)
    parts, whole = sums.measure(), measure_error(reference, target)
    assert (parts.max_abs_error, parts.reference_range) == (whole.max_abs_error, whole.reference_range)
    assert parts.rms_error == pytest.approx(whole.rms_error, rel=1e-12)
    assert parts.snr_db == pytest.approx(whole.snr_db, rel=1e-9, abs=1e-9)
