"""Bit fields and rounding, against NumPy's casts, ml_dtypes and hand-computed cases."""

import math
from decimal import Decimal
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fp16core.numerics.bits import (
    BinaryNumber,
    FloatClass,
    exact_text,
    number_at,
    round_to_nearest,
)
from fp16core.numerics.formats import BFLOAT16, FLOAT16, FLOAT32, FLOAT64, FP8_E4M3, FP8_E5M2, FloatFormat
from fp16core.numerics.narrowing import Decision, Narrowing, deviation, narrow
from tests.helpers.results import float32

ALL_HALVES = np.arange(2**16, dtype=np.uint16).view(np.float16)
PATTERNS = st.integers(0, 2**32 - 1)


def narrowed(value: float) -> Narrowing:
    return narrow(float32(value))


def numpys_half(bits: int) -> int:
    with np.errstate(all="ignore"):
        return int(np.array([bits], np.uint32).view(np.float32).astype(np.float16).view(np.uint16)[0])


def is_nan32(bits: int) -> bool:
    return bits & 0x7FFFFFFF > 0x7F800000


def test_every_float16_number_has_numpys_value_and_class() -> None:
    tiny = float(np.finfo(np.float16).smallest_normal)
    for bits, value in enumerate(ALL_HALVES.tolist()):
        number = BinaryNumber(FLOAT16, bits)
        assert number.sign == (math.copysign(1, value) < 0)
        if math.isnan(value):
            assert number.float_class is FloatClass.NAN
            assert math.isnan(number.as_float)
        elif math.isinf(value):
            assert number.float_class is FloatClass.INFINITE
            assert number.as_float == value
        else:
            assert number.value == Fraction(value)
            assert math.copysign(1, number.as_float) == math.copysign(1, value)
            expected = (
                FloatClass.ZERO if value == 0 else FloatClass.SUBNORMAL if abs(value) < tiny else FloatClass.NORMAL
            )
            assert number.float_class is expected


def test_every_float16_number_its_midpoints_and_their_neighbours_round_as_numpy_rounds() -> None:
    """Float32 numbers at, just below and just above each value where the rounding changes."""
    positive = ALL_HALVES[:0x7C00].astype(np.float32)
    midpoints = np.append((positive[:-1] + positive[1:]) / 2, np.float32(65520))
    places = np.concatenate([positive, midpoints])
    around = [np.nextafter(places, np.float32(-np.inf)), places, np.nextafter(places, np.float32(np.inf))]
    values = np.concatenate([sign * numbers for numbers in around for sign in (np.float32(1), np.float32(-1))])
    with np.errstate(over="ignore"):
        expected = values.astype(np.float16).view(np.uint16)
    ours = [narrow(BinaryNumber(FLOAT32, bits)).result.bits for bits in values.view(np.uint32).tolist()]
    assert np.array_equal(ours, expected)


@settings(deadline=None, max_examples=2000)
@given(PATTERNS)
def test_any_float32_bits_round_as_numpy_rounds(bits: int) -> None:
    result = narrow(BinaryNumber(FLOAT32, bits)).result
    if not is_nan32(bits):
        assert result.bits == numpys_half(bits)
    else:
        assert result.float_class is FloatClass.NAN
        assert result.sign == bits >> 31
        if bits & 0x400000:  # hardware and software agree on quiet NaNs only
            assert result.bits == numpys_half(bits)


@settings(deadline=None, max_examples=1000)
@given(PATTERNS.filter(lambda bits: not is_nan32(bits)))
def test_any_float32_bits_round_to_bfloat16_as_ml_dtypes_rounds(bits: int) -> None:
    cast = np.array([bits], np.uint32).view(np.float32).astype(ml_dtypes.bfloat16)
    assert narrow(BinaryNumber(FLOAT32, bits), BFLOAT16).result == number_at(cast, 0)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_numpy_rounds_the_interval_and_no_more_to_the_result(value: float) -> None:
    found = narrow(float32(value))
    result = np.float16(found.result.as_float)
    low, high = found.rounding_interval
    with np.errstate(over="ignore"):
        inside = np.nextafter((low, high), (math.inf, -math.inf)).astype(np.float16)
        outside = np.nextafter((low, high), (-math.inf, math.inf)).astype(np.float16)
    assert (inside == result).all()
    assert (outside[np.isfinite((low, high))] != result).all()


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_neighbours_are_numpys_next_numbers_around_the_source(value: float) -> None:
    positions = [float(number.position) for number in narrow(float32(value)).neighbours]
    numbers = np.array([math.copysign(math.inf, p) if abs(p) > 65504 else p for p in positions], np.float16)
    assert 2 <= len(numbers) <= 4
    with np.errstate(over="ignore"):
        assert np.array_equal(numbers[1:], np.nextafter(numbers[:-1], np.float16(math.inf)))
        assert np.float16(np.float32(value)) in numbers


@settings(deadline=None, max_examples=1000)
@given(PATTERNS.filter(lambda bits: not is_nan32(bits)))
def test_the_decision_agrees_with_exact_arithmetic(bits: int) -> None:
    """The neighbours enclose the number; the midpoint decides which is nearer."""
    source = BinaryNumber(FLOAT32, bits)
    found = narrow(source)
    if source.float_class is FloatClass.INFINITE:
        assert found.decision is Decision.NOT_FINITE
        return
    size, near, far = abs(source.value), found.towards_zero, found.away_from_zero
    assert far.bits == near.bits + 1
    assert near.sign == source.sign
    assert abs(near.value) <= size
    expected = {
        Decision.EXACT: size == abs(near.value),
        Decision.BELOW_HALF: abs(near.value) < size < abs(found.midpoint),
        Decision.TIE_STAYS: size == abs(found.midpoint) and near.bits % 2 == 0,
        Decision.TIE_MOVES: size == abs(found.midpoint) and near.bits % 2 == 1,
        Decision.ABOVE_HALF: abs(found.midpoint) < size < abs(far.position),
        Decision.OVERFLOW: size >= 2**16,
    }
    assert [decision for decision, holds in expected.items() if holds] == [found.decision]
    assert found.result == (far if found.decision.adds_one or size >= 2**16 else near)
    assert int(found.kept_digits + found.dropped_digits, 2) == source.significand
    assert found.overflows == bool(np.isinf(np.float16(source.as_float)) if size < 2**16 else True)


@settings(deadline=None)
@given(st.floats(width=16, allow_nan=False, allow_infinity=False), st.integers(-3, 3))
@example(65440.0, 3)
@example(-65504.0, -3)
def test_stepping_up_gives_numpys_next_number(value: float, steps: int) -> None:
    expected = np.float16(value)
    with np.errstate(over="ignore"):  # at the step to infinity
        for _ in range(abs(steps)):
            expected = np.nextafter(expected, np.float16(math.copysign(np.inf, steps)))
    assert BinaryNumber(FLOAT16, int(np.float16(value).view(np.uint16))).stepped(steps).as_float == expected


@settings(deadline=None)
@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_the_decimal_text_has_every_digit(value: float) -> None:
    """`decimal` converts a float exactly."""
    shown = float32(value).decimal_text.replace("−", "-")
    assert Decimal(shown) == Decimal(value)
    assert "e" not in shown.lower()


def test_a_tenth_by_hand() -> None:
    """0.1 is 0 01111011 10011001100110011001101 in float32: 1.6 · 2⁻⁴."""
    tenth = narrowed(0.1)
    assert tenth.source.fields == ("0", "01111011", "10011001100110011001101")
    assert tenth.result.fields == ("0", "01011", "1001100110")
    assert (tenth.kept_digits, tenth.dropped_digits) == ("11001100110", "0110011001101")
    assert tenth.decision is Decision.BELOW_HALF
    assert tenth.source.decimal_text == "0.100000001490116119384765625"
    assert tenth.result.decimal_text == "0.0999755859375"
    assert tenth.result.significand_text == "1.599609375"
    assert tenth.result.hex_text == "0x2e66"
    error = tenth.deviation
    assert error.exact is not None
    assert exact_text(error.exact) == "−0.000024415552616119384765625"
    assert error.relative == pytest.approx(0.000024415552616119384765625 / 0.100000001490116119384765625)
    assert error.ulps == pytest.approx(-0.000024415552616119384765625 * 2**14)


@pytest.mark.parametrize(
    ("value", "result", "decision", "shift"),
    [
        (65504, "65504", Decision.EXACT, 0),
        (65519, "65504", Decision.BELOW_HALF, 0),
        (65520, "∞", Decision.TIE_MOVES, 0),
        (-70000, "−∞", Decision.OVERFLOW, 0),
        (2049, "2048", Decision.TIE_STAYS, 0),
        (2051, "2052", Decision.TIE_MOVES, 0),
        (2**-15, "0.000030517578125", Decision.EXACT, 1),
        (2**-25, "0", Decision.TIE_STAYS, 11),
        (2**-25 * 1.5, "0.000000059604644775390625", Decision.ABOVE_HALF, 11),
        (1e-8, "0", Decision.BELOW_HALF, 13),
        (-0.0, "−0", Decision.EXACT, 112),
        (math.inf, "∞", Decision.NOT_FINITE, 0),
        (math.nan, "not a number", Decision.NOT_FINITE, 0),
    ],
)
def test_hand_made_decisions(value: float, result: str, decision: Decision, shift: int) -> None:
    found = narrowed(value)
    assert (found.result.decimal_text, found.decision, found.shift) == (result, decision, shift)


def test_a_carry_reaches_the_exponent_and_may_overflow() -> None:
    assert narrowed(2047.9).carries
    assert narrowed(2047.9).result.decimal_text == "2048"
    assert narrowed(65520).carries
    assert narrowed(65520).overflows
    assert not narrowed(2051).carries
    assert narrowed(2**-14 - 2**-30).carries, "the largest subnormal steps into the normal numbers"
    assert narrowed(1e-8).underflows
    assert not narrowed(0.0).underflows


def test_deviations_that_are_not_finite() -> None:
    assert narrowed(70000).deviation.absolute == math.inf
    assert narrowed(-70000).deviation.absolute == -math.inf
    assert narrowed(-math.inf).deviation.absolute == 0
    assert math.isnan(narrowed(math.nan).deviation.absolute)
    assert narrowed(0.0).deviation.relative == 0
    assert deviation(float32(0), BinaryNumber(FLOAT16, 1)).relative == math.inf
    with pytest.raises(ValueError, match="infinite has no exact value"):
        narrowed(math.inf).source.value  # noqa: B018


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_fraction_rounds_as_the_machine_rounds_float64(value: float) -> None:
    with np.errstate(over="ignore"):
        single, half = np.float32(value), np.float16(value)
    sign = int(math.copysign(1, value) < 0)
    assert round_to_nearest(abs(Fraction(value)), FLOAT32, sign).bits == int(single.view(np.uint32))
    assert round_to_nearest(abs(Fraction(value)), FLOAT16, sign).bits == int(half.view(np.uint16))
    assert round_to_nearest(abs(Fraction(value)), FLOAT64, sign).as_float == value


NARROW = {
    FLOAT16: np.dtype(np.float16),
    BFLOAT16: np.dtype(ml_dtypes.bfloat16),
    FP8_E5M2: np.dtype(ml_dtypes.float8_e5m2),
    FP8_E4M3: np.dtype(ml_dtypes.float8_e4m3fn),
}
"""Formats narrower than float32, with the types whose casts they must equal."""


@pytest.mark.parametrize("to", NARROW, ids=lambda to: to.name)
def test_a_number_is_narrowed_to_the_bits_of_ml_dtypes_cast(to: FloatFormat) -> None:
    """Numbers of the format, midpoints, the numbers beside both, and random ones; any NaN will do for NaN."""
    unsigned = np.dtype(f"u{NARROW[to].itemsize}")
    some = np.arange(2**to.width, dtype=np.uint32)[:: 1 if to.width == 8 else 13].astype(unsigned)
    with np.errstate(all="ignore"):
        exact = some.view(NARROW[to]).astype(np.float32)
        following = (some + unsigned.type(1)).view(NARROW[to]).astype(np.float32)
        ties = (exact / 2 + following / 2).astype(np.float32)
    on_grid = np.concatenate([exact, ties]).view(np.uint32)
    random = np.random.default_rng(0).integers(0, 2**32, 3000, dtype=np.uint32)
    bits = np.concatenate([on_grid, on_grid + np.uint32(1), on_grid - np.uint32(1), random])
    with np.errstate(all="ignore"):
        cast = bits.view(np.float32).astype(NARROW[to])
    for source, expected, is_nan in zip(
        bits.tolist(), cast.view(unsigned).tolist(), np.isnan(cast.astype(float)).tolist(), strict=True
    ):
        result = narrow(BinaryNumber(FLOAT32, source), to).result
        assert (result.float_class is FloatClass.NAN) == is_nan
        assert is_nan or result.bits == expected


def test_fp8_e4m3_has_no_infinity_and_one_nan() -> None:
    """OCP 8-bit floating point: 448 is the largest number, 464 a tie that stays below NaN."""
    beyond = narrow(float32(465.0), FP8_E4M3)
    assert (beyond.result.bits, beyond.result.float_class, beyond.overflows) == (0x7F, FloatClass.NAN, True)
    assert narrow(float32(-math.inf), FP8_E4M3).result.bits == 0xFF
    assert narrow(float32(1e9), FP8_E4M3).decision is Decision.OVERFLOW
    largest = narrow(float32(464.0), FP8_E4M3)
    assert (largest.result.as_float, largest.result.float_class, largest.decision) == (
        448,
        FloatClass.NORMAL,
        Decision.TIE_STAYS,
    )
    assert largest.result.stepped(1).float_class is FloatClass.NAN
    assert BinaryNumber(FP8_E4M3, 0x78).as_float == 256
    assert BinaryNumber(FP8_E4M3, 0x07).float_class is FloatClass.SUBNORMAL
