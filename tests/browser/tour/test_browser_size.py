"""*Size and speed*, *Train* and *Your model* in a real browser: height, what the eye meets, and measuring."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from tests.helpers.browser.browsing import served

pytestmark = pytest.mark.browser

MEASURING_MS = 120_000

PAGES = (
    "size",
    "size?size-view=Speed+and+accuracy",
    "size?size-view=Speed+and+accuracy&runtimes-section=Accuracy+by+mode",
    "size?size-view=Graph",
    "size?size-view=Converter+and+quantizer",
    "train",
    "your_model",
)

MOST = {1400: 2_200, 420: 3_500}
"""Height of a page in pixels at most, by the window's width."""

MAIN_CONTROL = {"size": "stButtonGroup", "train": "stNumberInput", "your_model": "stFileUploader"}


@pytest.mark.parametrize("address", PAGES)
def test_question_answer_and_control_are_in_view_and_the_page_is_no_taller_than_it_may(
    warm: str, page: Page, address: str
) -> None:
    for width, most in MOST.items():
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{warm}/{address}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
        expect(page.get_by_test_id("stMain").get_by_test_id("stMarkdown").first).to_be_in_viewport()
        control = MAIN_CONTROL[address.partition("?")[0]]
        expect(page.get_by_test_id(control).first).to_be_in_viewport(ratio=1)
        page.wait_for_timeout(500)
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") <= most, width


def test_the_buttons_of_a_wrapped_group_have_whole_borders(warm: str, page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(f"{warm}/size?size-view=Speed+and+accuracy")
    buttons = page.get_by_test_id("stButtonGroup").first.get_by_role("radio")
    expect(buttons).to_have_count(4, timeout=PATIENCE_MS)
    settled(page)
    assert len({box["y"] for box in (button.bounding_box() for button in buttons.all()) if box}) > 1, "it wraps"
    for button in buttons.all():
        widths, colours = button.evaluate(
            """button => {
                const style = getComputedStyle(button);
                const sides = ["top", "right", "bottom", "left"];
                return [sides.map((side) => style[`border-${side}-width`]),
                        sides.map((side) => style[`border-${side}-color`])];
            }"""
        )
        assert widths == ["1px"] * 4
        assert len({*colours}) == 1
        assert "rgba(0, 0, 0, 0)" not in colours


def test_a_table_that_is_too_wide_shows_that_it_scrolls(warm: str, page: Page) -> None:
    shadow = "table => getComputedStyle(table).boxShadow"
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(f"{warm}/size?size-view=Speed+and+accuracy")
    table = page.locator(".dvn-scroller").first
    expect(table).to_be_attached(timeout=PATIENCE_MS)
    settled(page)
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    at_start = table.evaluate(shadow)
    assert "inset" in at_start
    table.evaluate("table => { table.scrollLeft = table.scrollWidth; }")
    page.wait_for_timeout(300)
    assert table.evaluate(shadow) != at_start, "the other edge says now that there is more"
    page.set_viewport_size({"width": 1400, "height": 900})
    page.reload()
    expect(table).to_be_attached(timeout=PATIENCE_MS)
    settled(page)
    assert table.evaluate(shadow) == "none", "it fits"


def test_no_arrow_of_a_graph_runs_through_words(warm: str, page: Page) -> None:
    """Points of each arrow against the boxes of all labels between operators."""
    page.goto(f"{warm}/size?size-view=Graph")
    drawn = page.get_by_test_id("stGraphVizChart").locator("svg")
    expect(drawn).to_have_count(2, timeout=PATIENCE_MS)
    settled(page)
    for graph in drawn.all():
        labels, hit = graph.evaluate(
            """svg => {
                const words = [...svg.querySelectorAll(".edge text")].map((text) => text.getBBox());
                const hit = [];
                for (const path of svg.querySelectorAll(".edge path")) {
                    for (let at = 0; at <= path.getTotalLength(); at += 1) {
                        const { x, y } = path.getPointAtLength(at);
                        for (const box of words) {
                            if (x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height) {
                                hit.push([x, y]);
                            }
                        }
                    }
                }
                return [words.length, hit];
            }"""
        )
        assert labels > 5
        assert hit == []


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
    expect(page.get_by_role("cell", name="65,504")).to_be_visible(timeout=4 * PATIENCE_MS)
    settled(page)


def test_a_visitor_measures_stops_and_finds_the_claims_judged(
    page: Page, tmp_path: Path, mesa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a software GPU, wide and narrow."""
    monkeypatch.setenv("VK_DRIVER_FILES", mesa)
    with served(tmp_path / "server.log") as url:
        page.goto(f"{url}/runtimes?runtimes-images=first+200")
        expect(page.get_by_text("5 of 5 run here")).to_be_visible(timeout=MEASURING_MS)
        settled(page)
        page.get_by_role("button", name="Run both files in every mode").click()
        expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("button", name="Measure again")).to_be_visible(timeout=MEASURING_MS)
        settled(page)
        page.get_by_text("Does an emulation account for it?").click()
        gpu = page.get_by_text(re.compile(r"^100\.00 % of the logits")).last
        expect(gpu).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="These measurements as JSON").click()
        assert download.value.suggested_filename == "modes.json"
        assert "llvmpipe" in Path(download.value.path()).read_text()
        for width in (1400, 420):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
            assert wider <= 4, f"{wider} px wider than {width}"
        page.set_viewport_size({"width": 1400, "height": 900})
        page.get_by_text("Latency and memory").click()
        page.get_by_role("button", name="Measure times and memory").click()
        page.get_by_role("button", name="Stop").click(timeout=PATIENCE_MS)
        expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Claims and words").click()
        expect(page.get_by_text("all results are float16 numbers")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("link", name="Measure the times")).to_have_count(1)
        expect(page.get_by_role("link", name="Measure the modes of execution")).to_have_count(0)
        settled(page)
