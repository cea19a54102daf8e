"""Fixtures of the tests in this folder."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.helpers.apps.visits import cold_caches as cold_caches
from tests.helpers.browser.browsing import watched


@pytest.fixture
def guarded(browser: Browser) -> Iterator[Page]:
    """A desk's screen that notes in ``blocked`` what the content security policy blocks."""
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context, watched(context.new_page()) as page:
        page.add_init_script(
            "window.blocked = []; addEventListener('securitypolicyviolation',"
            " e => blocked.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}`))"
        )
        yield page
