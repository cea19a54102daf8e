"""Journeys through the numerics lab: weights by their numbers, graphs, and a converter that can be stopped."""

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled

pytestmark = pytest.mark.browser


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
