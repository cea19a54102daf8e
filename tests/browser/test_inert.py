"""Strangers' text in a real browser: Streamlit makes nothing of it, in whatever kind of element it is shown."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from pages.shared.ui.inert import inert
from tests.helpers.browser.browsing import served
from tests.helpers.files.hostile import KINDS, texts

MADE_OF_IT = (
    "a, img, code, pre, em em, strong strong, del, h1 h2, blockquote, ol, li li, table table, hr, input[type=checkbox]"
    " + code, sup, .katex, span[role='img'], .stMarkdownColoredText,"
    " .stMarkdownColoredBackground, .stMarkdownBadge, streamlit-help-icon"
)
"""Elements and attributes that no text may turn into."""

UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def as_read(text: str | None) -> str:
    """A text as a reader sees it: signs that cannot be shown replaced, blanks run together."""
    return " ".join(UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", text or "").split())


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Page]:
    with served(tmp_path_factory.mktemp("inert") / "server.log", "tests/helpers/apps/inert_app.py") as url:
        page = browser.new_page()
        page.goto(url)
        settled(page)
        yield page
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("kind", KINDS)
def test_a_text_is_shown_as_it_is_and_nothing_comes_of_it(kind: str, hostile_page: Page) -> None:
    hostile_page.goto(f"{hostile_page.url.split('?')[0]}?kind={kind}")
    settled(hostile_page)
    place = hostile_page.locator("[data-testid='stToastContainer']" if kind == "toast" else ".st-key-hostile")
    expect(place.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE_MS)
    containers = place.locator("[data-testid='stMarkdownContainer'], [data-testid='stCaptionContainer']")
    found = [as_read(shown) for shown in containers.all_text_contents()]
    expected = [as_read(text) for text in texts()]
    match kind:
        case "in a sentence":
            expected = [as_read(f"{text} is {text}: {text}.") for text in texts()]
        case "metric":
            expected = [text for text in expected for _ in range(3)]
        case "table":
            expected = [text for text in expected for _ in range(2)]
        case "toast":
            assert found
            assert set(found) <= set(expected)
            expected = found
    assert found == expected
    made = containers.locator(MADE_OF_IT).evaluate_all("found => found.map(each => each.outerHTML)")
    assert not made


@pytest.mark.browser
def test_the_same_texts_do_become_something_where_they_are_not_made_inert(hostile_page: Page) -> None:
    """Else the test above would look for what never comes."""
    hostile_page.goto(f"{hostile_page.url.split('?')[0]}?kind=raw")
    settled(hostile_page)
    place = hostile_page.locator(".st-key-hostile")
    for what in ("a", "img", "code", "pre", "del", "blockquote", ".katex", "span[role='img']", "table"):
        assert place.locator(what).count(), what


def test_plain_words_stay_as_they_are() -> None:
    assert inert("my run 7") == "my run 7"
    assert inert("a: b") == "a\\: b"
    assert inert("") == ""
