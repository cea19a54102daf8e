"""The first and the last page of the tour in a real browser: what a stranger sees at once, draws, and looks up."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.glossary import term
from fp16core.tflite.model_file import ModelPair
from tests.helpers.browser.browsing import served
from tests.helpers.browser.digits import SEVEN, answers, draw
from tests.helpers.files.stores import altered_pair

pytestmark = pytest.mark.browser

START_SIZES = ((1400, 900, 900), (420, 900, 3500))
REPORT = re.compile("Make a report to download|Save the report")
"""Name of the button, whether or not another visitor has made the report of this pair."""

CLAIMS_SIZES = ((1400, 900, 2200), (420, 900, 3500))
"""Width and height of a window, and the most that the page may be tall in it."""

SIDE_IN_VIEW = """(card, at_ms) => {
    card.getAnimations()[0].currentTime = at_ms;
    const box = card.getBoundingClientRect();
    return card.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
        .closest(".face").innerText;
}"""
"""The side of the card that a visitor sees at a time; the other one turns its back."""


def is_in_first_screen(page: Page, *what: Locator) -> bool:
    """Return whether all of this is in view, wholly, on a page that has not been scrolled."""
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollTop") == 0
    size = page.viewport_size
    assert size is not None
    boxes = [each.bounding_box() for each in what]
    return all(
        box is not None
        and box["y"] >= 0
        and box["y"] + box["height"] <= size["height"]
        and box["x"] >= 0
        and box["x"] + box["width"] <= size["width"]
        for box in boxes
    )


def test_on_a_phone_the_answer_card_is_small_until_there_is_an_answer(warm: str, page: Page) -> None:
    """The canvas stays where it is: when the card grows, and when the drawing is cleared at the bottom of the page."""
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(warm)
    settled(page)
    canvas, card = page.locator("canvas"), page.locator("section.card")
    expect(card.get_by_text("Both models answer while you draw")).to_be_visible(timeout=PATIENCE_MS)
    canvas.scroll_into_view_if_needed()
    before, empty = canvas.bounding_box(), card.bounding_box()
    assert empty is not None
    assert empty["height"] < 100
    draw(page, SEVEN)
    answers(page, "7", "7")
    settled(page)
    full = card.bounding_box()
    assert full is not None
    assert full["height"] > 400
    assert canvas.bounding_box() == before
    page.get_by_role("button", name="Clear").evaluate("button => button.scrollIntoView({block: 'start'})")
    before = canvas.bounding_box()
    page.get_by_role("button", name="Clear").click()
    answers(page)
    settled(page)
    assert canvas.bounding_box() == before
    cleared = card.bounding_box()
    assert cleared is not None
    assert cleared["height"] == full["height"]


@pytest.mark.parametrize(("width", "height", "most"), START_SIZES)
def test_the_first_screen_asks_answers_and_lets_one_draw(
    warm: str, page: Page, width: int, height: int, most: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(warm)
    settled(page)
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible(timeout=PATIENCE_MS)
    assert is_in_first_screen(
        page,
        page.get_by_role("heading", name="Half the bits, the same answers?"),
        page.get_by_text("float16 keeps this model’s accuracy."),
        page.get_by_role("link", name="Start the tour").first,
        page.locator(".sizes"),
        page.get_by_text("The one image whose answer float16 changed"),
        canvas,
    )
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") <= most
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.48, box["y"] + box["height"] * 0.8, steps=12)
    page.mouse.up()
    answer = page.locator(".answer.reference b")
    expect(answer).to_have_text("1", timeout=PATIENCE_MS)
    assert is_in_first_screen(page, answer, page.locator(".answer.target b"))
    settled(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") <= most, "an answer takes no more room"
    if width > height:
        panels = page.locator(".st-key-cards-draw > *").evaluate_all("all => all.map(each => each.offsetHeight)")
        assert panels[0] == panels[1]
        assert is_in_first_screen(page, page.get_by_role("link", name=re.compile("^Next")))
    page.get_by_role("link", name="Start the tour").first.click()
    expect(page.get_by_role("heading", name="What do both models see?")).to_be_visible(timeout=PATIENCE_MS)


def test_the_changed_image_turns_between_both_answers_and_can_be_held(warm: str, page: Page) -> None:
    page.goto(warm)
    settled(page)
    card = page.locator(".closest .card")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    assert card.evaluate(SIDE_IN_VIEW, 1000).split() == ["4", "float32"]
    assert card.evaluate(SIDE_IN_VIEW, 3500).split() == ["9", "float16"]
    expect(card).to_have_attribute("aria-label", "float32: 4; float16: 9")
    state = "card => card.getAnimations()[0].playState"
    assert card.evaluate(state) == "running"
    page.get_by_role("button", name="Pause").click()
    assert card.evaluate(state) == "paused"
    page.get_by_role("button", name="Turn").click()
    assert card.evaluate(state) == "running"


def test_who_prefers_less_motion_sees_both_answers_side_by_side(warm: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(warm)
    settled(page)
    card = page.locator(".closest .card")
    expect(card).to_be_visible(timeout=PATIENCE_MS)
    assert card.evaluate("card => card.getAnimations().length") == 0
    sides = [card.locator(f".{side}").bounding_box() for side in ("before", "after")]
    assert sides[0] is not None
    assert sides[1] is not None
    assert sides[0]["x"] + sides[0]["width"] <= sides[1]["x"]


def test_where_both_answers_are_bound_to_be_equal_the_card_stands_still(
    page: Page, pair: ModelPair, tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file twice: no multiple of no error changes an answer."""
    monkeypatch.setenv("HALFBITS_PAIR", str(altered_pair(tmp_path / "same", pair.reference, pair.reference)))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    with served(tmp_path / "server.log") as url:
        page.goto(url)
        settled(page)
        card = page.locator(".closest .card")
        expect(card).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("No answer changed, and no multiple of the error would change one")).to_be_visible()
        assert card.evaluate("card => card.getAnimations().length") == 0
        expect(page.locator(".closest button")).to_be_hidden()
        for side, name in (("before", "float32"), ("after", "float16")):
            expect(card.locator(f".{side}")).to_be_visible()
            expect(card.locator(f".{side}")).to_contain_text(name)
        page.goto("about:blank")


@pytest.mark.parametrize(("width", "height", "most"), CLAIMS_SIZES)
def test_the_claims_come_with_their_verdicts_and_unfold(
    warm: str, page: Page, width: int, height: int, most: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{warm}/claims")
    settled(page)
    claims = page.locator("details.claim")
    expect(claims).to_have_count(13, timeout=PATIENCE_MS)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") <= most
    assert is_in_first_screen(
        page,
        page.get_by_role("heading", name="What does the tutorial say, and is it so?"),
        page.get_by_text("13 claims"),
        page.get_by_role("button", name=REPORT),
        claims.first,
    )
    line_px = 22
    heights = claims.evaluate_all("all => all.map(claim => claim.getBoundingClientRect().height)")
    assert max(heights) <= 6 * line_px, "five lines and the frame"
    rule = page.get_by_text("Holds from 1.95× to 2.05×")
    expect(rule).to_be_hidden()
    claims.first.locator("summary").click()
    expect(rule).to_be_visible()


def test_a_word_is_looked_up_and_one_step_back_takes_it_away(warm: str, page: Page) -> None:
    page.goto(f"{warm}/claims")
    settled(page)
    field = page.get_by_role("combobox", name="Look up a term")
    field.click()
    field.press_sequentially("flip fac")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option", name="flip factor").click()
    definition = page.locator("p.word")
    expect(definition).to_contain_text(term("flip factor").definition, timeout=PATIENCE_MS)
    settled(page)
    assert page.url == f"{warm}/claims?word=flip+factor"
    page.go_back()
    expect(definition).to_have_count(0, timeout=PATIENCE_MS)
    group = page.locator("details.words", has_text=re.compile("^Answers"))
    expect(group.get_by_text(term("margin").definition)).to_be_hidden()
    group.locator("summary").click()
    expect(group.get_by_text(term("margin").definition)).to_be_visible()


def test_a_hint_leads_to_its_word(warm: str, page: Page) -> None:
    page.goto(warm)
    settled(page)
    page.locator(".st-key-start-answer").get_by_test_id("stTooltipHoverTarget").hover()
    link = page.get_by_role("link", name="95 % interval")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    with page.context.expect_page() as opened:
        link.click()
    glossary = opened.value
    definition = glossary.locator("p.word")
    expect(definition).to_contain_text(term("95 % interval").definition, timeout=PATIENCE_MS)
    expect(definition).to_be_in_viewport()
    glossary.close()
