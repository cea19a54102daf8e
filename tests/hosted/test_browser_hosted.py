"""A server among strangers, for real: its upload route, what a hostile client gets, and its log."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from benchmarks.client.browser import settled
from fp16core.settings import HOSTED_MEMORY_MB
from tests.helpers.browser.browsing import served

pytestmark = pytest.mark.browser

PART = 16_000_000
VISIT_BYTES = 40_000 * HOSTED_MEMORY_MB
"""A twenty-fifth of the memory that a hosted server has by default."""


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:  # noqa: ARG001 - it must come first
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALFBITS_HOSTED", "1")
        with served(tmp_path_factory.mktemp("hosted") / "server.log") as url:
            yield url


def put(url: str, contents: bytes, headers: dict[str, str]) -> int:
    """Upload a file as no page of ours would; the answer's status."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="x.npz"\r\n\r\n'
    body = head + contents + b"\r\n--b--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    request = urllib.request.Request(url, body, kind | headers, method="PUT")  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_uploads_need_the_token_and_have_an_end(hosted: str, page: Page, tmp_path: Path) -> None:
    """More than a visit may hold goes through the pages, which let go of each file, and no other way."""
    asked: list[Request] = []

    def note(request: Request) -> None:
        if request.method == "PUT":
            asked.append(request)

    page.on("request", note)
    page.goto(f"{hosted}/your_model")
    settled(page)
    for number in range(VISIT_BYTES // PART + 1):
        file = tmp_path / f"no-{number}.npz"
        file.write_bytes(bytes(PART))
        page.get_by_test_id("stFileUploaderDropzoneInput").nth(1).set_input_files(file)
        expect(page.get_by_test_id("stAlert")).to_contain_text(file.name)
        settled(page)
    page.remove_listener("request", note)
    answers = [answer.status for request in asked if (answer := request.response()) is not None]
    assert answers == [204] * (VISIT_BYTES // PART + 1)

    url = asked[-1].url
    cookie = next(each for each in page.context.cookies() if "xsrf" in each.get("name", ""))
    own = {"X-Xsrftoken": cookie["value"], "Cookie": f"{cookie['name']}={cookie['value']}"}
    assert put(url, b"x", {}) == 403
    assert put(url, b"x", {"Cookie": own["Cookie"]}) == 403
    assert put(url, b"x", own) == 204
    statuses = [put(f"{url[:-4]}{number:04}", bytes(PART), own) for number in range(VISIT_BYTES // PART + 1)]
    assert statuses == [204] * (VISIT_BYTES // PART) + [413]


def test_a_link_at_which_widgets_fail_opens_the_page(hosted: str, page: Page) -> None:
    for link in ("digits?image=1e999&show=", "bits?bits_index=" + "9" * 600, "size?size-view="):
        page.goto(f"{hosted}/{link}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert page.get_by_test_id("stException").count() == 0, link


def test_what_number_fields_menus_and_bits_send_is_taken(hosted: str, page: Page) -> None:
    page.goto(f"{hosted}/bits")
    settled(page)
    page.get_by_role("spinbutton", name="Weight number").fill("7")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Weight [0, 7] of fully_connected.weights")).to_be_visible()
    page.get_by_role("button", name="Special weights").click()
    page.get_by_role("menuitem", name="Most subnormal").click()
    expect(page.get_by_text("float16: subnormal")).to_be_visible()
    page.get_by_role("button", name="float16 sign bit").click()
    expect(page.get_by_label("Number", exact=True)).to_be_visible()
    settled(page)
    assert page.get_by_text("a value that this page does not offer").count() == 0
