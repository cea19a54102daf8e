"""Fixtures of journeys in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.helpers.browsing import FLAGS, chromium, served, settled, watched
from tests.helpers.places import without


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = chromium(playwright)
        if not Path(found).exists():
            without("no Chromium found; install it (apt-get install chromium, or playwright install chromium)")
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """A server that has shown its first page to somebody."""
    with served(tmp_path_factory.mktemp("warm") / "server.log") as url:
        page = browser.new_page()
        page.goto(url)
        settled(page)
        page.close()
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desk's screen, watched."""
    with watched(browser.new_page(viewport={"width": 1400, "height": 1000})) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone's, watched."""
    context = browser.new_context(viewport={"width": 420, "height": 900}, has_touch=True, is_mobile=True)
    with watched(context.new_page()) as opened:
        yield opened
    context.close()
