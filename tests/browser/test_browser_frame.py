"""The frame of every page: the tour from start to end, the way back, the top of each page, the presentation."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from pages.shared.frame.page_list import START, TOUR, StoryPage
from tests.helpers.browser.browsing import busy, served

pytestmark = pytest.mark.browser

MAIN = "[data-testid='stMain']"
SCROLLED = f"() => document.querySelector(`{MAIN}`).scrollTop"


def shows(page: Page, shown: StoryPage) -> None:
    """The page is there, under its own title, place and address, and opens at its top."""
    expect(page.get_by_role("heading", name=shown.question, level=1)).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    expect(page).to_have_title(f"{shown.name} · Half the Bits")
    expect(page).to_have_url(re.compile(rf"/{'' if shown is START else shown.folder}(\?.*)?$"))
    if shown in TOUR:
        expect(page.locator(".frame-top")).to_contain_text(f"{TOUR.index(shown) + 1} of {len(TOUR)}")
    assert page.evaluate(SCROLLED) == 0


def test_the_tour_leads_a_phone_from_the_start_to_the_claims_and_back(brisk: str, phone: Page) -> None:
    phone.goto(brisk)
    shows(phone, START)
    for shown in TOUR:
        phone.get_by_role("link", name=re.compile("^.*(Start the tour|Next: )")).last.tap()
        shows(phone, shown)
    expect(phone.get_by_role("link", name=re.compile("Next: "))).to_have_count(0)
    phone.get_by_role("link", name=re.compile(f"Back: {TOUR[-2].name}")).tap()
    shows(phone, TOUR[-2])


def test_the_tour_needs_no_mouse(brisk: str, page: Page) -> None:
    page.goto(brisk)
    shows(page, START)
    for shown in TOUR:
        for _ in range(200):
            page.keyboard.press("Tab")
            if re.search(
                "Start the tour|Next: ", page.evaluate("document.activeElement.closest('a')?.textContent ?? ''")
            ):
                break
        page.keyboard.press("Enter")
        shows(page, shown)


def test_one_choice_is_one_step_of_back(warm: str, page: Page) -> None:
    """Filters that set an image as well, a number that is typed, and another page."""
    page.goto(f"{warm}/digits?image=1242")
    settled(page)
    seen = []
    choices: list[Callable[[], None]] = [
        lambda: page.get_by_text("models differ", exact=True).click(),
        lambda: page.get_by_text("both wrong", exact=True).click(),
        lambda: page.get_by_test_id("stSidebarNavLink").filter(has_text="Layers").click(),
    ]
    for choose in choices:
        seen.append(page.url)
        choose()
        expect(page).not_to_have_url(seen[-1], timeout=PATIENCE_MS)
        settled(page)
    for url in reversed(seen):
        page.go_back()
        expect(page).to_have_url(url, timeout=PATIENCE_MS)
        settled(page)
        expect(page).to_have_url(url)
    chosen = page.get_by_role("radio", name="all images", exact=True)
    expect(chosen).to_have_attribute("aria-checked", "true")


def test_a_page_opens_at_its_top_while_the_machine_is_busy(page: Page, tmp_path: Path) -> None:
    """From far down on one page to the next, on a server that has not shown it before."""
    page.set_viewport_size({"width": 1400, "height": 700})
    with served(tmp_path / "server.log") as url:
        page.goto(f"{url}/{TOUR[0].folder}")
        settled(page)
        with busy():
            for shown in TOUR[1:4]:
                page.mouse.move(900, 500)
                page.mouse.wheel(0, 3_000)
                page.wait_for_function(f"() => document.querySelector(`{MAIN}`).scrollTop > 100")
                page.get_by_test_id("stSidebarNavLink").filter(has_text=shown.name).click()
                expect(page.get_by_role("heading", name=shown.question, level=1)).to_be_visible(timeout=PATIENCE_MS)
                settled(page)
                assert page.evaluate(SCROLLED) == 0, shown.name
        page.goto("about:blank")


def test_arrow_keys_lead_through_the_presentation(warm: str, page: Page) -> None:
    """From figure to figure, then to the next page, with large type and without the navigation."""
    page.emulate_media(reduced_motion="reduce")  # no step on the way from one place to the next
    page.goto(f"{warm}/{TOUR[2].folder}?present=1")
    shows(page, TOUR[2])
    expect(page.locator("html.presenting")).to_be_attached(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    screen_px = page.evaluate(f"document.querySelector(`{MAIN}`).clientHeight")
    places = [0]
    for _ in range(20):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"from => ({SCROLLED})() !== from", arg=places[-1], timeout=PATIENCE_MS)
        place = page.evaluate(SCROLLED)
        if place < places[-1]:  # another page begins at its top
            break
        places.append(place)
    assert len(places) > 2
    steps_px = [after - before for before, after in itertools.pairwise(places)]
    assert all(0 < step <= screen_px for step in steps_px), "each key goes on, and skips nothing"
    shows(page, TOUR[3])
    assert "present=1" in page.url
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        f"([next, last]) => document.querySelector('h1')?.textContent.includes(next)"
        f" && document.querySelector(`{MAIN}`).scrollTop >= last",
        arg=[TOUR[2].question, places[-1]],
        timeout=PATIENCE_MS,
    )
    page.get_by_role("link", name="Leave the presentation").click()
    expect(page.get_by_test_id("stSidebar")).to_be_visible(timeout=PATIENCE_MS)
