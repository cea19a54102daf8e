"""Ratios of times that were measured in turns: their intervals, and what may be said of them."""

import numpy as np
import pytest

from fp16core.modes.latency import (
    CONTROL,
    REFERENCE,
    TARGET,
    Difference,
    Latency,
    PairedRatio,
    difference_text,
    judged,
    paired_ratio,
)
from fp16core.runtime.execution_mode import ExecutionMode
from tests.helpers.results import latency, noisy


def test_equal_times_give_exactly_one() -> None:
    times = noisy(5, 0)
    assert paired_ratio([(times, times), (times * 2, times * 2)]) == PairedRatio(1, 1, 1)


def test_pairs_cancel_what_slows_both() -> None:
    """A machine that is busy for a while makes both slower; the ratio of calls side by side stays."""
    load = np.repeat([1.0, 10.0, 3.0], 20)
    found = paired_ratio([(1.5 * load, load)])
    assert found == PairedRatio(1.5, 1.5, 1.5)


def test_the_interval_holds_the_true_ratio_and_narrows_with_more_pairs() -> None:
    few = paired_ratio([(noisy(110, n, 10), noisy(100, n + 50, 10)) for n in range(4)])
    many = paired_ratio([(noisy(110, n, 400), noisy(100, n + 50, 400)) for n in range(4)])
    assert few.low < 1.1 < few.high
    assert many.low < 1.1 < many.high
    assert many.high - many.low < few.high - few.low


def test_rounds_that_differ_widen_the_interval() -> None:
    """Each loading has a ratio of its own: sixty calls of one say nothing of the next."""
    alike = paired_ratio([(noisy(100, n), noisy(100, n + 50)) for n in range(6)])
    apart = paired_ratio([(noisy(100 + 5 * (n - 2.5), n), noisy(100, n + 50)) for n in range(6)])
    assert apart.high - apart.low > 2 * (alike.high - alike.low)


def test_the_same_seed_gives_the_same_interval() -> None:
    rounds = [(noisy(110, 1), noisy(100, 2))]
    assert paired_ratio(rounds, seed=3) == paired_ratio(rounds, seed=3)
    assert paired_ratio(rounds, seed=3) != paired_ratio(rounds, seed=4)


def test_what_cannot_be_paired_is_refused() -> None:
    with pytest.raises(ValueError, match="2 times cannot be paired with 3"):
        paired_ratio([(np.ones(2), np.ones(3))])
    with pytest.raises(ValueError, match="no rounds"):
        paired_ratio([])


@pytest.mark.parametrize(
    ("ratio", "control", "expected"),
    [
        ((1.2, 1.3), (0.99, 1.01), Difference.SLOWER),
        ((0.7, 0.8), (0.99, 1.01), Difference.FASTER),
        ((0.98, 1.3), (0.99, 1.01), Difference.NONE),
        ((1.02, 1.04), (0.99, 1.05), Difference.NONE),
        ((1.02, 1.04), (0.95, 1.0), Difference.NONE),  # the control strays to the other side, and as far
        ((0.94, 0.99), (1.01, 1.09), Difference.NONE),
        ((0.5, 0.6), (1.01, 1.09), Difference.FASTER),
    ],
)
def test_a_difference_counts_only_beyond_what_the_control_strays(
    ratio: tuple[float, float], control: tuple[float, float], expected: Difference
) -> None:
    assert judged(PairedRatio(1, *ratio), PairedRatio(1, *control)) is expected


def test_verdicts_follow_from_times() -> None:
    assert latency(100).difference is Difference.NONE
    assert latency(130).difference is Difference.SLOWER
    assert latency(70).difference is Difference.FASTER
    assert latency(103, control=97).difference is Difference.NONE
    assert latency(100).arithmetic is None
    assert latency(100).arithmetic_difference is None
    assert latency(100, twin=50).arithmetic_difference is Difference.SLOWER


def test_timings_are_quartiles_of_all_calls() -> None:
    times = {REFERENCE: np.array([1.0, 2, 3]), TARGET: np.ones(3), CONTROL: np.ones(3)}
    later = times | {REFERENCE: np.array([4.0, 5, 6])}
    found = Latency(ExecutionMode.CPU_FLOAT32, 1, [times, later], {}, {}).timing(REFERENCE)
    assert (found.median_us, found.low_us, found.high_us, found.calls) == (3.5, 2.25, 4.75, 6)


def test_verdicts_in_words() -> None:
    assert difference_text(Difference.NONE, PairedRatio(1, 0.9, 1.1)) == "no measurable difference on this machine"
    assert difference_text(Difference.SLOWER, PairedRatio(1.1, 1.05, 1.2)) == "5.00 % to 20.00 % longer"
    assert difference_text(Difference.FASTER, PairedRatio(0.9, 0.85, 0.95)) == "5.00 % to 15.00 % shorter"
    assert difference_text(Difference.SLOWER, PairedRatio(2.2, 2.1, 2.3)) == "2.10 to 2.30 times as long"
