"""A report's whole journey: made and saved on Claims and words, sent to somebody, opened from disk, read, printed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from tests.helpers.browser.browsing import barriers
from tests.helpers.files.reports import Parsed

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def saved(warm: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report as a visitor saves it."""
    page = browser.new_page(viewport={"width": 420, "height": 900})
    page.goto(f"{warm}/claims")
    settled(page)
    page.get_by_role("button", name="Make a report to download").click()
    save = page.get_by_role("button", name=re.compile("^Save the report"))
    expect(save).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    with page.expect_download(timeout=PATIENCE_MS) as download:
        save.click()
    assert download.value.suggested_filename == "half-the-bits-bundled-pair.html"
    path = tmp_path_factory.mktemp("saved") / download.value.suggested_filename
    download.value.save_as(path)
    page.close()
    return path


def test_a_report_is_read_from_disk_without_a_network(saved: Path, browser: Browser) -> None:
    """Wide and narrow, on light and on dark screens, and on paper."""
    context = browser.new_context(viewport={"width": 420, "height": 1000}, offline=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url) if request.url != saved.as_uri() else None)
    page.goto(saved.as_uri())
    drawn(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("float16 keeps this model’s accuracy.")
    for width in (420, 1400):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
    for scheme, is_dark in (("dark", True), ("light", False)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its two words
        paper = brightness(page, "body", "backgroundColor")
        assert (paper < 64) is is_dark
        for lettering, colour in (("h1", "color"), (".xtick text", "fill"), (".g-xtitle text", "fill")):
            assert abs(paper - brightness(page, lettering, colour)) > 100, (scheme, lettering)
        assert barriers(page) == []
    a_reader_plays(page, saved)
    a_reader_prints(page)
    context.close()
    assert troubles == []


def brightness(page: Page, what: str, property: str) -> float:
    """Of the first such thing's colour, 0 to 255."""
    colour = page.locator(what).first.evaluate("(e, name) => getComputedStyle(e)[name]", property)
    red, green, blue = (int(part) for part in re.findall(r"\d+", colour)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def drawn(page: Page) -> None:
    """Wait until every figure is there."""
    places = page.locator("[data-drawing]").count()
    assert places == 10
    expect(page.locator(".js-plotly-plot:has(.main-svg)")).to_have_count(places, timeout=PATIENCE_MS)


def a_reader_plays(page: Page, saved: Path) -> None:
    """A pointer, a legend, a rule, and the numbers."""
    bars = page.locator("[data-drawing='sizes']")
    bars.scroll_into_view_if_needed()
    box = bars.locator(".point path").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(bars.locator(".hoverlayer")).to_contain_text("81,640 bytes of weights and biases")
    digits = page.locator("[data-drawing='per-digit']")
    traces = digits.locator(".scatterlayer .trace")
    expect(traces).to_have_count(2)
    digits.locator(".legendtoggle").first.click()
    expect(traces).to_have_count(1)
    page.get_by_text("Rule, and how measured").first.click()
    expect(page.get_by_text("Holds from 1.95× to 2.05×")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the numbers as JSON").click()
    numbers = Path(download.value.path()).read_text()
    assert numbers == next(text for a, text in Parsed(saved.read_bytes()).scripts if a.get("id") == "data")


def a_reader_prints(page: Page) -> None:
    """On more than one page, with all that was folded away unfolded, in dark ink, and no wider than paper."""
    contents = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", contents)) > 5
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 680, "height": 960})
    for heading in page.get_by_role("heading", level=2).all():
        expect(heading).to_be_visible()
    for rule in page.get_by_text("How measured.").all():
        expect(rule).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    rights = page.locator(".main-svg").evaluate_all("all => all.map(svg => svg.getBoundingClientRect().right)")
    assert max(rights) <= 680
