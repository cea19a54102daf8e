"""Servers and pages for journeys in a real browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, sync_playwright

from benchmarks import server
from benchmarks.client.browser import FLAGS, chromium
from tests.helpers.places import ROOT, without

STREAMLITS_OWN = [
    ["list", "[data-testid='stSidebarNavItems']"],
    ["listitem", "[data-testid='stSidebarNavItems']"],
    ["presentation-role-conflict", "[data-testid='stFileUploaderDropzone']"],
]
"""Findings of axe-core in Streamlit's own markup, which we cannot change: a rule, and a place."""

FIND_BARRIERS = """own => axe.run({resultTypes: ["violations"]}).then(found => found.violations.flatMap(
    rule => rule.nodes.filter(node => !own.some(([id, place]) =>
        id === rule.id && document.querySelector(node.target.at(-1))?.closest(place)
    )).map(node => `${rule.id}: ${node.html} ${node.failureSummary}`)
))"""


@contextmanager
def served(log: Path, app: str = "app.py") -> Iterator[str]:
    """Address of a server that nobody has visited yet; ended, and gone, afterwards."""
    with server.served(ROOT / app, log, ROOT) as started:
        yield f"http://{started.address}"


@contextmanager
def busy() -> Iterator[None]:
    """A machine on which another process for each core wants to compute."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


@contextmanager
def watched(page: Page) -> Iterator[Page]:
    """A page on which nothing goes wrong.

    Its console tells of no error, nothing is asked of the outside world, and at the end it shows no exception and is no
    wider than its window. Then it is left.
    """
    troubles: list[str] = []

    def note_error(error: Error) -> None:
        troubles.append(f"page error: {error}")

    def note_request(request: Request) -> None:
        if is_outside(request.url):
            troubles.append(f"outside: {request.url}")

    def note_message(message: ConsoleMessage) -> None:
        troubles.extend(_complaint(message))

    page.on("pageerror", note_error)
    page.on("request", note_request)
    page.on("console", note_message)
    yield page
    assert page.locator("[data-testid='stException']").count() == 0
    assert excess_width(page) <= 1
    page.goto("about:blank")
    page.remove_listener("pageerror", note_error)
    page.remove_listener("request", note_request)
    page.remove_listener("console", note_message)
    assert not troubles, troubles


class Window:
    """A window of the browser, lent to one test after another.

    In one that has shown the dashboard, a page costs a third of the processor time that it costs in a new one.

    Parameters
    ----------
    browser
        The browser.
    settings
        Settings of the window, among them its ``viewport``.
    """

    def __init__(self, browser: Browser, **settings: Any) -> None:
        self._browser, self._settings = browser, settings
        self._idle: Page | None = None

    @contextmanager
    def lent(self, session: pytest.Session) -> Iterator[Page]:
        """The window as if it were new, watched; the next test gets another one if anything fails in this one."""
        page = self._idle or self._browser.new_context(**self._settings).new_page()
        self._idle, failed_before = None, session.testsfailed
        try:
            with watched(page):
                yield page
            if session.testsfailed == failed_before:
                self._forget(page)
                self._idle = page
        finally:
            if self._idle is None:
                page.context.close()

    def _forget(self, page: Page) -> None:
        """Forget sizes, colours, the pointer's place, cookies, and where the window has been."""
        page.set_viewport_size(self._settings["viewport"])
        page.emulate_media(color_scheme="light", reduced_motion="no-preference")
        page.mouse.move(-1, -1)
        page.context.clear_cookies()
        devtools = page.context.new_cdp_session(page)
        devtools.send("Page.resetNavigationHistory")
        devtools.detach()


def _complaint(message: ConsoleMessage) -> list[str]:
    """An error with its address; a server that has ended is none."""
    if message.type != "error" or "ERR_CONNECTION_REFUSED" in message.text:
        return []
    return [f"{message.text} {message.location['url']}"]


def excess_width(page: Page) -> int:
    """Pixels by which a page would have to be scrolled sideways."""
    inner: int = page.evaluate(
        """() => Math.max(...[document.documentElement, document.querySelector("[data-testid='stMain']")]
            .map(e => e ? e.scrollWidth - e.clientWidth : 0))"""
    )
    return inner


def barriers(page: Page) -> list[str]:
    """Findings of axe-core that keep somebody from reading or using the page."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(FIND_BARRIERS, STREAMLITS_OWN)
    return found


def is_outside(url: str) -> bool:
    return not re.match(r"(http|ws)://127\.0\.0\.1|data:|blob:", url)


SOFTWARE_GPU = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader")
"""Chromium's own driver as the GPU of pages; it has no float16."""


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser of its own."""
    with sync_playwright() as playwright:
        found = chromium(playwright)
        if not Path(found).exists():
            without("no Chromium found; install it (apt-get install chromium, or playwright install chromium)")
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *SOFTWARE_GPU])
        yield browser
        browser.close()
