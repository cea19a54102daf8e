"""Journeys through the numerics lab: long measurements that show as they come, and can be stopped."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from tests.helpers.browser.browsing import served
from tests.helpers.places import TestSet

pytestmark = pytest.mark.browser

SWEEPING_MS = 120_000


def test_a_sweep_can_be_stopped_and_goes_on_and_a_click_on_its_map_turns_the_dial(
    page: Page, tmp_path: Path, test_set: TestSet, train_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server that has measured nothing yet; on a quarter of the images, as it is to sweep to the end."""
    images, labels = (array[:2_500] for array in test_set)
    np.savez(tmp_path / "few.npz", x_train=train_set[0][:100], y_train=train_set[1][:100], x_test=images, y_test=labels)
    monkeypatch.setenv("HALFBITS_MNIST", str(tmp_path / "few.npz"))
    with served(tmp_path / "server.log") as cold:
        page.goto(f"{cold}/dial?map=true")
        page.get_by_text("Where does the model break?").wait_for(timeout=PATIENCE_MS)
        progress = page.get_by_text(re.compile(r"^\d+ of 168 formats measured"))
        progress.wait_for(timeout=PATIENCE_MS)
        page.locator(".st-key-map-stop button").click()
        stopped = page.get_by_text(re.compile(r"^\d+ of 168 formats measured.*, stopped$"))
        expect(stopped).to_be_visible(timeout=PATIENCE_MS)
        words = stopped.inner_text()
        settled(page)
        assert stopped.inner_text() == words
        page.locator(".st-key-map-on button").click()
        expect(page.get_by_text("168 formats measured, each on 2,500 images.", exact=True)).to_be_visible(
            timeout=SWEEPING_MS
        )
        settled(page)
        turn_the_dial_by_the_map(page)


def turn_the_dial_by_the_map(page: Page) -> None:
    """By the cell of two exponent bits and no mantissa, at the lower right, where the model breaks."""
    chart = page.locator(".st-key-format-map .nsewdrag")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * (23.5 / 24), box["y"] + box["height"] * (6.5 / 7))
    expect(page.get_by_text("rounded to 3 bits")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert "exponent=2" in page.url
    assert "mantissa=0" in page.url
    expect(page.get_by_text("This breaks it.")).to_be_visible(timeout=PATIENCE_MS)


def test_a_stop_holds_only_for_what_was_asked(page: Page, tmp_path: Path) -> None:
    """Other settings begin a measurement of their own."""
    with served(tmp_path / "server.log") as cold:
        page.goto(f"{cold}/overflow?images=10000")
        page.get_by_text(re.compile(r"^\d+ of 57 factors measured")).wait_for(timeout=PATIENCE_MS)
        page.locator(".st-key-scales-stop button").click()
        expect(page.locator(".st-key-scales-on button")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("radio", name="500", exact=True).click()
        expect(page.get_by_text("57 factors measured, each with both models on 500 images.")).to_be_visible(
            timeout=PATIENCE_MS
        )


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


def test_while_one_visitor_sweeps_others_are_served(browser: Browser, tmp_path: Path) -> None:
    """A second visitor opens another page before the first one's measurements are done."""
    with served(tmp_path / "server.log") as cold:
        first, second = browser.new_page(), browser.new_page()
        first.goto(f"{cold}/dial?map=true")
        first.get_by_text(re.compile(r"^\d+ of 168 formats measured")).wait_for(timeout=PATIENCE_MS)
        second.goto(f"{cold}/bits")
        expect(second.get_by_role("heading", name="What is dropped?")).to_be_visible(timeout=PATIENCE_MS)
        settled(second)
        assert first.locator(".st-key-map-stop button").is_visible()
        first.close()
        second.close()


def test_a_link_to_a_format_shows_that_format(warm: str, page: Page) -> None:
    page.goto(f"{warm}/dial?exponent=8&mantissa=7")
    expect(page.get_by_text("1 sign + 8 exponent + 7 mantissa")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert "exponent=8" in page.url


def test_both_graphs_are_drawn_in_the_browser(warm: str, page: Page) -> None:
    page.goto(f"{warm}/size?size-view=Graph")
    drawn = page.get_by_test_id("stGraphVizChart").locator("svg")
    expect(drawn).to_have_count(2, timeout=PATIENCE_MS)
    expect(drawn.nth(0).locator(".node.dequantize")).to_have_count(0)
    expect(drawn.nth(1).locator(".node.dequantize")).to_have_count(4)
    orange = "rgb(208, 112, 0)"
    expect(drawn.nth(1).locator(".node.dequantize path").first).to_have_css("stroke", orange)
    expect(drawn.nth(1).locator(".cluster.delegate")).to_have_count(3)
    for viewport in (1400, 420):
        page.set_viewport_size({"width": viewport, "height": 1000})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport
        for box in (drawn.nth(0).bounding_box(), drawn.nth(1).bounding_box()):
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= viewport


def test_tensorflows_converter_runs_beside_the_page_and_can_be_stopped(warm: str, page: Page) -> None:
    page.goto(f"{warm}/size?size-view=Converter+and+quantizer")
    ask = page.get_by_role("button", name="Ask TensorFlow's converter")
    ask.click(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Stop").click(timeout=PATIENCE_MS)
    expect(page.get_by_text("Stopped.")).to_be_visible(timeout=PATIENCE_MS)
    ask.click()
    expect(page.get_by_role("cell", name="65,504")).to_be_visible(timeout=2 * PATIENCE_MS)
    settled(page)
