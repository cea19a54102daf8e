"""Statistics of studies, against the definition, rational arithmetic and the enumeration of all cases."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from scipy import integrate

from fp16core.study.statistics import dispersion_p_value, paired_equivalence, poisson_rate, spread_ratio


def t_tail(statistic: float, freedom: int) -> float:
    """Probability that Student's t exceeds a value, by integrating its density."""
    scale = math.gamma((freedom + 1) / 2) / (math.sqrt(freedom * math.pi) * math.gamma(freedom / 2))
    return float(
        integrate.quad(lambda t: scale * (1 + t * t / freedom) ** (-(freedom + 1) / 2), statistic, math.inf)[0]
    )


DIFFERENCES = [0.0, 1e-4, 0.0, -1e-4, 2e-4, 0.0, 0.0, -1e-4, 0.0, 1e-4]


@pytest.mark.parametrize("margin", [1e-4, 2e-5, 1e-3])
def test_equivalence_is_two_one_sided_t_tests(margin: float) -> None:
    found = paired_equivalence(DIFFERENCES, margin)
    n, mean = len(DIFFERENCES), sum(DIFFERENCES) / len(DIFFERENCES)
    error = math.sqrt(sum((d - mean) ** 2 for d in DIFFERENCES) / (n - 1) / n)
    tails = t_tail((mean + margin) / error, n - 1), t_tail((margin - mean) / error, n - 1)
    assert found.p_value == pytest.approx(max(tails), rel=1e-6)
    assert found.mean.value == pytest.approx(mean)
    # Student's table: 1.833 is exceeded with a probability of 5 % with nine degrees of freedom.
    assert found.mean.high - mean == pytest.approx(1.833 * error, rel=1e-3)
    assert mean - found.mean.low == pytest.approx(1.833 * error, rel=1e-3)
    assert found.holds == (-margin < found.mean.low and found.mean.high < margin)


def test_equal_differences_are_within_the_margin_or_not() -> None:
    assert paired_equivalence([0.0] * 5).holds
    assert not paired_equivalence([0.002] * 5).holds
    assert paired_equivalence([0.002] * 5, margin=0.003).p_value == 0


@pytest.mark.parametrize(("values", "margin"), [([0.1], 0.1), ([0.1, math.nan], 0.1), ([0.1, 0.2], 0.0)])
def test_equivalence_needs_two_finite_differences_and_a_margin(values: list[float], margin: float) -> None:
    with pytest.raises(ValueError, match="expected two or more"):
        paired_equivalence(values, margin)


def poisson_at_most(count: int, mean: float) -> float:
    """Probability of at most that many events, summed in rational arithmetic but for the last factor."""
    exact = Fraction(mean)
    return float(sum(exact**k / math.factorial(k) for k in range(count + 1))) * math.exp(-mean)


@pytest.mark.parametrize("count", [0, 1, 6, 31])
@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_a_rates_limits_are_the_means_that_make_the_count_improbable(count: int, confidence: float) -> None:
    found = poisson_rate(count, 2.0, confidence)
    tail = (1 - confidence) / 2
    assert found.value == count / 2
    assert poisson_at_most(count, 2 * found.high) == pytest.approx(tail, rel=1e-9)
    if count:
        assert 1 - poisson_at_most(count - 1, 2 * found.low) == pytest.approx(tail, rel=1e-6)
    else:
        assert found.low == 0


@pytest.mark.parametrize(("count", "exposure"), [(-1, 1.0), (1, 0.0)])
def test_a_rate_needs_a_count_and_an_exposure(count: int, exposure: float) -> None:
    with pytest.raises(ValueError, match="expected a count"):
        poisson_rate(count, exposure)


def test_counts_that_come_in_clusters_are_noticed() -> None:
    assert dispersion_p_value([0] * 90 + [10] * 10) < 1e-6
    assert dispersion_p_value([1] * 100) > 0.99
    assert dispersion_p_value([0, 0, 0]) == 1
    # By hand: the mean is 2, the index (1 + 1) / 2 = 1, and χ² with one degree of freedom exceeds 1 as |z| exceeds 1.
    assert dispersion_p_value([1, 3]) == pytest.approx(math.erfc(1 / math.sqrt(2)))


def test_a_ratios_interval_is_that_of_all_resamples() -> None:
    """All 5⁵ resamples of five trainings, each as probable as any other."""
    effects, values = np.array([1e-4, 0.0, -2e-4, 1e-4, 3e-4]), np.array([0.96, 0.95, 0.97, 0.962, 0.951])
    ratios = []
    for chosen in itertools.product(range(5), repeat=5):
        drawn = values[list(chosen)]
        scatter = drawn.std(ddof=1)
        size = math.sqrt((effects[list(chosen)] ** 2).mean())
        ratios.append(size / scatter if scatter > 0 else math.inf)
    found = spread_ratio(effects, values)
    assert found.value == pytest.approx(math.sqrt((effects**2).mean()) / values.std(ddof=1))
    # Sampling 9,999 of the resamples moves a quantile's rank by less than 1 %.
    ordered = np.sort(ratios)
    for limit, rank in ((found.low, 0.025), (found.high, 0.975)):
        low, high = (ordered[int(share * (len(ordered) - 1))] for share in (rank - 0.008, rank + 0.008))
        assert low <= limit <= high


def test_no_effect_has_no_share() -> None:
    found = spread_ratio([0.0] * 5, [0.1, 0.2, 0.3, 0.4, 0.5])
    assert (found.value, found.low, found.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="values that differ"):
        spread_ratio([0.0] * 5, [0.1] * 5)
    with pytest.raises(ValueError, match="expected 5 or more"):
        spread_ratio([0.1] * 4, [0.1, 0.2, 0.3, 0.4])
    almost_equal = spread_ratio([1e-4] * 5, [0.1, 0.1, 0.1, 0.1, 0.2])
    assert almost_equal.low < almost_equal.value < almost_equal.high == math.inf
