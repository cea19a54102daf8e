"""Wilson's interval and McNemar's test, against hand-computed cases and SciPy."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from fp16core.evaluate import mcnemar_exact, proportion


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
