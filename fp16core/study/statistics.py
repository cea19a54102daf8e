"""Statistics of many trainings: equivalence, rates of rare events, and ratios, each by a published rule.

SciPy does the arithmetic; it is imported inside functions, as most of this package does without it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SIGNIFICANCE = 0.05
"""p-value below which a hypothesis is rejected."""

MARGIN = 0.001
"""Difference of accuracies that counts as none unless somebody names another: 0.1 percentage points."""

FEWEST_PAIRS = 5
"""Trainings from which on resamples without any scatter are too rare to matter."""

_RESAMPLES, _FEWEST_RESAMPLES = 9999, 999
_DRAWN, _DRAWN_AT_ONCE = 20_000_000, 1_000_000
"""Pairs drawn in all resamples together, if that leaves enough of them, and at once, which bounds the memory."""

_RESAMPLING_SEED = 0


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes
    ----------
    value
        The estimate.
    low, high
        Limits of the interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Equivalence:
    """Outcome of a test that a mean difference lies within a margin.

    Attributes
    ----------
    mean
        Mean difference, with the interval that lies within the margin exactly where the test says so.
    margin
        Largest difference that counts as none.
    p_value
        The larger one of both one-sided tests.
    """

    mean: Interval
    margin: float
    p_value: float

    @property
    def holds(self) -> bool:
        """True if a mean difference of at least the margin is ruled out."""
        return self.p_value < SIGNIFICANCE


def paired_equivalence(
    differences: Sequence[float] | npt.NDArray[np.float64], margin: float = MARGIN, significance: float = SIGNIFICANCE
) -> Equivalence:
    """Two one-sided t-tests (TOST) that the mean of paired differences lies within ±margin.

    With n differences of mean d and standard deviation s, ``t₁ = (d + margin) / (s/√n)`` and
    ``t₂ = (d − margin) / (s/√n)``. The mean lies within the margin if t₁ is significantly above 0 and t₂ significantly
    below, each by a t-test of n − 1 degrees of freedom at the full level; this is the case exactly where the interval
    of confidence 1 − 2 · level lies within ±margin (D. J. Schuirmann, Journal of Pharmacokinetics and
    Biopharmaceutics 15, 1987). If all differences are equal, s is 0 and both statistics are infinite.

    Parameters
    ----------
    differences
        One for each pair, at least two.
    margin
        Largest difference that counts as none, above 0.
    significance
        Level of the test.

    Raises
    ------
    ValueError
        If there are fewer than two differences, one is not finite, or the margin is not above 0.
    """
    values = np.asarray(differences, np.float64)
    if len(values) < 2 or not np.isfinite(values).all() or not margin > 0:
        raise ValueError(f"{len(values)} differences with a margin of {margin}; expected two or more, and above 0.")
    mean = float(values.mean())
    if np.ptp(values) == 0:
        mean = float(values[0])
        return Equivalence(Interval(mean, mean, mean), margin, 0.0 if abs(mean) < margin else 1.0)
    from scipy import stats

    above = stats.ttest_1samp(values, -margin, alternative="greater")
    below = stats.ttest_1samp(values, margin, alternative="less")
    limits = stats.ttest_1samp(values, 0.0).confidence_interval(1 - 2 * significance)
    return Equivalence(
        Interval(mean, float(limits.low), float(limits.high)), margin, float(max(above.pvalue, below.pvalue))
    )


def poisson_rate(count: int, exposure: float, confidence: float = 0.95) -> Interval:
    """Rate of rare, independent events with its exact interval.

    With α = 1 − confidence, the limits of the expected count are the means at which as few, and at which as many events
    as observed have a probability of α/2. They are quantiles of χ²: ``χ²(α/2; 2k) / 2`` and
    ``χ²(1 − α/2; 2k + 2) / 2`` for k events, and 0 as the lower one for none (F. Garwood, Biometrika 28, 1936).

    Parameters
    ----------
    count
        Number of events.
    exposure
        Number of occasions in the rate's unit: millions of answers for a rate per million.
    confidence
        Least probability that the interval contains the true rate.

    Raises
    ------
    ValueError
        Unless the count is at least 0 and the exposure above 0.
    """
    if count < 0 or not exposure > 0:
        raise ValueError(f"{count} events in {exposure}; expected a count of at least 0, and an exposure above 0.")
    from scipy import stats

    tail = (1 - confidence) / 2
    low = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    high = float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2
    return Interval(count / exposure, low / exposure, high / exposure)


def dispersion_p_value(counts: Sequence[int]) -> float:
    """p-value of the test that counts scatter no more than those of one Poisson distribution.

    The index ``Σ (k − k̄)² / k̄`` of n counts of mean k̄ is then distributed about as χ² with n − 1 degrees of freedom
    (R. A. Fisher, Statistical Methods for Research Workers, 1925). A small p-value says that events come in clusters,
    so that `poisson_rate` is too narrow.

    Returns
    -------
    float
        1 if all counts are 0, or there are fewer than two.
    """
    values = np.asarray(counts, np.float64)
    if len(values) < 2 or not values.any():
        return 1.0
    from scipy import stats

    index = float(((values - values.mean()) ** 2).sum() / values.mean())
    return float(stats.chi2.sf(index, len(values) - 1))


def spread_ratio(
    effects: Sequence[float] | npt.NDArray[np.float64],
    values: Sequence[float] | npt.NDArray[np.float64],
    confidence: float = 0.95,
) -> Interval:
    """Size of an effect as a share of the scatter of the values that it is an effect on.

    The root mean square of the effects over the standard deviation of the values, with the percentile interval of a
    bootstrap that draws pairs (B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). The
    inverse of its limits bounds the inverse ratio.

    Parameters
    ----------
    effects, values
        One of each for each training, at least `FEWEST_PAIRS`; the values are not all equal.
    confidence
        Probability of the interval.

    Raises
    ------
    ValueError
        If there are fewer pairs, or the values do not differ.
    """
    first, second = np.asarray(effects, np.float64), np.asarray(values, np.float64)
    if first.shape != second.shape or len(first) < FEWEST_PAIRS or np.ptp(second) == 0:
        raise ValueError(
            f"{len(first)} effects on {len(second)} values; expected {FEWEST_PAIRS} or more, and values that differ."
        )
    ratio = float(_spread_ratios(first, second, axis=-1))
    if not first.any():
        return Interval(0.0, 0.0, 0.0)
    from scipy import stats

    with np.errstate(invalid="ignore"):  # SciPy also takes the standard deviation of ratios that may be infinite
        found = stats.bootstrap(
            (first, second),
            _spread_ratios,
            paired=True,
            vectorized=True,
            n_resamples=max(min(_RESAMPLES, _DRAWN // len(first)), _FEWEST_RESAMPLES),
            batch=max(1, _DRAWN_AT_ONCE // len(first)),
            confidence_level=confidence,
            method="percentile",
            rng=np.random.default_rng(_RESAMPLING_SEED),
        ).confidence_interval
    # Between two infinite ratios, the quantile is not a number.
    return Interval(ratio, float(found.low), math.inf if math.isnan(found.high) else float(found.high))


def _spread_ratios(
    effects: npt.NDArray[np.float64], values: npt.NDArray[np.float64], axis: int
) -> npt.NDArray[np.float64]:
    # A resample of one training alone has no scatter; its ratio is infinite, and belongs to the upper tail.
    scatter = values.std(axis=axis, ddof=1)
    size = np.sqrt((effects**2).mean(axis=axis))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(scatter > 0, size / scatter, math.inf))
