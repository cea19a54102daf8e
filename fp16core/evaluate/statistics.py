"""The statistics a comparison of classifiers needs.

The standard library has what they are made of, exactly; importing SciPy for them would take longer
than running both models on all test images. The tests hold them against SciPy's.
"""

from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True)
class Proportion:
    """A share of a sample with its confidence interval.

    Attributes
    ----------
    successes, total
        Counts.
    value
        ``successes / total``.
    low, high
        Limits of the 95 % Wilson score interval.
    """

    successes: int
    total: int
    value: float
    low: float
    high: float


def proportion(successes: int, total: int, confidence: float = 0.95) -> Proportion:
    """A proportion with its Wilson score interval.

    With z the normal quantile of the confidence level and p̂ = successes / total, the limits
    are ``(p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n)`` (E. B. Wilson, JASA 22, 1927).

    Raises
    ------
    ValueError
        Unless 0 ≤ successes ≤ total and total is at least 1.
    """
    if not (total >= 1 and 0 <= successes <= total):
        raise ValueError(f"{successes} successes of {total}; expected 0 ≤ successes ≤ total and total ≥ 1.")
    share = successes / total
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    centre = share + z2 / (2 * total)
    half_width = (z2 * (share * (1 - share) / total + z2 / (4 * total**2))) ** 0.5
    scale = 1 + z2 / total
    # At 0 and at all successes the exact limit is 0 or 1; rounding must not cross it.
    low = 0.0 if successes == 0 else (centre - half_width) / scale
    high = 1.0 if successes == total else (centre + half_width) / scale
    return Proportion(successes, total, share, low, high)


def paired_difference(gain: int, disagreements: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a difference of two shares that were counted on the same sample.

    With z the normal quantile of the confidence level, n the sample, d the disagreements and g the gain, the
    limits are ``(g ± z √(d + 1 − g²/(n + 2))) / (n + 2)``: Wald's after half a count more in each of the four
    cells (A. Agresti and Y. Min, Statistics in Medicine 24, 2005).

    Parameters
    ----------
    gain
        Successes of the second minus successes of the first.
    disagreements
        Members of the sample on which they differ; with a number that is too large the interval is too wide.
    total
        Size of the sample.

    Raises
    ------
    ValueError
        Unless the gain's magnitude ≤ disagreements ≤ total and total is at least 1.
    """
    if not (total >= 1 and abs(gain) <= disagreements <= total):
        raise ValueError(f"a gain of {gain} with {disagreements} disagreements of {total} cannot be.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    half_width = z * (disagreements + 1 - gain**2 / (total + 2)) ** 0.5
    return max(-1.0, (gain - half_width) / (total + 2)), min(1.0, (gain + half_width) / (total + 2))


def mcnemar_exact(only_first: int, only_second: int) -> float:
    """Two-sided exact McNemar test of two classifiers on the same images.

    If both were equally accurate, an image that only one of them gets right would be the first's
    or the second's like the toss of a coin. The p-value is the binomial probability of a split at
    least as uneven as the one seen (Q. McNemar, Psychometrika 12, 1947; exact form).

    Parameters
    ----------
    only_first, only_second
        Number of images that only the first, only the second classifier gets right.

    Returns
    -------
    float
        p-value; 1 if they never disagree.
    """
    disagreements = only_first + only_second
    ways = as_uneven = 1
    for k in range(min(only_first, only_second)):
        ways = ways * (disagreements - k) // (k + 1)
        as_uneven += ways
    # Whole numbers throughout, so that a tiny p-value is not lost to rounding.
    return min(1.0, 2 * as_uneven / (1 << disagreements))
