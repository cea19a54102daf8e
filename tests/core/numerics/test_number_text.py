"""Parsing of numbers, against Python's own parser and hand-computed cases."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fp16core.numerics.bits import BinaryNumber
from fp16core.numerics.formats import FLOAT32
from fp16core.numerics.narrowing import narrow
from fp16core.numerics.number_text import MAX_CHARACTERS, read_number, written
from fp16core.vocabulary import NumberError
from tests.helpers.results import float32


@settings(deadline=None)
@given(st.floats(width=32, allow_nan=False))
def test_an_exact_decimal_is_parsed_back_bit_for_bit(value: float) -> None:
    """Exact decimals with either minus sign, shortest decimals, and bit patterns."""
    number = float32(value)
    texts = [repr(float(np.float32(value))), number.decimal_text, number.hex_text, f"0b{number.bits:032b}"]
    if math.isfinite(value):
        texts.append(float(value).hex())
    for text in texts:
        assert read_number(f"  {text} ").float32 == number


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("0.1", 0x3DCCCCCD),
        ("1/3", 0x3EAAAAAB),
        ("-1e-8", 0xB22BCC77),
        ("0X1.8P-3", 0x3E400000),
        (".5", 0x3F000000),
        ("5.", 0x40A00000),
        ("-0", 0x80000000),
        ("NaN", 0x7FC00000),
        ("-inf", 0xFF800000),
        ("∞", 0x7F800000),
        ("0x3c00", 0x3F800000),
        ("0xfc00", 0xFF800000),
        ("0x7e01", 0x7FC02000),
        ("0x0001", 0x33800000),
        ("0b0 01111 0000000000", 0x3F800000),
        ("0b0_01111111_00000000000000000000000", 0x3F800000),
        ("1e999999999", 0x7F800000),
        ("-1e-999999999", 0x80000000),
        ("0e999999999", 0),
        ("0x1p99999999999", 0x7F800000),
        ("1e-45", 1),
        ("7.006492321624085e-46", 0),  # half of the smallest float32: a tie, to the even 0
        ("7.0064923216240854e-46", 1),  # a little more than that
    ],
)
def test_numbers_as_people_type_them(text: str, bits: int) -> None:
    assert read_number(text).float32.bits == bits


def test_a_typed_number_is_rounded_once() -> None:
    """Just above the midpoint of two float32 numbers, from which float64 cannot distinguish it."""
    text = "1.00000005960464477539062500000000001"
    assert float(text) == 1 + 2**-24
    assert read_number(text).float32.bits == 0x3F800001
    assert not read_number(text).is_float32
    assert read_number("0.5").is_float32
    assert not read_number("0.1").is_float32
    assert not read_number("1e39").is_float32
    assert read_number("inf").is_float32


def test_double_rounding_is_detected() -> None:
    """Just above the midpoint of two float16 numbers: float32 rounds it to the midpoint, a tie that goes to 1."""
    twice = read_number("1.000488281250001")
    assert twice.is_rounded_twice
    assert narrow(twice.float32).result.decimal_text == "1"
    assert twice.direct_float16.decimal_text == "1.0009765625"
    assert not read_number("0.1").is_rounded_twice
    assert not read_number("nan").is_rounded_twice


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Type a number"),
        ("   ", "Type a number"),
        ("half", "“half” is not a number"),
        ("0,1", "has a comma"),
        ("65,504", "has a comma"),
        ("0x3c0", "neither a hexadecimal float"),
        ("0b101", "neither a hexadecimal float"),
        ("1/0", "divisor is 0"),
        (".", "is not a number"),
        ("1e", "is not a number"),
        ("--1", "is not a number"),
        ("٣", "is not a number"),
        ("1" * (MAX_CHARACTERS + 1), "has 201 characters"),
    ],
)
def test_text_that_is_not_a_number_is_rejected_with_a_reason(text: str, sentence: str) -> None:
    with pytest.raises(NumberError, match=sentence):
        read_number(text)


def test_no_text_takes_long_to_parse() -> None:
    """Ten thousand digits are rejected unparsed, and huge exponents take no longer than others."""
    started = time.process_time()
    with pytest.raises(NumberError):
        read_number("9" * 10_000)
    read_number("9" * 100 + "e" + "9" * 99)
    read_number("0." + "9" * 99 + "e-" + "9" * 97)
    assert time.process_time() - started < 5


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_is_written_is_read_back_bit_for_bit(bits: int) -> None:
    """NaNs with a payload as well."""
    number = BinaryNumber(FLOAT32, bits)
    assert read_number(written(number)).float32 == number


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (0x3DCCCCCD, "0.1"),
        (0x477FE000, "65504"),
        (0x80000000, "-0"),
        (0xFF800000, "-inf"),
        (0x7FC00000, "nan"),
        (0x7F800001, "0x7f800001"),
        (0x00000001, "1e-45"),
    ],
)
def test_a_number_is_written_as_briefly_as_it_can_be(bits: int, text: str) -> None:
    assert written(BinaryNumber(FLOAT32, bits)) == text
