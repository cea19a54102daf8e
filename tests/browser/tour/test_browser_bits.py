"""The browser's own arithmetic of bits, against the core's; and a number that is changed there."""

import math
import random
import re
from fractions import Fraction
from functools import partial
from operator import ne
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.numerics.bits import BinaryNumber, FloatClass, encode_special, exact_text, round_to_nearest
from fp16core.numerics.formats import FLOAT16, FLOAT32, FloatFormat
from fp16core.numerics.narrowing import narrow
from fp16core.text import small_text
from pages.bits.clickable import FORMATS, NUMERICS_JS, formats_for_the_browser
from tests.helpers.browser.browsing import busy

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
    found = [at_random.getrandbits(32) for _ in range(1000)]
    for to in FORMATS[1:]:
        for _ in range(100):
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
    small = [at_random.getrandbits(23) for _ in range(50)]
    special = [0, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FBFFFFF, 0x7FC00000, 0x7FFFFFFF]
    return [*found, *small, *special, *(bits | 1 << 31 for bits in (*special, *small))]


def test_the_browser_computes_what_the_core_computes(browser: Browser) -> None:
    """For each format: bits, class, exact digits, value, neighbours, errors, and their texts, bit for bit."""
    page, asked = browser.new_page(), patterns()
    assert len(asked) > 2500
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


def test_the_error_of_a_clamped_weight_is_that_of_the_number_in_the_file(browser: Browser) -> None:
    """70,000 stored as 65,504; and as infinity, and as NaN."""
    page = browser.new_page()
    probe = f"""([formats, outcomes]) => {{ {NUMERICS_JS}
        return outcomes.map((bits) => deviation(formats[0], 0x4788b800, formats[1], bits));
    }}"""
    clamped, infinite, nan = page.evaluate(probe, [formats_for_the_browser(), [0x7BFF, 0x7C00, 0x7E00]])
    page.close()
    assert (clamped["absolute"], clamped["relative"], clamped["ulps"]) == (-4496, 4496 / 70000, -4496 / 64)
    assert (infinite["absolute"], infinite["relative"]) == (math.inf, math.inf)
    assert math.isnan(nan["absolute"])


def shown(page: Page, which: str = "single") -> Locator:
    """The value of the number in float32, or in float16 (``half``)."""
    return page.locator(f".format.{which} .text")


def test_bits_are_toggled_and_followed_at_once_and_each_change_is_one_step_of_back(warm: str, page: Page) -> None:
    page.goto(f"{warm}/bits?bits_of=Any+number&bits_number=0.5")
    settled(page)
    expect(shown(page)).to_have_text("0.5")
    expect(page.locator(".errors")).to_contain_text("exact")
    changes = (
        ("float32 exponent bit 8 of 8", "1", "1", "exact"),
        ("float32 mantissa bit 11 of 23, dropped by float16", "1.00048828125", "1.0004883", "a tie, towards 0"),
        ("float16 mantissa bit 10 of 10", "1.0009765625", "1.0009766", "exact"),
    )
    seen = []
    for button, value, text, outcome in changes:
        seen.append(page.url)
        page.get_by_role("button", name=button).click()
        assert shown(page).text_content() == value, "before the server knows"
        expect(page.locator(".errors")).to_contain_text(outcome)
        page.wait_for_url(partial(ne, page.url), timeout=PATIENCE_MS)
        settled(page)
        expect(page.get_by_label("Number", exact=True)).to_have_value(text)
    assert page.url.endswith("bits_number=1.0009766")
    page.get_by_role("link", name="Next: Layers").click()
    expect(page.get_by_role("heading", name="Where does the error go?")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    page.go_back()
    expect(shown(page)).to_have_text("1.0009765625", timeout=PATIENCE_MS)
    settled(page)
    assert page.url.endswith("bits_number=1.0009766")
    for url, value in zip(reversed(seen), ("1.00048828125", "1", "0.5"), strict=True):
        page.go_back()
        expect(page).to_have_url(url, timeout=PATIENCE_MS)
        expect(shown(page)).to_have_text(value, timeout=PATIENCE_MS)
        settled(page)


def test_the_keyboard_moves_toggles_and_steps_also_while_the_machine_is_busy(warm: str, page: Page) -> None:
    """Twenty-four steps of one float16 ULP, faster than the server answers, end where they should."""
    page.goto(f"{warm}/bits?bits_of=Any+number&bits_number=1")
    settled(page)
    with busy():
        page.get_by_role("button", name="float16 exponent bit 1 of 5").focus()
        for _ in range(24):
            page.keyboard.press("ArrowUp")
            page.wait_for_timeout(60)
        assert shown(page, "half").text_content() == exact_text(1 + Fraction(24, 1024))
        page.keyboard.press("End")
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_role("button", name="float16 mantissa bit 9 of 10")).to_be_focused()
        page.keyboard.press("Space")
    value = 1 + (24 ^ 2) / 1024
    page.wait_for_url(f"**/bits?bits_of=Any+number&bits_number={np.float32(value)!s}", timeout=PATIENCE_MS)
    settled(page)
    expect(shown(page, "half")).to_have_text(exact_text(Fraction(value)))
    expect(page.get_by_role("button", name="float16 mantissa bit 9 of 10")).to_be_focused()


def test_a_number_to_try_is_in_the_link_and_in_every_format(warm: str, page: Page, other: Page) -> None:
    page.goto(f"{warm}/bits")
    settled(page)
    for name, text, values in (
        ("π", "3.14159265358979324", ("3.140625", "3.140625", "3", "3.25")),
        ("65520", "65520", ("∞", "65536", "∞", "not a number")),
        ("2⁻²⁴", "0x1p-24", ("5.96046448 × 10⁻⁸", "5.96046448 × 10⁻⁸", "0", "0")),
    ):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator(".half .text, .other .text")).to_have_text(values)
        expect(page.get_by_label("Number", exact=True)).to_have_value(text, timeout=PATIENCE_MS)
        settled(page)
        other.goto(page.url)
        expect(other.locator(".half .text, .other .text")).to_have_text(values, timeout=PATIENCE_MS)


def test_one_tap_on_a_bar_leads_a_phone_to_a_weight(warm: str, phone: Page) -> None:
    """In both histograms, the first tap as well as the next; the weight is named below, and its bits are a tap away."""
    phone.goto(f"{warm}/bits")
    settled(phone)
    for chart, place in (("weights", 20), ("weights", 35), ("errors", 20), ("errors", 35)):
        plot = phone.locator(f"[class*='st-key-{chart}-'] .js-plotly-plot")
        plot.scroll_into_view_if_needed()
        bar = plot.evaluate(
            """(g, place) => {
                const d = g._fullData[0], l = g._fullLayout, box = g.getBoundingClientRect();
                return {x: box.left + l.xaxis._offset + l.xaxis.d2p(d.x[place]),
                        y: box.top + l.yaxis._offset + l.yaxis._length - 10, weight: d.customdata[place][0]};
            }""",
            place,
        )
        phone.touchscreen.tap(bar["x"], bar["y"])
        phone.wait_for_url(f"**/bits?bits_index={bar['weight']}", timeout=PATIENCE_MS)
        settled(phone)
    expect(phone.get_by_text("Shown: weight [")).to_be_visible()
    phone.get_by_role("button", name="Show its bits").tap()
    expect(phone.get_by_role("button", name="float16 sign bit")).to_be_in_viewport(timeout=PATIENCE_MS)


@pytest.mark.parametrize("asked", ["tensor=conv_2d.bias&log=true", "tensor=conv_2d.bias", "log=false"])
def test_a_link_to_the_former_page_of_weights_shows_the_same(warm: str, page: Page, asked: str) -> None:
    page.goto(f"{warm}/weights?{asked}")
    expect(page.get_by_role("heading", name="What is dropped?", level=1)).to_be_visible(timeout=PATIENCE_MS)
    tensor = "conv_2d.bias" if "tensor" in asked else "fully_connected.weights"
    expect(page.get_by_text(re.compile(f"No .* of {tensor} moved by more than"))).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    switch = page.get_by_role("switch", name="Logarithmic counts")
    expect(switch).to_be_checked(checked="log=true" in asked)


@pytest.mark.parametrize(("address", "control"), [("bits", "float16 sign bit"), ("layers", "Special images")])
def test_the_answer_and_the_control_are_in_view_and_the_page_is_short(
    warm: str, page: Page, phone: Page, address: str, control: str
) -> None:
    page.set_viewport_size({"width": 1400, "height": 900})
    for screen, tallest in ((page, 2200), (phone, 3500)):
        screen.goto(f"{warm}/{address}")
        settled(screen)
        expect(screen.get_by_role("button", name=control)).to_be_in_viewport(timeout=PATIENCE_MS)
        assert screen.locator("[data-testid='stMain']").evaluate("main => main.scrollHeight") <= tallest


def test_the_first_weight_is_in_the_address(warm: str, page: Page) -> None:
    """Without a number the address means the weight with the largest error."""
    page.goto(f"{warm}/bits?bits_index=5")
    expect(page.get_by_text("Weight [0, 5] of fully_connected.weights")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    field = page.get_by_role("spinbutton", name="Weight number")
    field.fill("0")
    field.press("Enter")
    expect(page.get_by_text("Weight [0, 0] of fully_connected.weights")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    page.goto(page.url)
    expect(page.get_by_text("Weight [0, 0] of fully_connected.weights")).to_be_visible(timeout=PATIENCE_MS)
