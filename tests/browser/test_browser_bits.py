"""The browser's own arithmetic of bits, against the core's; and a number that is changed there."""

import math
import random
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from fp16core.numerics.bits import BinaryNumber, FloatClass, encode_special, exact_text, round_to_nearest
from fp16core.numerics.formats import FLOAT16, FLOAT32, FloatFormat
from fp16core.numerics.narrowing import narrow
from fp16core.text import small_text
from pages.bits.clickable import FORMATS, NUMERICS_JS, formats_for_the_browser

pytestmark = pytest.mark.browser

KINDS = {FloatClass.INFINITE: "infinite", FloatClass.NAN: "NaN"}

PROBE = (
    "([formats, patterns]) => {"
    + NUMERICS_JS
    + """
    const [single, half] = formats, text = (value) => Object.is(value, -0) ? "-0" : String(value);
    return patterns.map((bits) => formats.slice(1).map((to) => {
        const result = narrow(single, bits, to), error = deviation(single, bits, to, result);
        const { kind, exponent, significand } = decode(to, result);
        return {
            result, kind, exponent, significand, decimal: decimalText(to, result), value: text(asNumber(to, result)),
            up: stepped(to, result, 1), down: stepped(to, result, -1), other: otherNeighbour(single, bits, to, result),
            exact: error.exact === undefined ? null : exactText(error.exact),
            absolute: text(error.absolute), relative: text(error.relative), ulps: text(error.ulps),
            texts: [smallText(error.absolute, true), smallText(error.relative), smallText(asNumber(to, result))],
        };
    }));
}"""
)


def number_of(text: str) -> float:
    return float(text.replace("Infinity", "inf"))


def same(text: str, value: float) -> bool:
    found = number_of(text)
    return (math.isnan(found) and math.isnan(value)) or (
        found == value and math.copysign(1, found) == math.copysign(1, value)
    )


def patterns() -> list[int]:
    """Random float32 numbers of every exponent, all kinds of ties and their neighbours, subnormals, the ends, NaN."""
    at_random = random.Random(0)  # noqa: S311 - no secret
    found = [at_random.getrandbits(32) for _ in range(3000)]
    for to in FORMATS[1:]:
        for _ in range(400):
            number = BinaryNumber(to, at_random.randrange(2 ** (to.width - 1)))
            if not number.is_finite or not number.stepped(1).is_finite:
                continue
            middle = round_to_nearest((number.value + number.stepped(1).value) / 2, FLOAT32).bits
            found += [middle - 1, middle, middle + 1, middle | 1 << 31, round_to_nearest(number.value, FLOAT32).bits]
        largest = round_to_nearest(BinaryNumber(to, to.largest_code).value, FLOAT32).bits
        found += [largest + by for by in (-1, 0, 1, 2)]
        half_an_ulp = round_to_nearest(
            BinaryNumber(to, to.largest_code).value + to.ulp(to.max_exponent) / 2, FLOAT32
        ).bits
        found += [half_an_ulp + by for by in (-1, 0, 1)]
    small = [at_random.getrandbits(23) for _ in range(200)]
    special = [0, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FFFFFFF]
    return [*found, *small, *special, *(bits | 1 << 31 for bits in (*special, *small))]


def test_the_browser_computes_what_the_core_computes(browser: Browser) -> None:
    """For each format: bits, class, exact digits, value, neighbours, errors, and their texts, bit for bit."""
    page, asked = browser.new_page(), patterns()
    assert len(asked) > 8000
    answers: list[list[dict[str, Any]]] = page.evaluate(PROBE, [formats_for_the_browser(), asked])
    page.close()
    for bits, answer in zip(asked, answers, strict=True):
        for to, found in zip(FORMATS[1:], answer, strict=True):
            check(BinaryNumber(FLOAT32, bits), to, found)


def check(source: BinaryNumber, to: FloatFormat, found: dict[str, Any]) -> None:
    narrowing = narrow(source, to)
    result, error, at = narrowing.result, narrowing.deviation, f"{source.hex_text} in {to.name}: {found}"
    assert found["result"] == result.bits, at
    assert found["kind"] == KINDS.get(result.float_class, result.float_class.value), at
    assert found["decimal"] == result.decimal_text, at
    assert same(found["value"], result.as_float), at
    if result.is_finite:
        assert (found["exponent"], found["significand"]) == (result.exponent, result.significand), at
    if result.float_class is not FloatClass.NAN:
        assert [found["up"], found["down"]] == [saturated(result, 1), saturated(result, -1)], at
        assert (found["other"] is None) == (not source.is_finite or narrowing.deviation.absolute == 0), at
        if found["other"] is not None:
            assert {found["other"], result.bits} == {narrowing.towards_zero.bits, narrowing.away_from_zero.bits}, at
    assert found["exact"] == (None if error.exact is None else exact_text(error.exact)), at
    for name in ("absolute", "relative", "ulps"):
        assert number_of(found[name]) == getattr(error, name) or math.isnan(getattr(error, name)), at
        assert math.isnan(number_of(found[name])) == math.isnan(getattr(error, name)), at
    assert found["texts"] == [
        small_text(error.absolute, signed=True),
        small_text(error.relative),
        small_text(result.as_float),
    ], at


def saturated(number: BinaryNumber, steps: int) -> int:
    """Bits of a neighbour; the number itself at the end of a format without infinity."""
    there = number.stepped(steps)
    return number.bits if there.float_class is FloatClass.NAN else there.bits


def test_a_float16_number_is_widened_to_its_own_value(browser: Browser) -> None:
    """All of them, NaN with its bits as well; against NumPy's cast."""
    page = browser.new_page()
    halves = list(range(2**16))
    probe = f"([formats, all]) => {{ {NUMERICS_JS} return all.map((bits) => widen(formats[1], bits, formats[0])); }}"
    found = page.evaluate(probe, [formats_for_the_browser(), halves])
    page.close()
    values = np.arange(2**16, dtype=np.uint16).view(np.float16)
    expected = values.astype(np.float32).view(np.uint32)
    is_nan = np.isnan(values)
    assert np.array_equal(np.array(found, np.uint32)[~is_nan], expected[~is_nan])
    for bits in np.flatnonzero(is_nan).tolist():
        half = BinaryNumber(FLOAT16, bits)
        assert found[bits] == encode_special(FLOAT32, half.sign, half.mantissa << 13).bits


@pytest.mark.parametrize("signed", [True, False])
def test_small_numbers_are_written_as_the_core_writes_them(browser: Browser, signed: bool) -> None:
    """Decimal ties as well, which Python rounds to even."""
    at_random = random.Random(1)  # noqa: S311 - no secret
    values = [at_random.uniform(-1, 1) * 10.0 ** at_random.randint(-40, 40) for _ in range(2000)]
    values += [(at_random.randrange(4096) - 2048) / 2**k for k in range(14) for _ in range(200)]
    values += [0.0, 0.00999, 0.009995, 0.01, 999.4, 999.5, 999.6, 9999.4, 9999.5, 9999.6, 1e22, math.inf, -math.inf]
    page = browser.new_page()
    probe = f"([values, signed]) => {{ {NUMERICS_JS} return values.map((value) => smallText(Number(value), signed)); }}"
    texts = page.evaluate(probe, [[str(value).replace("inf", "Infinity") for value in values], signed])
    page.close()
    assert texts == [small_text(value, signed) for value in values]
