"""Limits in Chromium: sliders that keep up with the visitor, whatever the server is doing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.runs.pair import BUNDLED_PAIRS

pytestmark = pytest.mark.browser

SWEEPING_MS = 120_000
NEIGHBOURS = 4
"""Programs that keep a server from computing; the machine has two cores."""

UNMEASURED = f"model={quote_plus([*BUNDLED_PAIRS][1])}"
"""A pair of which no other test here measures formats, asked for in an address."""

SHOWN = "e => [e.querySelector('.chosen').dataset.place, e.querySelector('.fields').textContent]"


@contextmanager
def busy_machine() -> Iterator[None]:
    """A machine on which other programs compute without a pause."""
    neighbours = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(NEIGHBOURS)]
    try:
        yield
    finally:
        for neighbour in neighbours:
            neighbour.kill()
            neighbour.wait()


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name)


def metric(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")


def all_measured(page: Page) -> None:
    expect(page.get_by_text(re.compile("^168 formats measured"))).to_be_visible(timeout=SWEEPING_MS)
    settled(page)


def agrees(page: Page, exponent: int, mantissa: int, sign: int = 1) -> None:
    """Slider, its value beside it, the map, the reading, the headline numbers and the address say the same."""
    width = str(sign + exponent + mantissa)
    expect(metric(page, "Bits of a weight")).to_have_text(width, timeout=PATIENCE_MS)
    expect(slider(page, "Exponent bits")).to_have_value(str(exponent))
    expect(slider(page, "Mantissa bits")).to_have_value(str(mantissa))
    expect(page.locator(".slider output")).to_have_text([str(exponent), str(mantissa)])
    expect(page.locator(".chosen")).to_have_attribute("data-place", f"{exponent},{mantissa}")
    all_measured(page)
    address = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert int(address.get("exponent", 5)) == exponent
    assert int(address.get("mantissa", 10)) == mantissa
    reading = page.locator(".reading .value").first
    expect(metric(page, "Accuracy")).to_have_text(reading.inner_text())
    expect(metric(page, "Bits of a weight")).to_have_text(width)


@pytest.mark.parametrize("width", [1400, 420])
def test_nothing_below_the_reading_moves_when_the_numbers_in_it_change(brisk: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{brisk}/limits")
    all_measured(page)
    heights = set()
    slider(page, "Mantissa bits").focus()
    for mantissa in range(9, -1, -1):
        page.keyboard.press("ArrowLeft")
        expect(page.locator(".chosen")).to_have_attribute("data-place", f"5,{mantissa}")
        heights.add(page.locator(".reading").evaluate("reading => reading.offsetHeight"))
    assert len(heights) == 1, heights


def test_presses_are_not_lost_while_a_busy_server_measures(brisk: str, page: Page) -> None:
    """Eight presses at three speeds, each on a map of which nothing is measured yet, then a held key."""
    for pause_ms, switched_off, sign in ((30, "", 1), (80, "&infinity=false", 1), (120, "&signed=false", 0)):
        page.goto(f"{brisk}/limits?{UNMEASURED}{switched_off}")
        slider(page, "Mantissa bits").wait_for(timeout=PATIENCE_MS)
        assert page.get_by_role("button", name="Stop").is_visible(), "it still measures"
        with busy_machine():
            slider(page, "Mantissa bits").focus()
            for press in range(1, 9):
                page.keyboard.press("ArrowLeft", delay=5)
                assert slider(page, "Mantissa bits").input_value() == str(10 - press), "shown at once"
                page.wait_for_timeout(pause_ms)
            expect(metric(page, "Bits of a weight")).to_have_text(str(sign + 7), timeout=SWEEPING_MS)
            slider(page, "Exponent bits").focus()
            for _ in range(3):  # a held key repeats
                page.keyboard.down("ArrowRight")
                page.wait_for_timeout(30)
            page.keyboard.up("ArrowRight")
            expect(metric(page, "Bits of a weight")).to_have_text(str(sign + 10), timeout=SWEEPING_MS)
        agrees(page, 8, 2, sign)


def test_the_map_can_be_stopped_and_goes_on_while_others_are_served(brisk: str, page: Page, other: Page) -> None:
    """A map of which nothing is measured yet; a second visitor opens another page meanwhile."""
    page.goto(f"{brisk}/limits?{UNMEASURED}&infinity=false&signed=false")
    page.get_by_text(re.compile(r"^\d+ of 168 formats measured")).wait_for(timeout=PATIENCE_MS)
    page.locator(".st-key-map-stop button").click()
    stopped = page.get_by_text(re.compile(r"^\d+ of 168 formats measured.*, stopped$"))
    expect(stopped).to_be_visible(timeout=PATIENCE_MS)
    words = stopped.inner_text()
    settled(page)
    assert stopped.inner_text() == words
    page.locator(".st-key-map-on button").click()
    other.goto(f"{brisk}/bits")
    expect(other.get_by_role("heading", level=1)).to_be_visible(timeout=PATIENCE_MS)
    other.goto("about:blank")
    all_measured(page)
    assert page.locator(".cell[style*='background']").count() == 168


def test_a_stop_holds_only_for_what_was_asked(warm: str, page: Page) -> None:
    """Other settings begin a measurement of their own."""
    page.goto(f"{warm}/limits?limits-view=Larger+and+smaller+weights&images=10000")
    page.get_by_text(re.compile(r"^\d+ of 57 factors measured")).wait_for(timeout=PATIENCE_MS)
    page.locator(".st-key-scales-stop button").click()
    expect(page.locator(".st-key-scales-on button")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="500", exact=True).click()
    expect(page.get_by_text("57 factors measured, each with both models on 500 images.")).to_be_visible(
        timeout=SWEEPING_MS
    )


def test_what_is_measured_shows_while_the_slider_is_dragged(brisk: str, page: Page) -> None:
    """Without waiting for the server, whose headline number still says what it said before."""
    page.goto(f"{brisk}/limits")
    all_measured(page)
    before = metric(page, "Bits of a weight").inner_text()
    box = slider(page, "Mantissa bits").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 10 / 23, box["y"] + box["height"] / 2)
    page.mouse.down()
    found = []
    for share in (0.3, 0.15, 0.0):
        page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        found.append(page.locator(".dial").evaluate(SHOWN))
    page.mouse.up()
    assert found[-1] == ["5,0", "1 sign + 5 exponent + 0 mantissa"]
    assert len({place for place, _ in found}) == 3
    assert all(f"{place.split(',')[1]} mantissa" in fields for place, fields in found)
    assert before == "16"
    agrees(page, 5, 0)


def test_keys_for_large_steps_and_ends(brisk: str, page: Page) -> None:
    page.goto(f"{brisk}/limits")
    slider(page, "Mantissa bits").focus()
    for key, expected in (("Home", 0), ("End", 23), ("ArrowDown", 22)):
        page.keyboard.press(key)
        assert slider(page, "Mantissa bits").input_value() == str(expected)
    page.keyboard.press("PageDown")
    after = int(slider(page, "Mantissa bits").input_value())
    assert after < 21
    agrees(page, 5, after)


def test_one_choice_is_one_step_of_back(brisk: str, page: Page) -> None:
    """A preset, a cell of the map, a dragged slider; then back through all of them, and forward again."""
    page.goto(f"{brisk}/limits")
    all_measured(page)
    page.get_by_role("button", name="FP8 E4M3").click()
    agrees(page, 4, 3)
    expect(metric(page, "Accuracy")).to_be_visible()
    page.locator("[data-place='2,0']").click()
    agrees(page, 2, 0)
    expect(page.get_by_text("Broken: a point or more is lost.")).to_be_visible()
    slider(page, "Exponent bits").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
    agrees(page, 6, 0)
    for exponent, mantissa in ((2, 0), (4, 3), (5, 10)):
        page.go_back()
        agrees(page, exponent, mantissa)
    page.go_forward()
    agrees(page, 4, 3)


def test_a_link_shows_its_format_in_a_fresh_browser_and_old_links_lead_on(brisk: str, page: Page) -> None:
    for address in ("limits?exponent=8&mantissa=7", "dial?exponent=8&mantissa=7"):
        page.goto(f"{brisk}/{address}")
        expect(page.get_by_text("16 bits (bfloat16)").first).to_be_visible(timeout=SWEEPING_MS)
        agrees(page, 8, 7)
    for old in ("overflow", "scales"):
        page.goto(f"{brisk}/{old}?power-of-2=20&images=500")
        expect(page.get_by_text("At factor 2²⁰")).to_be_visible(timeout=PATIENCE_MS)
        assert slider(page, "Factor").input_value() == "20"
        assert re.search(r"/limits\?.*limits-view", page.url)


def test_the_factor_keeps_its_place_when_the_base_changes(brisk: str, page: Page) -> None:
    page.goto(f"{brisk}/overflow?power-of-2=10&images=500")
    expect(page.get_by_text("At factor 2¹⁰")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("radio", name="powers of 10").click()
    expect(page.get_by_text("At factor 10³")).to_be_visible(timeout=PATIENCE_MS)
    assert slider(page, "Factor").input_value() == "3"
    settled(page)
    page.go_back()
    expect(page.get_by_text("At factor 2¹⁰")).to_be_visible(timeout=PATIENCE_MS)


def test_a_format_that_does_not_exist_is_told_once(brisk: str, page: Page) -> None:
    page.goto(f"{brisk}/limits?exponent=40&mantissa=3")
    expect(page.get_by_text("exponent = 40")).to_be_visible(timeout=PATIENCE_MS)
    agrees(page, 5, 3)
