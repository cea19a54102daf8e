"""Whole journeys in Chromium: a visitor opens, follows, picks, shares."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.runs.pair import BUNDLED
from tests.helpers.browser.digits import answers

pytestmark = pytest.mark.browser


def test_a_visitor_follows_the_navigation_and_picks_a_digit(warm: str, page: Page) -> None:
    page.goto(warm)
    settled(page)
    expect(page.get_by_role("heading", name="Half the bits, the same answers?")).to_be_visible()
    expect(page.get_by_text("float16 keeps this model’s accuracy.")).to_be_visible()
    for link, heading in (
        ("Weights and bits", "What is dropped?"),
        ("Answers", "Does it matter?"),
        ("Digits", "What do both models see"),
    ):
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=link).click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
    page.get_by_role("button", name=re.compile("^Image 1,243, an? ")).click()
    expect(page.get_by_role("heading", name="Image 1,243: a")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert "image=1243" in page.url
    expect(page.get_by_role("button", name=re.compile("^Image 1,243, a"))).to_have_attribute("aria-pressed", "true")
    words = page.get_by_role("button", name=re.compile("^Image 1,243, a")).get_attribute("title") or ""
    said = re.search("both say (.)", words)
    assert said is not None
    answers(page, said[1], said[1])


def test_a_click_on_a_bar_takes_one_of_its_weights_apart(warm: str, page: Page) -> None:
    """And again, after another was chosen at random."""
    page.goto(f"{warm}/bits?bits_index=5")
    settled(page)
    for _ in range(2):
        plot = page.locator("[class*='st-key-weights-'] .js-plotly-plot")
        plot.scroll_into_view_if_needed()
        expect(plot).to_be_visible(timeout=PATIENCE_MS)
        bar = plot.evaluate(
            """g => {
                const d = g._fullData[0], l = g._fullLayout, box = g.getBoundingClientRect();
                return {x: box.left + l.xaxis._offset + l.xaxis.d2p(d.x[20]),
                        y: box.top + l.yaxis._offset + l.yaxis._length - 3, weight: d.customdata[20][0]};
            }"""
        )
        page.mouse.move(bar["x"], bar["y"])
        page.wait_for_timeout(300)
        page.mouse.click(bar["x"], bar["y"])
        page.wait_for_url(f"**/bits?bits_index={bar['weight']}", timeout=PATIENCE_MS)
        settled(page)
        page.get_by_role("button", name="Special weights").click()
        page.get_by_role("menuitem", name="Random").click()
        expect(page).not_to_have_url(f"{warm}/bits?bits_index={bar['weight']}", timeout=PATIENCE_MS)
        settled(page)


def test_the_link_to_all_about_an_image_leads_to_that_image(warm: str, page: Page) -> None:
    """Of the image shown at first, which no address names."""
    page.goto(f"{warm}/answers")
    settled(page)
    shown = page.get_by_text(re.compile(r"^Image [\d,]+, an? \d: "))
    number = re.match(r"Image ([\d,]*\d), a", shown.inner_text())
    assert number is not None
    page.get_by_role("link", name="All about this image").click()
    expect(page.get_by_role("heading", name=f"Image {number[1]}: a")).to_be_visible(timeout=PATIENCE_MS)


def test_taps_choose_the_image_that_was_tapped(warm: str, phone: Page) -> None:
    phone.goto(f"{warm}/digits?image=0")
    settled(phone)
    for index in (19, 37, 10):
        phone.get_by_role("button", name=re.compile(f"^Image {index}, a")).tap()
        expect(phone.get_by_role("heading", name=f"Image {index}: a")).to_be_visible(timeout=PATIENCE_MS)
        expect(phone.locator(".card .target")).to_be_in_viewport(ratio=1)


def test_the_navigation_makes_way_for_the_page_that_was_chosen(warm: str, phone: Page) -> None:
    phone.goto(warm)
    settled(phone)
    for link, heading in (
        ("Weights and bits", "What is dropped?"),
        ("Train", "How does float16 fare"),
        ("Layers", "Where does the error go?"),
    ):
        phone.get_by_test_id("stExpandSidebarButton").tap()
        phone.get_by_test_id("stSidebarNav").get_by_role("link", name=link).tap()
        expect(phone.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
        expect(phone.get_by_test_id("stSidebarNav")).not_to_be_in_viewport()
        settled(phone)


def test_a_typed_number_turns_to_the_sheet_that_holds_the_image(warm: str, page: Page) -> None:
    page.goto(f"{warm}/digits?image=5000")
    settled(page)
    expect(page.get_by_role("button", name=re.compile("^Image 5,000, a"))).to_have_attribute("aria-pressed", "true")
    page.get_by_role("spinbutton", name="Image number").fill("300")
    page.get_by_role("spinbutton", name="Image number").press("Enter")
    expect(page.get_by_role("button", name=re.compile("^Image 300, a"))).to_have_attribute(
        "aria-pressed", "true", timeout=PATIENCE_MS
    )


def test_models_and_tables_can_be_downloaded(warm: str, page: Page) -> None:
    """The bytes a visitor receives are those of the bundled file; a chart's table has the chart's rows."""
    page.goto(f"{warm}/claims")
    settled(page)
    page.get_by_role("button", name="Download the models").click()
    with page.expect_download() as model:
        page.get_by_role("button", name="mnist_model_quant_f16.tflite").click()
    assert model.value.suggested_filename == "mnist_model_quant_f16.tflite"
    assert Path(model.value.path()).read_bytes() == (BUNDLED / "mnist_model_quant_f16.tflite").read_bytes()
    page.goto(f"{warm}/bits?bits_tensor=conv_2d.kernel&bits_index=5")
    settled(page)
    with page.expect_download() as table:
        page.locator(".st-key-errors-5-table").get_by_role("button").click()
    rows = Path(table.value.path()).read_text().splitlines()
    assert rows[0].startswith('"series","rounding error of a weight')
    assert len(rows) == 61
