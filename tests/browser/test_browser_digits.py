"""Journeys through test images: chosen, enlarged, linked, left again."""

import re
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.images.drawings.stroke_code import stroke_code
from fp16core.text import factor_text, percent_text
from pages.shared.ui.words import flip_sentence
from tests.helpers.browser.browsing import served
from tests.helpers.browser.digits import shown, slide
from tests.helpers.files.stores import altered_pair
from tests.helpers.networks.strangers import stranger

pytestmark = pytest.mark.browser


def test_the_card_enlarges_the_error_as_the_core_does(warm: str, page: Page, comparison: Comparison) -> None:
    """Logits to the last bit, probabilities by NumPy's own softmax, the answer on both sides of the flip factor."""
    closest = np.argsort(comparison.flip_factors, kind="stable")[:3].tolist()
    never = int(np.flatnonzero(np.isinf(comparison.flip_factors))[0])
    for index in [*closest, never, 0]:
        page.goto(f"{warm}/digits?image={index}")
        settled(page)
        z = comparison.reference.logits[index].astype(np.float64)
        delta = comparison.target.logits[index].astype(np.float64) - z
        report = comparison.report(index)
        flip = report.flip_factor if report.can_flip else 500.0
        for by in (0.5, 0.97, 1.03):
            slide(page, flip * by)
            factor, logits, probabilities, answer = shown(page)
            assert factor == pytest.approx(flip * by, rel=0.05)
            expected = z + factor * delta
            assert logits == expected.tolist()
            powers = np.exp(expected - expected.max())
            assert probabilities == pytest.approx(powers / powers.sum(), rel=1e-12)
            assert answer == str(expected.argmax())
            tips = report.can_flip and factor > flip
            assert answer == (str(report.rival) if tips else report.reference_text)
            sure = page.locator(".card .target small").inner_text()
            assert sure == f"{percent_text(probabilities[int(answer)])} sure"
            assert page.locator(".card output").inner_text() == f"× {factor_text(factor)}"
        page.get_by_role("button", name="Reset").click()
        _, logits, _, answer = shown(page)
        assert logits == comparison.target.logits[index].tolist()
        assert answer == report.target_text
        sentence = page.locator(".card .sentence").inner_text()
        assert sentence == flip_sentence(report).replace("**", "")
        expect(page.locator(".card .to-tip")).to_be_visible(visible=report.can_flip)


def test_factors_below_a_hundredth_are_written_as_the_core_writes_them(warm: str, page: Page) -> None:
    page.goto(f"{warm}/digits?image=1242&enlarge=0.00412")
    settled(page)
    assert page.locator(".card output").inner_text() == f"× {factor_text(0.00412)}" == "× 4.12 × 10⁻³"


def test_a_softmaxs_enlarged_outputs_are_called_no_probabilities(
    page: Page, tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They leave 0 to 1; the scale says how far they reach, and no model is "401 % sure"."""
    theirs = stranger("softmax")
    monkeypatch.setenv("HALFBITS_PAIR", str(altered_pair(tmp_path / "softmax", theirs.reference, theirs.target)))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    with served(tmp_path / "server.log") as url:
        page.goto(f"{url}/digits?image=185")
        settled(page)
        reference = compare(theirs.pair, *load_mnist("test", small_dataset)).reference.logits[185]
        sure, most = page.locator(".card .target small"), page.locator(".card .most")
        _, _, probabilities, _ = shown(page)
        expect(sure).to_have_text(f"{percent_text(max(probabilities))} sure")
        page.locator("#enlarge").evaluate(
            "slider => { slider.value = slider.max; slider.dispatchEvent(new Event('input', {bubbles: true})); }"
        )
        factor, logits, probabilities, _ = shown(page)
        assert factor > 1
        assert probabilities == logits
        assert min(probabilities) < 0, "at the slider's end"
        expect(sure).to_have_text("")
        expect(most).to_have_text(percent_text(max(*probabilities, reference.max())))
        titles = page.locator(".bars .digit").evaluate_all("all => all.map(each => each.title)")
        lowest = int(np.argmin(probabilities))
        assert titles[lowest].endswith(f"float16 {percent_text(probabilities[lowest])}")
        page.get_by_role("button", name="Reset").click()
        expect(sure).to_have_text(re.compile(" sure$"))
        page.goto("about:blank")


def test_back_from_an_image_leads_to_the_image_before(warm: str, page: Page, comparison: Comparison) -> None:
    """Also to the one that the page opened at, which no one has chosen."""
    page.goto(f"{warm}/digits")
    settled(page)
    first = f"Image {comparison.closest_image:,}: a {comparison.labels[comparison.closest_image]}"
    expect(page.get_by_role("heading", name=first)).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile("^Image .*, a")).nth(3).click()
    expect(page.get_by_role("heading", name=first)).not_to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    page.go_back()
    expect(page.get_by_role("heading", name=first)).to_be_visible(timeout=PATIENCE_MS)


def test_the_slider_keeps_up_with_the_keyboard(warm: str, page: Page) -> None:
    page.goto(f"{warm}/digits?image=0")
    settled(page)
    page.locator("#enlarge").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight", delay=20)
    assert page.locator("#enlarge").input_value() == "40"
    here = shown(page)
    page.wait_for_url("**enlarge=*", timeout=PATIENCE_MS)
    settled(page)
    assert page.locator("#enlarge").input_value() == "40"
    assert shown(page) == here


def test_the_slider_keeps_its_value_while_the_server_stands_still(warm: str, page: Page) -> None:
    """Keys are pressed while nothing is answered; what the server says afterwards agrees."""
    page.goto(f"{warm}/digits?image=0")
    settled(page)
    port = warm.rsplit(":", 1)[1]
    (server,) = [child for child in psutil.Process().children() if any(port in word for word in child.cmdline())]
    page.locator("#enlarge").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    server.suspend()
    try:
        for _ in range(8):
            page.keyboard.press("ArrowRight", delay=60)
        page.wait_for_timeout(800)
    finally:
        server.resume()
    assert page.locator("#enlarge").input_value() == "45"
    page.wait_for_timeout(1_500)
    settled(page)
    assert page.locator("#enlarge").input_value() == "45"
    factor, *_ = shown(page)
    assert f"enlarge={factor:.4g}" in page.url


def test_old_links_lead_to_the_same(warm: str, page: Page) -> None:
    page.goto(f"{warm}/try_digit?source=Test+image&test=1242")
    expect(page.get_by_role("heading", name="Image 1,242: a 4")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{warm}/try_digit")
    expect(page.get_by_text("Draw a digit here")).to_be_visible(timeout=PATIENCE_MS)


def test_back_from_a_filter_leads_to_what_was_listed_before(warm: str, page: Page) -> None:
    """The sheet, its page, the chosen image; then forward again."""

    def seen() -> tuple[list[str], str]:
        settled(page)
        listed = page.locator(".sheet button").evaluate_all("all => all.map(each => each.title)")
        return listed, page.locator(".card .title").inner_text()

    page.goto(f"{warm}/digits")
    states = [seen()]
    for choice in (
        page.get_by_role("button", name="Page 1", exact=True),
        page.get_by_text("both wrong", exact=True),
        page.get_by_text("models differ", exact=True),
    ):
        choice.click()
        settled(page)
        page.wait_for_timeout(300)
        states.append(seen())
    assert len({str(state) for state in states}) == 4
    for before in states[-2::-1]:
        page.go_back()
        page.wait_for_timeout(500)
        assert seen() == before


@pytest.mark.parametrize(("width", "tallest"), [(1400, 2_200), (420, 3_500)])
@pytest.mark.parametrize("source", ["Test image", "Draw"])
def test_question_answer_and_control_are_in_the_first_screen(
    warm: str, page: Page, source: str, width: int, tallest: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    code = stroke_code([{"width": 22, "points": [70, 70, 200, 70, 120, 230]}])
    page.goto(f"{warm}/digits?source={source}" + (f"&drawing={code}" if source == "Draw" else ""))
    settled(page)
    control = page.locator("canvas") if source == "Draw" else page.locator("#enlarge")
    for part in (page.locator("h1"), page.get_by_role("radio", name="Draw"), page.locator(".card .answers"), control):
        expect(part).to_be_in_viewport(ratio=1, timeout=PATIENCE_MS)
    settled(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollHeight") <= tallest
