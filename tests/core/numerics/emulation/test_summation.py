"""Sums of float16 numbers, against an oracle in rational arithmetic that rounds each exact result once."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fp16core.numerics.emulation.summation import Summation, weighted_sums
from tests.helpers.networks.rational import expected, fused

LARGEST, LEAST = 65504.0, 2.0**-24
"""Largest finite and least positive number of float16."""

halves = st.floats(width=16)
finite = st.floats(width=16, allow_nan=False, allow_infinity=False)


def found(summation: Summation, inputs: Sequence[float], weights: Sequence[float], bias: float) -> float:
    rows, start = np.array(weights, np.float16).reshape(-1, 1), np.array([bias], np.float16)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(weighted_sums(np.array([inputs], np.float16), rows, start, summation).item())


def same(one: float, other: float) -> bool:
    """Equal, signs of zeros included; NaN equals NaN."""
    return (math.isnan(one) and math.isnan(other)) or (
        one == other and math.copysign(1, one) == math.copysign(1, other)
    )


IN_ORDER = [summation for summation in Summation if summation is not Summation.FLOAT32]
"""All but the one whose order is left to NumPy's matrix product."""


@pytest.mark.parametrize("summation", IN_ORDER)
@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(halves, halves), min_size=1, max_size=70), halves)
@example([(LEAST, LEAST)], 32768.0)
@example([(LARGEST, 2.0)], -LARGEST)
@example([(-0.0, 1.0)], -0.0)
@example([(math.inf, 0.0)], 1.0)
@example([(math.inf, 1.0), (-math.inf, 1.0)], 1.0)
def test_any_sum_is_that_of_rational_arithmetic(
    summation: Summation, terms: list[tuple[float, float]], bias: float
) -> None:
    inputs, weights = zip(*terms, strict=True)
    assert same(found(summation, inputs, weights, bias), expected(summation, inputs, weights, bias))


@pytest.mark.parametrize("summation", IN_ORDER)
@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(-2, 2, width=16), st.floats(-1, 1, width=16)), min_size=1, max_size=200), finite)
def test_long_sums_of_moderate_numbers_are_too(
    summation: Summation, terms: list[tuple[float, float]], bias: float
) -> None:
    inputs, weights = zip(*terms, strict=True)
    assert same(found(summation, inputs, weights, bias), expected(summation, inputs, weights, bias))


CONSTRUCTED: dict[str, tuple[float, float, float, float]] = {
    "the product lies beyond float64's last digit": (32768.0, LEAST, LEAST, 32768.0),
    "a tie goes to the even neighbour": (2048.0, 1.0, 1.0, 2048.0),
    "a tie goes to the even neighbour, upwards": (2050.0, 1.0, 1.0, 2052.0),
    "more than a tie by the product's 21st digit": (2048.0, 1 + 2.0**-10, 1 - 2.0**-11, 2050.0),
    "less than a tie by the product's 21st digit": (2050.0, 1 + 2.0**-10, 1 - 2.0**-10, 2050.0),
    "a tie below a power of two, whose neighbours are nearer": (1024.0, -0.25, 1.0, 1024.0),
    "more than that tie": (1024.0, -0.25, 1 + 2.0**-10, 1023.5),
    "a tie of subnormal numbers": (LEAST, 2.0**-12, 2.0**-13, 2 * LEAST),
    "less than a tie of subnormal numbers": (LEAST, 2.0**-12, 2.0**-13 - 2.0**-24, LEAST),
    "half of the least number is a tie with 0": (0.0, 2.0**-12, 2.0**-13, 0.0),
    "more than half of the least number": (0.0, 2.0**-12, 2.0**-13 + 2.0**-23, LEAST),
    "a negative product that vanishes leaves a negative zero": (0.0, -LEAST, LEAST, -0.0),
    "the largest subnormal number and half a step": (2.0**-14 - LEAST, 2.0**-12, 2.0**-13, 2.0**-14),
    "less than half a step beyond the largest number": (LARGEST, 4.0, 3.998046875, LARGEST),
    "half a step beyond the largest number is infinite": (LARGEST, 4.0, 4.0, math.inf),
    "a product beyond all numbers, within the sum": (-LARGEST, LARGEST, 2.0, LARGEST),
    "a product of the largest numbers": (0.0, LARGEST, LARGEST, math.inf),
    "exact cancellation gives a positive zero": (-1.0, 1.0, 1.0, 0.0),
    "negative zeros add up to one": (-0.0, -0.0, 1.0, -0.0),
    "zeros of both signs add up to a positive one": (-0.0, 0.0, 1.0, 0.0),
    "infinite times nought": (1.0, math.inf, 0.0, math.nan),
    "infinite minus infinite": (-math.inf, math.inf, 1.0, math.nan),
    "infinite stays infinite": (-math.inf, 1.0, 1.0, -math.inf),
    "not a number": (1.0, math.nan, 1.0, math.nan),
}


@pytest.mark.parametrize("case", CONSTRUCTED)
def test_a_fused_multiply_add_rounds_once(case: str) -> None:
    total, a, b, result = CONSTRUCTED[case]
    assert same(fused(total, a, b), result), "the oracle"
    assert same(found(Summation.FUSED_FROM_BIAS, [a], [b], total), result)


def test_rounding_the_product_first_gives_another_sum() -> None:
    """(1 + 2⁻¹⁰)(1 − 2⁻¹¹) is more than 1, and 1 once it is rounded; 2,048 + 1 is a tie."""
    total, a, b = 2048.0, 1 + 2.0**-10, 1 - 2.0**-11
    assert found(Summation.SEQUENTIAL, [total, a], [1, b], 0) == 2048
    assert found(Summation.FUSED, [total, a], [1, b], 0) == 2050


def near_boundaries(random: np.random.Generator, count: int) -> Iterable[tuple[float, float, float]]:
    """Totals and products whose sum lies as near as can be to the middle between two neighbours in float16."""
    bits = random.integers(0, 0x7C00, 2 * count, dtype=np.uint16).view(np.float16)
    totals, factors = bits[:count].astype(np.float64), bits[count:]
    with np.errstate(over="ignore"):  # at the step to infinity
        upper = np.nextafter(bits[:count], np.float16(np.inf))
    middles = (totals + upper.astype(np.float64)) / 2
    middles = np.where(random.random(count) < 0.5, middles, 0.75 * middles)
    with np.errstate(all="ignore"):
        others = ((middles - totals) / factors.astype(np.float64)).astype(np.float16)
    good = np.isfinite(others) & np.isfinite(middles)
    return zip(totals[good].tolist(), factors[good].tolist(), others[good].tolist(), strict=True)


@pytest.mark.parametrize("summation", [Summation.FUSED_FROM_BIAS, Summation.FLOAT32_FUSED])
def test_sums_next_to_a_boundary_are_rounded_once(summation: Summation) -> None:
    for total, a, b in near_boundaries(np.random.default_rng(0), 6000):
        assert same(found(summation, [a], [b], total), expected(summation, [a], [b], total)), (total, a, b)


def test_in_fours_the_first_and_third_product_are_added_as_one() -> None:
    """After 2,048, a lone 1 is lost, and 1 + 1 is not."""
    assert found(Summation.FOURS, [2048.0, 0, 0, 0, 1, 0, 1, 0], [1.0] * 8, 0.0) == 2050
    assert found(Summation.FOURS, [2048.0, 0, 0, 0, 0, 1, 0, 1], [1.0] * 8, 0.0) == 2048
    assert found(Summation.FUSED, [2048.0, 0, 0, 0, 1, 0, 1, 0], [1.0] * 8, 0.0) == 2048


def test_a_sum_in_float32_is_rounded_to_float16_once_at_the_end() -> None:
    """After 2,048, ones are lost in float16; the last bit of float32 is lost at 2²⁴ alone."""
    inputs = [2048.0, 1.0, 1.0, 1.0, 1.0]
    assert found(Summation.FLOAT32_FUSED, inputs, [1.0] * 5, 0.0) == 2052
    assert found(Summation.FUSED, inputs, [1.0] * 5, 0.0) == 2048
    lost = [4096.0, LEAST, LEAST]
    assert found(Summation.FLOAT32_FUSED, [*lost, -4096.0], [4096.0, 1.0, 1.0, 4096.0], 0.0) == 0


def test_the_bias_comes_first_or_last() -> None:
    ones: tuple[list[float], list[float]] = [1.0] * 4, [1.0] * 4
    assert found(Summation.FUSED, *ones, 2048.0) == 2052
    assert found(Summation.FUSED_FROM_BIAS, *ones, 2048.0) == 2048
    assert found(Summation.FUSED_LANES, [1.0] * 64, [1.0] * 64, 2048.0) == 2112
    assert found(Summation.FUSED_LANES_FROM_BIAS, [1.0] * 64, [1.0] * 64, 2048.0) == 2104  # its lane's eight are lost


@pytest.mark.parametrize("summation", IN_ORDER)
def test_many_sums_at_once_are_those_of_each_alone(summation: Summation) -> None:
    """In blocks, for arrays of any number of axes; more sums than one block has."""
    random = np.random.default_rng(1)
    inputs = random.normal(0, 1, (50, 40, 9)).astype(np.float16)
    weights, bias = (random.normal(0, 1, shape).astype(np.float16) for shape in ((9, 70), 70))
    together: npt.NDArray[np.float16] = weighted_sums(inputs, weights, bias, summation)
    assert together.shape == (50, 40, 70)
    assert together.dtype == np.float16
    for i, j, k in ((0, 0, 0), (49, 39, 69), (23, 17, 35)):
        alone = found(summation, inputs[i, j].tolist(), weights[:, k].tolist(), float(bias[k]))
        assert together[i, j, k] == alone
