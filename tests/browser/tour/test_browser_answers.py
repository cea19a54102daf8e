"""Answers in Chromium: points and cells that are chosen by a click, or by one tap of a finger."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.evaluate.comparison import Comparison

pytestmark = pytest.mark.browser

POINT = """(chart, image) => {
    const layout = chart._fullLayout, box = chart.getBoundingClientRect();
    for (const trace of chart._fullData) {
        const place = Array.from(trace.customdata ?? []).indexOf(image);
        if (place < 0) continue;
        return {x: box.left + layout.xaxis._offset + layout.xaxis.d2p(trace.x[place]),
                y: box.top + layout.yaxis._offset + layout.yaxis.d2p(trace.y[place])};
    }
}"""
"""Place on the screen of the mark with this number."""

FINGER = """(chart, {x, y}) => {
    const target = document.elementFromPoint(x, y);
    const touch = new Touch({identifier: 1, target, clientX: x, clientY: y, pageX: x, pageY: y});
    const told = (type, touches) => target.dispatchEvent(
        new TouchEvent(type, {touches, changedTouches: [touch], bubbles: true, cancelable: true, composed: true}));
    target.dispatchEvent(
        new PointerEvent("pointerdown", {pointerType: "touch", clientX: x, clientY: y, bubbles: true}));
    told("touchstart", [touch]);
    told("touchend", []);
}"""
"""What a telephone tells of a finger: no movement precedes the tap."""


def lonely(comparison: Comparison) -> list[int]:
    """Images of small margins, whose points stand apart; not the one that the page shows at first."""
    nearest = [int(index) for index in comparison.reference.margins.argsort()[:4]]
    return [index for index in nearest if index != comparison.closest_image][:3]


def place_of(page: Page, key: str, number: int) -> dict[str, float]:
    chart = page.locator(f".st-key-{key} .js-plotly-plot")
    expect(chart.locator(".nsewdrag")).to_be_attached(timeout=PATIENCE_MS)
    chart.scroll_into_view_if_needed()
    settled(page)
    found: Any = chart.evaluate(POINT, number)
    return {"x": float(found["x"]), "y": float(found["y"])}


def shows(page: Page, image: int) -> None:
    expect(page.get_by_text(re.compile(rf"^Image {image:,}, an? \d: "))).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert f"point={image}" in page.url


@pytest.mark.parametrize("view", ["What happened", "What could have happened at most"])
def test_one_tap_chooses_a_point(warm: str, phone: Page, comparison: Comparison, view: str) -> None:
    """By the browser's own tap, and by touches as telephones send them; what the tap changes is in view."""
    phone.goto(f"{warm}/answers?point=5&answers-view={view.replace(' ', '+')}")
    key = "margins" if view == "What happened" else "bounds"
    first, second, third = lonely(comparison)
    place = place_of(phone, key, first)
    phone.touchscreen.tap(place["x"], place["y"])
    shows(phone, first)
    for image in (second, third):
        place = place_of(phone, key, image)
        phone.locator(f".st-key-{key} .js-plotly-plot").evaluate(FINGER, place)
        shows(phone, image)
        expect(phone.get_by_text(re.compile(rf"^Image {image:,}, a"))).to_be_in_viewport()


def test_one_choice_is_one_step_of_back(warm: str, page: Page, comparison: Comparison) -> None:
    page.goto(f"{warm}/answers?point=5")
    shows(page, 5)
    for image in lonely(comparison)[:2]:
        place = place_of(page, "margins", image)
        page.mouse.move(place["x"], place["y"])
        page.wait_for_timeout(300)
        page.mouse.click(place["x"], place["y"])
        shows(page, image)
    page.go_back()
    shows(page, lonely(comparison)[0])
    page.go_back()
    shows(page, 5)


@pytest.mark.parametrize("device", ["page", "phone"])
def test_a_cell_opens_its_images(
    warm: str, device: str, comparison: Comparison, request: pytest.FixtureRequest
) -> None:
    """Of a 9 that float32 took for a 4, at a desk and on a telephone; and back."""
    page: Page = request.getfixturevalue(device)
    page.goto(f"{warm}/answers")
    place = place_of(page, "confusion-float32", 94)
    if device == "phone":
        page.locator(".st-key-confusion-float32 .js-plotly-plot").evaluate(FINGER, place)
    else:
        page.mouse.move(place["x"], place["y"])
        page.wait_for_timeout(300)
        page.mouse.click(place["x"], place["y"])
    page.wait_for_url("**/digits?*", timeout=PATIENCE_MS)
    settled(page)
    assert "true=9" in page.url
    assert "predicted=4" in page.url
    by_either = (comparison.reference.predictions == 4) | (comparison.target.predictions == 4)
    count = int(((comparison.labels == 9) & by_either).sum())
    expect(page.get_by_text(re.compile(rf"^{count} images[.;]"))).to_be_visible(timeout=PATIENCE_MS)
    page.go_back()
    expect(page.get_by_role("heading", name="Does it matter?")).to_be_visible(timeout=PATIENCE_MS)


def test_old_links_lead_on(warm: str, page: Page) -> None:
    page.goto(f"{warm}/accuracy?point=7")
    shows(page, 7)
    page.goto(f"{warm}/guarantee?near=8")
    shows(page, 8)
    expect(page.locator(".st-key-bounds .js-plotly-plot")).to_be_visible(timeout=PATIENCE_MS)
