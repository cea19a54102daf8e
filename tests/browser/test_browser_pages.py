"""Each page in a real browser: on a phone and on a desk, by day and by night, for all readers, by a link."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from tests.helpers.browser.browsing import barriers, excess_width, served
from tests.helpers.places import PAGES

pytestmark = pytest.mark.browser

LINKS = {
    "": ("Half the bits, the same answers?", "The one image whose answer float16 changed"),
    "answers?point=7&answers-view=What+could+have+happened+at+most": ("Does it matter?", "Image 7, a 9"),
    "bits?bits_tensor=conv_2d.kernel&bits_index=7": ("What is dropped?", "Weight [0, 2, 1, 0]"),
    "limits?exponent=8&mantissa=7": ("When does it break", "The narrowest format on this map"),
    "claims?word=margin": ("What does the tutorial say", "Impact on accuracy"),
    "digits?image=1242&show=models+differ": ("What do both models see", "1 image. Pick one"),
    "layers?layer_image=1242&layer_over=first+100": ("Where does the error go?", "On 100 images"),
    "size?size-view=Graph": ("What do I gain", "DEQUANTIZE operators"),
    "luck?luck-view=Larger+errors": ("Was it luck?", "In 200 trainings float16 changed"),
    "train": ("How does float16 fare while", "In the tutorial's bundled pair, after 1 epoch"),
    "your_model": ("Is float16 safe for my model", "Upload a model, and this page answers"),
}
"""An address of each page, and the heading and a detail that it shows."""


def address_of(page: str) -> str:
    return "" if page == "start" else page


def test_each_page_has_a_link_here() -> None:
    assert {link.split("?")[0] for link in LINKS} == {address_of(page) for page in PAGES}


def test_the_controls_of_luck_line_up_on_a_phone(warm: str, phone: Page) -> None:
    """Each row begins and ends where the page's cards do."""
    opened(phone, warm, "luck?luck-view=Larger+errors")
    settled(phone)
    (left, right), rows = phone.evaluate(
        """() => {
            const ends = (boxes) => [Math.min(...boxes.map(b => b.left)), Math.max(...boxes.map(b => b.right))];
            const controls = document.querySelectorAll(".st-key-luck-controls > *");
            const boxes = [...controls].map(e => e.getBoundingClientRect());
            const card = document.querySelector(".st-key-cards-luck > *").getBoundingClientRect();
            return [ends([card]), Object.values(Object.groupBy(boxes, b => b.top)).map(ends)];
        }"""
    )
    assert rows == [pytest.approx([left, right], abs=1)] * len(rows)
    assert rows


COLD = ("", "layers?layer_image=1242&layer_over=first+100")
"""Links that are followed on a server nobody has visited, too: one without a page and one with a page and its state."""


def opened(page: Page, url: str, address: str) -> None:
    """The page at an address, with its heading, a detail, and the pair of models that it shows."""
    heading, detail = LINKS[address]
    page.goto(f"{url}/{address}")
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=PATIENCE_MS)
    # A server that has measured no format yet takes a while for all of them.
    expect(page.get_by_text(detail).first).to_be_visible(timeout=4 * PATIENCE_MS)
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("Bundled pair", timeout=PATIENCE_MS)


@pytest.mark.parametrize("address", LINKS)
def test_a_link_opens_a_page_that_all_can_read(page: Page, address: str, request: pytest.FixtureRequest) -> None:
    opened(page, request.getfixturevalue("brisk" if address.startswith("limits") else "warm"), address)
    settled(page)
    assert page.get_by_test_id("stSidebarNavLink").count() == len(PAGES)
    fits_and_can_be_read_on_phone_and_desk_by_day_and_by_night(page)


@pytest.mark.parametrize("address", COLD)
def test_a_link_shows_the_same_on_a_cold_and_on_a_warm_server(
    warm: str, page: Page, tmp_path: Path, address: str
) -> None:
    """Same heading, same state, same navigation, same address."""
    opened(page, warm, address)
    settled(page)
    links = page.get_by_test_id("stSidebarNavLink")
    names, shown, title = links.all_text_contents(), page.url.removeprefix(warm), page.title()
    with served(tmp_path / "server.log") as cold:
        opened(page, cold, address)
        expect(links).to_have_text(names)
        expect(page).to_have_url(f"{cold}{shown}")
        expect(page).to_have_title(title)
        page.goto("about:blank")


def fits_and_can_be_read_on_phone_and_desk_by_day_and_by_night(page: Page) -> None:
    """Contrast, labels and order by axe-core; in each theme and each width once."""
    fits(page, 1400)
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    fits(page, 1400)
    page.set_viewport_size({"width": 420, "height": 900})
    fits(page, 420)
    assert barriers(page) == []
    page.emulate_media(color_scheme="light")
    fits(page, 420)


MOST_PX = {1400: 2_200, 420: 3_500}
"""Height of a page at most, by the window's width."""


def fits(page: Page, width: int) -> None:
    settled(page)
    assert excess_width(page) <= 1, f"too wide for {width} px"
    height = page.evaluate("document.querySelector(`[data-testid='stMain']`).scrollHeight")
    assert height <= MOST_PX[width], f"too tall for {width} px"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("files?files-view=Graph", "size?size-view=Graph"),
        (
            "runtimes?runtimes-section=Latency+and+memory",
            "size?size-view=Speed+and+accuracy&runtimes-section=Latency+and+memory",
        ),
        ("runs", "train"),
        ("train?train-filters=7", "train?train-filters=7"),
    ],
)
def test_a_link_to_where_a_page_was_leads_to_where_it_is(warm: str, page: Page, old: str, new: str) -> None:
    page.goto(f"{warm}/{old}")
    expect(page).to_have_url(f"{warm}/{new}", timeout=PATIENCE_MS)
    settled(page)
    assert page.url == f"{warm}/{new}"
