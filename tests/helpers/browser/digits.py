"""The page Digits in a browser: drawing on its canvas, and what its answer card shows."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled

SEVEN = [(0.25, 0.25), (0.5, 0.24), (0.72, 0.25), (0.58, 0.5), (0.45, 0.8)]
ONE = [(0.52, 0.2), (0.5, 0.5), (0.49, 0.8)]


def answers(page: Page, *digits: str) -> None:
    """Wait until the card shows what both models read; without digits, until it is empty."""
    shown = page.locator(".card:not(.empty) .answer b")
    expect(shown).to_have_text([*digits], timeout=PATIENCE_MS)


def draw(page: Page, points: list[tuple[float, float]], lift: bool = True) -> None:
    """Drag the mouse along points, given as shares of the canvas."""
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    (x, y), *others = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in others:
        page.mouse.move(x, y, steps=5)
    if lift:
        page.mouse.up()


def ready_to_draw(page: Page, address: str) -> None:
    page.goto(f"{address}/digits?source=Draw")
    expect(page.get_by_text("Both models answer while you draw")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def slide(page: Page, factor: float) -> None:
    """Move the slider to the position nearest to a factor, as a hand does."""
    page.locator("#enlarge").evaluate(
        """(slider, factor) => {
            const card = slider.closest(".card"), [low, high] = [...card.querySelectorAll(".low, .high")]
                .map(end => Number(end.textContent.replace(/[^0-9.]/g, "")));
            const place = low > 0 ? Math.log(factor / low) / Math.log(high / low) : (factor - low) / (high - low);
            slider.value = place * slider.max;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
        }""",
        factor,
    )


def shown(page: Page) -> tuple[float, Any, Any, str]:
    """Factor, logits, probabilities and answer, as the card has computed them."""
    card = page.locator(".card").evaluate("({dataset}) => ({...dataset})")
    return float(card["factor"]), json.loads(card["logits"]), json.loads(card["probabilities"]), card["answer"]
