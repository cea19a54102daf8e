"""Bounds of one dense layer, against the formulas of the literature in exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC, FLOAT32_ARITHMETIC, Arithmetic
from fp16core.numerics.bounds import bound_logits
from fp16core.tflite.chain import Layer
from fp16core.tflite.graph import Operator

TERMS = 784 + 1 + 2
"""Pixels, the bias, and two for what is computed in float64 here."""


def gamma(arithmetic: Arithmetic, unit_roundoff: Fraction) -> Fraction:
    """Higham's γ for float32, Jeannerod and Rump's factor for float16."""
    first_order = TERMS * unit_roundoff
    return first_order if arithmetic is FLOAT16_ARITHMETIC else first_order / (1 - first_order)


@pytest.mark.parametrize(
    ("arithmetic", "dtype"), [(FLOAT32_ARITHMETIC, np.float32), (FLOAT16_ARITHMETIC, np.float16)], ids=["32", "16"]
)
def test_bounds_of_a_dense_layer_follow_the_formulas(arithmetic: Arithmetic, dtype: type) -> None:
    """Four pixels have ink. Weights, bias and both kinds of error are multiples of 2⁻¹⁰, exact in every format."""
    rng = np.random.default_rng(0)
    limits = np.finfo(dtype)
    unit_roundoff, tiny = Fraction(float(limits.eps)) / 2, Fraction(float(limits.smallest_normal))
    ink = [3, 100, 101, 783]
    pixels = [Fraction(1, 2), Fraction(1), Fraction(1, 8), Fraction(3, 4)]
    image = np.zeros((1, 784), np.float32)
    image[0, ink] = [float(pixel) for pixel in pixels]
    weights, errors = np.zeros((10, 784), np.float32), np.zeros((10, 784))
    weights[:, ink] = rng.integers(-2000, 2000, (10, 4)) / 1024
    errors[:, ink] = rng.integers(0, 5, (10, 4)) / 1024
    bias, bias_errors = (rng.integers(-900, 900, 10) / 1024).astype(np.float32), rng.integers(0, 5, 10) / 1024
    flat = Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (784,))
    operator = Operator(1, "FULLY_CONNECTED", (2, 3), (4,), {"activation": "NONE"})
    dense = Layer(operator, (10,), weights, bias, "w", "b")

    bounds = bound_logits((flat, dense), {"w": errors, "b": bias_errors}, image.reshape(1, 28, 28), arithmetic)

    factor = gamma(arithmetic, unit_roundoff)
    radii = [unit_roundoff * pixel + tiny if arithmetic.rounds_images else Fraction(0) for pixel in pixels]
    centres, own = [], []
    for logit in range(10):
        row = [Fraction(float(weights[logit, place])) for place in ink]
        off = [Fraction(float(errors[logit, place])) for place in ink]
        offset, offset_off = Fraction(float(bias[logit])), Fraction(float(bias_errors[logit]))
        centres.append(sum(p * w for p, w in zip(pixels, row, strict=True)) + offset)
        reach = [p + r for p, r in zip(pixels, radii, strict=True)]
        wrong_weights = sum(most * error for most, error in zip(reach, off, strict=True)) + offset_off
        terms = sum(m * (abs(w) + e) for m, w, e in zip(reach, row, off, strict=True)) + abs(offset) + offset_off
        own.append(wrong_weights + factor * terms + TERMS * tiny)
    for logit in range(10):
        row = [Fraction(float(weights[logit, place])) for place in ink]
        all_errors = own[logit] + sum(r * abs(w) for r, w in zip(radii, row, strict=True))
        assert bounds.low[0, logit] == pytest.approx(float(centres[logit] - all_errors), rel=1e-12)
        assert bounds.high[0, logit] == pytest.approx(float(centres[logit] + all_errors), rel=1e-12)
        for other in set(range(10)) - {logit}:
            rival = [Fraction(float(weights[other, place])) for place in ink]
            shared = sum(r * abs(w - v) for r, w, v in zip(radii, row, rival, strict=True))
            least = centres[logit] - centres[other] - shared - own[logit] - own[other]
            assert bounds.margins[0, logit, other] == pytest.approx(float(least), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("arithmetic", "dtype"), [(FLOAT32_ARITHMETIC, np.float32), (FLOAT16_ARITHMETIC, np.float16)], ids=["32", "16"]
)
def test_the_arithmetics_have_the_limits_of_their_formats(arithmetic: Arithmetic, dtype: type) -> None:
    limits = np.finfo(dtype)
    assert arithmetic.unit_roundoff == float(limits.eps) / 2
    assert arithmetic.smallest_normal == float(limits.smallest_normal)
    assert arithmetic.largest == float(limits.max)
    assert arithmetic.rounds_images == (dtype is np.float16), "pixels are float32 numbers"


@pytest.mark.parametrize(("weight", "is_bounded"), [(60_000.0, True), (70_000.0, False)])
def test_a_sum_that_might_pass_float16s_range_has_no_bound(weight: float, is_bounded: bool) -> None:
    image, weights = np.zeros((1, 28, 28), np.float32), np.zeros((10, 784), np.float32)
    image[0, 0, 0], weights[5, 0] = 1, weight
    flat = Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (784,))
    operator = Operator(1, "FULLY_CONNECTED", (2, 3), (4,), {"activation": "NONE"})
    dense = Layer(operator, (10,), weights, None, "w")
    bounds = bound_logits((flat, dense), {"w": np.zeros((10, 784))}, image, FLOAT16_ARITHMETIC)
    assert np.isfinite(bounds.high[0, 5]) == is_bounded
    assert np.isfinite(bounds.high[0, 4])
