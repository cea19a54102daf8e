"""Servers and pages for journeys in a real browser."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

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
    wider than its window.
    """
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    page.on("request", lambda r: troubles.append(f"outside: {r.url}") if is_outside(r.url) else None)
    page.on("console", lambda message: troubles.extend(_complaint(message)))
    yield page
    assert page.locator("[data-testid='stException']").count() == 0
    assert excess_width(page) <= 1
    page.close()
    assert not troubles, troubles


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


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser of its own."""
    with sync_playwright() as playwright:
        found = chromium(playwright)
        if not Path(found).exists():
            without("no Chromium found; install it (apt-get install chromium, or playwright install chromium)")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
