"""Rounding to any floating-point format, against NumPy's and ml_dtypes' casts and exhaustive lists of numbers."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fp16core.numerics.formats import FLOAT16, FLOAT32, PRESETS, FloatFormat

CASTS = {
    "float32": np.float32,
    "bfloat16": ml_dtypes.bfloat16,
    "float16": np.float16,
    "FP8 E5M2": ml_dtypes.float8_e5m2,
    "FP8 E4M3": ml_dtypes.float8_e4m3fn,
}
OTHERS = {FloatFormat(4, 3): ml_dtypes.float8_e4m3, FloatFormat(3, 4): ml_dtypes.float8_e3m4}


def any_floats() -> npt.NDArray[np.float32]:
    """Random bit patterns, which are mostly extreme; ordinary numbers; ties of float16; and special values."""
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 2**32, 200_000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    ordinary = rng.normal(0, 1, 50_000).astype(np.float32) * np.exp2(rng.integers(-30, 20, 50_000)).astype(np.float32)
    grid = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    ties = ((grid[:-1] + grid[1:]) / 2).astype(np.float32)
    special = np.array(
        [0.0, -0.0, np.inf, -np.inf, np.nan, 65504, 65519.996, 65520, 448, 464, 57344, 61440], np.float32
    )
    return np.concatenate([patterns, ordinary, ties, -ties, special])


@pytest.mark.parametrize(
    ("form", "cast"), [*((PRESETS[name], cast) for name, cast in CASTS.items()), *OTHERS.items()], ids=str
)
def test_rounding_equals_the_cast_of_numpy_or_ml_dtypes(form: FloatFormat, cast: type) -> None:
    values = any_floats()
    with np.errstate(over="ignore", invalid="ignore"):
        expected = values.astype(cast).astype(np.float32)
    found = form.rounded(values)
    assert np.array_equal(found, expected, equal_nan=True)
    numbers = ~np.isnan(expected)
    assert np.array_equal(np.signbit(found[numbers]), np.signbit(expected[numbers]))


@pytest.mark.parametrize(("name", "cast"), CASTS.items())
def test_limits_equal_those_of_ml_dtypes(name: str, cast: type) -> None:
    form, stated = PRESETS[name], ml_dtypes.finfo(cast)
    assert form.width == stated.bits
    assert form.largest_finite == float(stated.max)
    assert form.smallest_normal == float(stated.smallest_normal)
    assert form.smallest_positive == float(stated.smallest_subnormal)


@pytest.mark.parametrize("name", CASTS)
def test_the_largest_exponent_is_that_of_the_largest_number(name: str) -> None:
    form = PRESETS[name]
    assert 2.0**form.max_exponent <= form.largest_finite < 2.0 ** (form.max_exponent + 1)


@pytest.mark.parametrize("exponent", [-30, -25, -24, -15, -14, -13, 0, 15])
def test_an_ulp_of_float16_is_numpys_spacing(exponent: int) -> None:
    """Below the smallest normal number the spacing stays the same, down to 0."""
    assert float(FLOAT16.ulp(exponent)) == float(np.spacing(np.float16(2.0**exponent)))


def test_a_format_is_named_like_its_preset_or_by_its_bits() -> None:
    assert FloatFormat(5, 10).title == "float16"
    assert FloatFormat(5, 9).title == "5 + 9 bits"


def test_tf32_keeps_ten_mantissa_bits_of_float32() -> None:
    """2⁻¹¹ above 1 is the tie between 1 and 1 + 2⁻¹⁰; the even neighbour is 1."""
    values = np.array([1 + 2**-10, 1 + 2**-11, 1 + 3 * 2**-11, 3e38], np.float32)
    expected = np.array([1 + 2**-10, 1, 1 + 2**-9, 3e38], np.float32)
    found = PRESETS["TF32"].rounded(values)
    assert np.array_equal(found[:3], expected[:3])
    assert found[3] == pytest.approx(3e38, rel=2**-11)


def numbers_of(form: FloatFormat) -> tuple[list[Fraction], Fraction]:
    """All finite magnitudes in the order of their codes, from the definition, and the one that would follow."""
    found = []
    bias = 2 ** (form.exponent_bits - 1) - 1
    for exponent in range(2**form.exponent_bits + 1):
        for mantissa in range(2**form.mantissa_bits):
            significand = (1 if exponent else 0) + Fraction(mantissa, 2**form.mantissa_bits)
            found.append(significand * Fraction(2) ** (max(exponent, 1) - bias))
    # IEEE keeps the last exponent for infinity and NaN, OCP's FP8 only its last number for NaN.
    special = 2**form.mantissa_bits if form.has_infinity else 1
    finite = 2 ** (form.exponent_bits + form.mantissa_bits) - special
    return found[:finite], found[finite]


@settings(deadline=None, max_examples=300)
@given(
    st.builds(FloatFormat, st.integers(2, 5), st.integers(0, 4), st.booleans(), st.booleans()),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
)
def test_rounding_finds_the_nearest_of_all_numbers_and_the_even_of_two(form: FloatFormat, value: float) -> None:
    numbers, beyond = numbers_of(form)
    (found,) = form.rounded(np.array([value], np.float32))
    exact, limit = abs(Fraction(value)), (numbers[-1] + beyond) / 2
    last_is_odd = len(numbers) % 2 == 0
    if value < 0 and not form.has_sign:
        assert found == 0
    elif exact > limit or (exact == limit and last_is_odd):
        assert np.isinf(found) if form.has_infinity else np.isnan(found)
    else:
        nearest = min(range(len(numbers)), key=lambda code: (abs(numbers[code] - exact), code % 2))
        assert Fraction(float(abs(found))) == numbers[nearest]


def test_an_unsupported_format_is_rejected() -> None:
    with pytest.raises(ValueError, match="expected 2 to 11 exponent bits"):
        FloatFormat(12, 3)
    assert FLOAT16.width == 16
    assert FLOAT32.width == 32
