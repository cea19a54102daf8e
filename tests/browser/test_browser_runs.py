"""A journey through the runs in Chromium: compare, inspect, rename, use, download, delete."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.runs.store import RunStore
from tests.helpers.browser.browsing import served
from tests.helpers.files.stores import add_full_run, add_run

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, RunStore]]:
    """A server with three runs, and their store."""
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path / "runs"))
    store = RunStore()
    add_run(store.folder, "old", "2026-11-01T10:00:00+00:00", name="Old")
    add_full_run(store.folder, "seven", "2026-11-02T10:00:00+00:00", name="Seven", recipe={"epochs": 1, "seed": 7})
    add_full_run(store.folder, "long", "2026-11-03T10:00:00+00:00", name="Long", recipe={"epochs": 9, "seed": 0})
    with served(tmp_path / "server.log") as url:
        yield url, store


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def test_a_visitor_compares_renames_uses_takes_along_and_deletes_runs(
    server: tuple[str, RunStore], page: Page, other: Page
) -> None:
    url, store = server
    page.goto(f"{url}/runs")
    expect(page.get_by_role("heading", name="3 kept runs")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert page.url == f"{url}/train"
    page.get_by_text("Side by side").click()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)

    # Compare: what is chosen is in the address, and shown to whoever opens it.
    page.get_by_role("button", name="Remove Bundled pair").click()
    page.wait_for_url(re.compile(r"compare=Long&compare=Seven$"), timeout=PATIENCE_MS)
    other.goto(page.url)
    expect(other.get_by_role("button", name=re.compile("^Remove "))).to_have_count(2, timeout=PATIENCE_MS)
    expect(other.get_by_role("button", name="Remove Seven")).to_be_visible()
    other.goto("about:blank")

    # Rename.
    page.get_by_text("One run: use, download").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("Nine epochs")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Rename").click()
    expect(page.get_by_text("Nine epochs").first).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    assert store.run("long").name == "Nine epochs"
    page.wait_for_url(re.compile(r"compare=Nine\+epochs&compare=Seven"), timeout=PATIENCE_MS)

    # Use: the sidebar and every page show it.
    press(page, "Use this model")
    expect(page.get_by_role("button", name="In use")).to_be_disabled(timeout=PATIENCE_MS)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Start").click()
    expect(page.get_by_role("heading", name="Half the bits, the same answers?")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("Nine epochs")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Train").click()
    expect(page.get_by_role("heading", name="3 kept runs")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    page.get_by_text("One run: use, download").click()

    # Take along.
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "half-the-bits-Nine-epochs.zip"
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        assert {Path(name).name for name in archive.namelist()} == {
            path.name for path in (store.folder / "long").iterdir()
        }

    # Delete: asked once more, gone for everyone, and the bundled pair is back.
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("will be gone from this server, for everyone")).to_be_visible(timeout=PATIENCE_MS)
    press(page, "Delete for good")
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("Bundled pair", timeout=PATIENCE_MS)
    assert [run.id for run in store.runs()] == ["seven", "old"]
    expect(page.get_by_text("Nine epochs")).to_have_count(0)
