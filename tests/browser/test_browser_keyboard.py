"""The main journey with nothing but a keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled

pytestmark = pytest.mark.browser

MOST_STOPS = 150

FOCUSED_WORDS = """() => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e?.getAttribute("aria-label") ?? "";
}"""

HAS_FOCUS = "e => e === e.getRootNode().activeElement"

LOOK = """e => {
    const around = [...e.querySelectorAll("*"), e];
    for (let up = e.parentElement; up && !up.matches("[data-testid='stVerticalBlock']"); up = up.parentElement)
        around.push(up);
    return JSON.stringify(around.map(o => getComputedStyle(o)).map(s =>
        [s.outlineStyle, s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor]));
}"""
"""Marks of the keyboard focus: frames and grounds of an element and what it lies in."""


def tab_to(page: Page, goal: Locator) -> None:
    """Press Tab until something has the focus, and see that this can be seen."""
    before = goal.evaluate(LOOK)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if goal.evaluate(HAS_FOCUS):
            page.wait_for_function(
                "([e, look, before]) => eval(look)(e) !== before", arg=[goal.element_handle(), LOOK, before]
            )
            return
    pytest.fail(f"no way by Tab to {goal}")


def go_to(page: Page, name: str, heading: str) -> None:
    tab_to(page, page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def test_the_main_journey_needs_no_mouse(warm: str, page: Page) -> None:
    """To a digit, to one of the visitor's choice, to its answers and home again with a model."""
    page.goto(warm)
    settled(page)
    go_to(page, "Digits", "What do both models see?")
    chosen = page.get_by_role("button", name=re.compile("^Image .*, a"), pressed=True)
    tab_to(page, chosen)
    for keys in (("ArrowDown", "ArrowUp", "ArrowRight"), ("ArrowRight",)):
        for key in keys:
            page.keyboard.press(key)
        words = re.match(r"(Image [\d,]+), an? (\d)", page.evaluate(FOCUSED_WORDS))
        assert words is not None
        assert not (chosen.get_attribute("aria-label") or "").startswith(f"{words[1]},")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=f"{words[1]}: a {words[2]}")).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
    number = page.get_by_role("spinbutton", name="Image number")
    tab_to(page, number)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("300")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Image 300: a")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    factor = page.locator(".card output")
    expect(factor).to_have_text("× 1")
    tab_to(page, page.get_by_role("slider", name="Enlarge float16’s error"))
    page.keyboard.press("End")
    expect(factor).not_to_have_text("× 1")
    settled(page)

    go_to(page, "Claims and words", "What does the tutorial say")
    tab_to(page, page.get_by_role("button", name="Download the models"))
    page.keyboard.press("Enter")
    model = page.get_by_role("button", name="mnist_model_quant_f16.tflite")
    tab_to(page, model)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "mnist_model_quant_f16.tflite"
