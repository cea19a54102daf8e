"""Wilson's interval, a paired difference's and McNemar's test, against hand-computed cases and SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from fp16core.evaluate.statistics import mcnemar_exact, paired_difference, proportion


def test_wilson_interval_of_a_textbook_case() -> None:
    """8 of 10 with z = 1.96: (0.8 + 0.19208 ± 1.96 √(0.016 + 0.0096040)) / 1.38416 = 0.4902, 0.9433."""
    share = proportion(8, 10)
    assert share.value == 0.8
    assert share.low == pytest.approx(0.4902, abs=1e-4)
    assert share.high == pytest.approx(0.9433, abs=1e-4)


@settings(deadline=None)  # machines are noisy
@given(st.integers(1, 20_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_equals_scipys(counts: tuple[int, int]) -> None:
    share = proportion(*counts)
    expected = binomtest(*counts).proportion_ci(0.95, method="wilson")
    assert share.low == pytest.approx(expected.low, abs=1e-12)
    assert share.high == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_impossible_counts_are_refused() -> None:
    for successes, total in ((1, 0), (-1, 5), (6, 5)):
        with pytest.raises(ValueError, match=f"{successes} successes of {total}"):
            proportion(successes, total)


def test_mcnemar_of_hand_computed_splits() -> None:
    """Coin tosses: 0 of 6 heads or tails: 2/64; 1 of 5: 2 × (1 + 5)/32; an even split: certain."""
    assert mcnemar_exact(0, 0) == 1
    assert mcnemar_exact(1, 0) == 1
    assert mcnemar_exact(0, 6) == 2 / 64
    assert mcnemar_exact(1, 4) == 12 / 32
    assert mcnemar_exact(5, 5) == 1


@settings(deadline=None)  # machines are noisy
@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_equals_scipys_binomial_test_and_is_symmetric(b: int, c: int) -> None:
    expected = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert math.isclose(mcnemar_exact(b, c), expected, rel_tol=1e-9, abs_tol=1e-300)
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)


def test_the_interval_of_a_paired_difference_of_a_hand_computed_case() -> None:
    """10 gained, 4 lost of 100 with z = 1.96: (6 ± 1.96 √(15 − 36/102)) / 102 = −0.01472, 0.13237."""
    low, high = paired_difference(6, 14, 100)
    assert low == pytest.approx(-0.01472, abs=1e-5)
    assert high == pytest.approx(0.13237, abs=1e-5)


@settings(deadline=None)  # machines are noisy
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 9))
def test_the_interval_of_a_paired_difference_is_walds_after_half_a_count_more_in_each_cell(
    both: int, gained: int, lost: int, neither: int
) -> None:
    """Each member of the sample as −1, 0 or 1, with a weight; the mean and its standard error by NumPy."""
    values, weights = np.array([0, 1, -1, 0]), np.array([both, gained, lost, neither]) + 0.5
    mean = np.average(values, weights=weights)
    error = math.sqrt(np.average((values - mean) ** 2, weights=weights) / weights.sum())
    expected = [max(-1, mean - 1.959963985 * error), min(1, mean + 1.959963985 * error)]
    found = paired_difference(gained - lost, gained + lost, both + gained + lost + neither)
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_interval_of_a_paired_difference_ends_where_differences_do() -> None:
    assert paired_difference(-5, 5, 5)[0] == -1
    assert paired_difference(5, 5, 5)[1] == 1


@pytest.mark.parametrize(("gained", "lost"), [(0.0, 0.0), (0.0002, 0.0001), (0.001, 0.003), (0.05, 0.02)])
def test_the_interval_of_a_paired_difference_holds_the_true_one(gained: float, lost: float) -> None:
    """In at least 94 % of 4,000 samples; and in more if the disagreements are overestimated, by far or a little."""
    counts = np.random.default_rng(0).multinomial(10_000, [gained, lost, 1 - gained - lost], size=4000)
    for factor, least in ((1.0, 0.94), (1.1, 0.94), (2.0, 0.98)):
        ends = np.array([paired_difference(int(b - c), int((b + c) * factor), 10_000) for b, c, _ in counts])
        assert np.mean((ends[:, 0] <= gained - lost) & (gained - lost <= ends[:, 1])) >= least


def test_impossible_differences_are_refused() -> None:
    assert paired_difference(5, 5, 5)[1] == 1
    for gain, disagreements, total in ((1, 0, 5), (-3, 2, 5), (0, 6, 5), (0, 0, 0)):
        with pytest.raises(ValueError, match=f"a gain of {gain} with"):
            paired_difference(gain, disagreements, total)
