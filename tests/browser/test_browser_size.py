"""The pages *Size and speed*, *Train* and *Your model* in a real browser: their height, and what the eye meets."""

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled

pytestmark = pytest.mark.browser

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
