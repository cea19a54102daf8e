"""Two replicas behind the proxy that `deploy/nginx` describes."""

import gzip
import http.client
import shutil
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import streamlit
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from benchmarks.client.browser import PATIENCE_MS, settled
from benchmarks.client.visitor import Visitor
from fp16core.png import png
from tests.helpers.browser.browsing import served
from tests.helpers.browser.clicker import COOKIE, Clicker, until
from tests.helpers.browser.digits import answers
from tests.helpers.browser.proxying import proxied
from tests.helpers.places import PAGES, TestSet, without

STATIC = Path(streamlit.__file__).parent / "static"

DOCUMENT = (
    (STATIC / "index.html")
    .read_bytes()
    .replace(
        b"<head>", b"<head><script>window.__streamlit = { BACKEND_BASE_URL: new URL('.', location.href).href }</script>"
    )
    .replace(b"<title>Streamlit</title>", b"<title>Half the Bits</title>")
)
"""Streamlit's own, told where the server is, with our title."""

BREACH = """new Promise(seen => {
    addEventListener("securitypolicyviolation", event => seen(event.effectiveDirective));
    fetch("http://127.0.0.1:1").catch(() => 0);
})"""


class Hosted(NamedTuple):
    """The address of the proxy, and of both replicas."""

    address: str
    replicas: tuple[str, str]


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, small_dataset: Path) -> Iterator[Hosted]:
    """The replicas have few test images: they are not what is tested here."""
    if shutil.which("nginx") is None:
        without("no nginx found; install it (apt-get install nginx-light)")
    folder = tmp_path_factory.mktemp("hosted")
    with ExitStack() as stack, ThreadPoolExecutor() as pool:
        starting = [served(folder / f"replica-{number}.log") for number in (1, 2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HALFBITS_MNIST", str(small_dataset))
            first, second = pool.map(stack.enter_context, starting)
        (folder / "proxy").mkdir()
        yield Hosted(stack.enter_context(proxied(folder / "proxy", (first, second))), (first, second))


def head(address: str, path: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content, as a browser gets them that can decompress."""
    request = urllib.request.Request(f"{address}{path}", headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - our own server
        return response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()


def process_of(replica: str) -> psutil.Process:
    """The process of a replica, given by its address."""
    port = replica.rsplit(":", 1)[1]
    [process] = [p for p in psutil.Process().children() if f"--server.port={port}" in p.cmdline()]
    return process


def test_files_are_compressed_and_kept_and_documents_are_neither_framed_nor_kept(hosted: Hosted) -> None:
    largest = max((STATIC / "static" / "js").glob("*.js"), key=lambda path: path.stat().st_size)
    for turn in range(2):  # the second comes from the cache
        _, headers, content = head(hosted.address, f"/static/js/{largest.name}")
        assert headers["content-encoding"] == "gzip", turn
        assert gzip.decompress(content) == largest.read_bytes()
        assert len(content) < 0.4 * largest.stat().st_size
        assert {"immutable", "max-age=31536000"} <= set(headers["cache-control"].split(", "))
        assert headers["x-content-type-options"] == "nosniff"
    with urllib.request.urlopen(f"{hosted.address}/static/js/{largest.name}", timeout=30) as response:  # noqa: S310
        assert response.headers["Content-Encoding"] is None, "who cannot decompress gets it as it is"
        assert response.read() == largest.read_bytes()
    _, headers, content = head(hosted.address, "/weights")
    assert gzip.decompress(content) == DOCUMENT
    assert headers["cache-control"] == "no-cache"
    assert headers["server"] == "nginx"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["permissions-policy"].startswith("camera=(self)")
    assert "strict-transport-security" not in headers, "only where there is HTTPS"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/../_stcore/metrics",
        "//_stcore/metrics",
        "/%5Fstcore/metrics",
        "/_stcore/script-health-check",
        "/_stcore/agent/openapi.json",
        "/component/x/index.html",
        "/auth/login",
        "/auth/logout",
        "/oauth2callback",
        "/oauth2callback?code=x",
        "/weights/_stcore/metrics",
        "/weights/oauth2callback",
        "/weights/more",
        "/Weights",
        "/nothing",
        "/index.html",
        "/.git/config",
    ],
)
def test_what_is_internal_stays_inside(hosted: Hosted, path: str) -> None:
    connection = http.client.HTTPConnection(hosted.address.removeprefix("http://"), timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    assert response.status == 404
    assert b"nginx" in content, "it was not even asked"


def test_every_page_has_its_address_with_its_parameters_and_a_slash(hosted: Hosted) -> None:
    for page in ("", *PAGES):
        for path in (f"/{page}", f"/{page}?image=3", f"/{page}/" if page else "/"):
            status, _, content = head(hosted.address, path)
            assert (status, gzip.decompress(content)) == (200, DOCUMENT), path
    for file in ("favicon.png", "manifest.json"):
        assert head(hosted.address, f"/{file}")[0] == 200


def status_for(address: str, host: str) -> int:
    """Status of a page's address for a browser that has looked it up under another name."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.request("GET", "/weights", headers={"Host": host})
    status = connection.getresponse().status
    connection.close()
    return status


def test_nobody_makes_the_demo_pass_for_a_site_of_theirs(hosted: Hosted) -> None:
    """A name of somebody else's that leads here makes their pages and ours one site, for a browser."""
    port = int(hosted.address.rsplit(":", 1)[1])
    for own in (f"127.0.0.1:{port}", "localhost", f"localhost:{port}", "203.0.113.5", "[2001:db8::1]:80"):
        assert status_for(hosted.address, own) == 200, own
    for foreign in ("elsewhere.example", f"elsewhere.example:{port}", "localhost.elsewhere.example", "1.2.3.4.example"):
        assert status_for(hosted.address, foreign) == 421, foreign
        with socket.create_connection(("127.0.0.1", port)) as connection, pytest.raises(InvalidStatus) as refusal:
            connect(f"ws://{foreign}/_stcore/stream", origin=Origin(f"http://{foreign}"), sock=connection)
        assert refusal.value.response.status_code == 421
        assert b"server_name" in refusal.value.response.body


def test_newcomers_pass_over_a_frozen_replica(hosted: Hosted, tmp_path: Path) -> None:
    """It still accepts connections and says nothing; nobody waits for it as long as for one that computes."""
    with ExitStack() as stack:
        address = stack.enter_context(proxied(tmp_path, hosted.replicas))
        visitors = [stack.enter_context(Visitor(address)) for _ in range(2)]
        (elsewhere,) = (visitor for visitor in visitors if visitor.cookies[COOKIE] == "2")
        frozen = process_of(hosted.replicas[0])
        frozen.suspend()
        stack.callback(frozen.resume)
        for _ in range(4):
            _, headers, _ = head(address, "/weights")
            assert headers["set-cookie"].startswith(f"{COOKIE}=2;")
        assert head(address, f"/static/js/{next((STATIC / 'static' / 'js').glob('*.js')).name}")[0] == 200
        assert stack.enter_context(Visitor(address)).cookies[COOKIE] == "2"
        elsewhere.show("bits")


def test_a_visit_stays_with_its_replica_and_new_ones_take_turns(hosted: Hosted) -> None:
    with ExitStack() as stack:
        visitors = [stack.enter_context(Visitor(hosted.address)) for _ in range(4)]
        assert sorted(visitor.cookies[COOKIE] for visitor in visitors) == ["1", "1", "2", "2"]
        for visitor in visitors:
            assert visitor.upload(b"a digit") == 204
            assert visitor.upload(b"a digit", token="") == 403, "protection against forged requests is on"
            visitor.cookies[COOKIE] = "21".replace(visitor.cookies[COOKIE], "")
            assert visitor.upload(b"a digit") == 400, "the other replica does not know this visit"
        visitor.cookies[COOKIE] = "21".replace(visitor.cookies[COOKIE], "")
        assert visitor.upload(bytes(19_900_000)) == 204
        assert visitor.upload(bytes(28_000_000)) == 413


def test_no_page_of_another_site_opens_a_session(hosted: Hosted) -> None:
    """Its visitors would not know that they do; and Streamlit would ask the outside world who that is."""
    for origin in ("http://elsewhere.example", hosted.address + ".elsewhere.example", "null"):
        with pytest.raises(InvalidStatus) as refusal:
            connect(f"ws{hosted.address[4:]}/_stcore/stream", origin=Origin(origin)).__enter__()
        assert refusal.value.response.status_code == 403
        assert b"nginx" in refusal.value.response.body
    with connect(f"ws{hosted.address[4:]}/_stcore/stream", origin=Origin(hosted.address)):
        pass


def test_a_school_behind_one_address_gets_in_and_a_flood_does_not(hosted: Hosted, tmp_path: Path) -> None:
    with proxied(tmp_path, hosted.replicas) as address:
        connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        statuses = []
        for _ in range(600):
            connection.request("GET", "/_stcore/stream")
            response = connection.getresponse()
            words = response.read()
            statuses.append(response.status)
            if response.status == 429:
                break
        connection.close()
    assert len(statuses) > 200
    assert statuses[-1] == 429
    assert b"wait a minute" in words


def test_all_pages_under_the_content_security_policy(
    hosted: Hosted, browser: Browser, guarded: Page, test_set: TestSet
) -> None:
    """Nothing that a page does is blocked, and a digit is drawn, uploaded and photographed under it."""
    page = guarded
    page.goto(hosted.address)
    settled(page)
    links = page.get_by_test_id("stSidebarNav").get_by_role("link")
    expect(links).to_have_count(len(PAGES))
    for number in range(len(PAGES)):
        links.nth(number).click()
        settled(page)
        if page.url.endswith("/digits"):
            _try_a_digit(page, png(Image.fromarray(test_set[0][0])))
        elif page.url.endswith("/answers"):
            expect(page.locator("canvas.gl-canvas").first).to_be_attached()
            expect(page.get_by_text("WebGL is not supported")).to_have_count(0)
    assert page.evaluate("blocked") == []
    page.goto(f"{hosted.address}/weights")  # as from a bookmark
    settled(page)
    expect(page.get_by_role("heading", name="What is dropped?")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("blocked") == []
    with browser.new_context() as fresh:
        other = fresh.new_page()
        other.goto(hosted.address, wait_until="commit")
        assert other.evaluate(BREACH) == "connect-src", "a breach would have been seen"


def _try_a_digit(page: Page, picture: bytes) -> None:
    page.get_by_text("Draw", exact=True).click()
    expect(page.get_by_text("Draw a digit here")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    box = page.locator("canvas").first.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    page.mouse.move(middle, box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(middle, box["y"] + 0.8 * box["height"], steps=5)
    page.mouse.up()
    answers(page, "1", "1")
    page.get_by_text("Upload", exact=True).click()
    page.locator("input[type=file]").set_input_files({"name": "7.png", "mimeType": "image/png", "buffer": picture})
    answers(page, "7", "7")
    page.get_by_text("Camera", exact=True).click()
    page.wait_for_function("document.querySelector('video')?.readyState >= 2", timeout=PATIENCE_MS)
    settled(page)
    taken = page.get_by_role("button", name="Clear photo")
    for _ in range(3):  # the camera may have no frame yet at the moment of a click
        page.get_by_role("button", name="Take Photo").click()
        page.wait_for_timeout(3_000)
        if taken.count():
            break
    expect(taken).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


@contextmanager
def impostor(address: str) -> Iterator[list[str]]:
    """Somebody who takes the place of a dead replica and notes who calls."""
    with socket.create_server(("127.0.0.1", int(address.rsplit(":", 1)[1]))) as listening:
        calls: list[str] = []

        def listen() -> None:
            while True:
                try:
                    call, _ = listening.accept()
                except OSError:
                    return
                with call:
                    calls.append(call.recv(1000).decode(errors="replace").split("\r\n", 1)[0])

        thread = threading.Thread(target=listen)
        thread.start()
        yield calls
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_visitors_of_a_killed_replica_go_on_with_the_other_whose_own_notice_nothing(hosted: Hosted) -> None:
    clickers = [Clicker(hosted.address) for _ in range(6)]
    stop = threading.Event()
    with ThreadPoolExecutor(len(clickers)) as pool:
        try:
            for clicker in clickers:
                pool.submit(clicker.click, stop)
            until(clickers, 3)
            process_of(hosted.replicas[0]).kill()
            bereft = [clicker for clicker in clickers if clicker.replica == "1"]
            while any(len(clicker.session_ids) == 1 for clicker in bereft):
                until(clickers, 0)
                time.sleep(0.02)
            until(clickers, 3)
        finally:
            stop.set()
    assert [clicker.error for clicker in clickers if clicker.error] == []
    assert len(bereft) == 3
    for clicker in clickers:
        assert len(set(clicker.session_ids)) == (2 if clicker in bereft else 1)
        assert clicker.visitor.cookies[COOKIE] == "2"
        assert clicker.visitor.upload(b"a digit") == 204
    with impostor(hosted.replicas[0]) as calls:
        for clicker in bereft:
            assert clicker.visitor.upload(b"a digit") == 204, "who was moved stays, though somebody is back"
        assert calls == []
        connection = http.client.HTTPConnection(hosted.address.removeprefix("http://"), timeout=30)
        connection.request("GET", "/media/x", headers={"Cookie": f"{COOKIE}=1"})
        assert connection.getresponse().status == 503
        connection.close()
        assert calls == ["GET /media/x HTTP/1.1"], "a cookie alone decides who is asked"
    for clicker in clickers:
        clicker.visitor.__exit__()
