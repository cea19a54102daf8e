"""Measuring runtimes in a real browser: watched, stopped, kept, and shown among the claims."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from tests.helpers.browser.browsing import served

pytestmark = pytest.mark.browser

MEASURING_MS = 120_000


def test_a_visitor_measures_stops_and_finds_the_claims_judged(
    page: Page, tmp_path: Path, mesa: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a software GPU, wide and narrow."""
    monkeypatch.setenv("VK_DRIVER_FILES", mesa)
    with served(tmp_path / "server.log") as url:
        page.goto(f"{url}/runtimes?runtimes-images=first+200")
        expect(page.get_by_text("5 of 5 run here")).to_be_visible(timeout=MEASURING_MS)
        settled(page)
        page.get_by_role("button", name="Run both files in every mode").click()
        expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("button", name="Measure again")).to_be_visible(timeout=MEASURING_MS)
        expect(page.get_by_text(re.compile(r"^100\.00 % of the logits"))).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="These measurements as JSON").click()
        assert download.value.suggested_filename == "runtimes.json"
        assert "llvmpipe" in Path(download.value.path()).read_text()
        for width in (1400, 420):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(300)
            wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
            assert wider <= 4, f"{wider} px wider than {width}"
        page.set_viewport_size({"width": 1400, "height": 900})
        page.get_by_text("Latency and memory").click()
        page.get_by_role("button", name="Measure times and memory").click()
        page.get_by_role("button", name="Stop").click(timeout=PATIENCE_MS)
        expect(page.get_by_text(re.compile("^Stopped"))).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Claims and words").click()
        expect(page.get_by_text("all results are float16 numbers")).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_role("link", name="Measure the times")).to_have_count(1)
        expect(page.get_by_role("link", name="Measure the modes of execution")).to_have_count(0)
        settled(page)
