"""Floating-point arithmetic by rational numbers: each exact result is rounded once, as a definition says it."""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from fp16core.numerics.emulation.summation import Summation

FLOAT16, FLOAT32 = (11, -14), (24, -126)
"""Digits, and the exponent of the smallest normal number."""


def nearest(exact: Fraction, form: tuple[int, int]) -> float:
    """The number of a format nearest to a rational number that is not 0; of two, the one with an even last digit."""
    digits, least = form
    size = abs(exact)
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    step = Fraction(2) ** (max(exponent, least) - digits + 1)
    found = round(size / step) * step
    limit = Fraction(2) ** (-least + 2) if form == FLOAT16 else Fraction(2) ** 128
    return math.copysign(math.inf if found >= limit else float(found), exact)


def _exactly(first: float, second: float, exact: Fraction | None, form: tuple[int, int]) -> float:
    """Round the exact sum of two terms, which may be infinite, NaN or a zero with a sign."""
    if exact is None:
        return first + second
    if exact:
        return nearest(exact, form)
    return -0.0 if math.copysign(1, first) == math.copysign(1, second) == -1 else 0.0


def _product_of(a: float, b: float) -> Fraction | None:
    return Fraction(a) * Fraction(b) if math.isfinite(a) and math.isfinite(b) else None


def plus(total: float, term: float, form: tuple[int, int] = FLOAT16) -> float:
    """Sum, rounded once."""
    both = math.isfinite(total) and math.isfinite(term)
    return _exactly(total, term, Fraction(total) + Fraction(term) if both else None, form)


def times(a: float, b: float, form: tuple[int, int] = FLOAT16) -> float:
    """Product, rounded once."""
    exact = _product_of(a, b)
    return nearest(exact, form) if exact else a * b


def fused(total: float, a: float, b: float, form: tuple[int, int] = FLOAT16) -> float:
    """Sum of a number and a product, rounded once."""
    product = _product_of(a, b)
    exact = None if product is None or not math.isfinite(total) else Fraction(total) + product
    return _exactly(total, a * b, exact, form)


def _in_fours(total: float, share: Sequence[tuple[float, float]]) -> float:
    """The order of LiteRT's dense layer on an NVIDIA H200; a last group of fewer than four is filled up."""
    for start in range(0, len(share), 4):
        first, second, third, fourth = [*share[start : start + 4], *[(0.0, 0.0)] * 3][:4]
        total = fused(total, *second)
        total = plus(total, fused(times(*first), *third))
        total = fused(total, *fourth)
    return total


def _in_turn(summation: Summation, total: float, share: Sequence[tuple[float, float]]) -> float:
    for a, b in share:
        if summation is Summation.FLOAT32_FUSED:
            total = fused(total, a, b, FLOAT32)
        else:
            total = fused(total, a, b) if "FUSED" in summation.name else plus(total, times(a, b))
    return total


def expected(summation: Summation, inputs: Sequence[float], weights: Sequence[float], bias: float) -> float:
    """The sum in a Python loop, by the definition of the summation."""
    terms, name = list(zip(inputs, weights, strict=True)), summation.name
    lanes = 1 if "LANES" not in name else 32 if "FOURS" in name else 8
    shares = [[term for place, term in enumerate(terms) if place // 4 % lanes == lane] for lane in range(lanes)]
    starts_with_bias = summation is Summation.FLOAT32_FUSED or name.endswith("FROM_BIAS")
    totals = [bias if starts_with_bias else 0.0] + [0.0] * (lanes - 1)
    for lane, share in enumerate(shares):
        add = _in_fours if "FOURS" in name else partial(_in_turn, summation)
        totals[lane] = add(totals[lane], share)
    while len(totals) > 1:
        half = len(totals) // 2
        totals = [plus(low, high) for low, high in zip(totals[:half], totals[half:], strict=True)]
    if summation is Summation.FLOAT32_FUSED:
        return plus(totals[0], math.copysign(0.0, totals[0]))
    return totals[0] if starts_with_bias else plus(totals[0], bias)
