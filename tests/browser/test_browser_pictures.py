"""Journeys of a visitor with pictures of digits: uploaded, pasted."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.bench.uploads.photographs import photograph
from tests.helpers.browser.digits import answers

pytestmark = pytest.mark.browser


def test_files_are_uploaded_refused_and_chosen_in_a_browser(warm: str, page: Page, tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    for digit in (3, 5):
        (tmp_path / f"{digit}.jpg").write_bytes(photograph(str(digit), "squared", random, (1200, 900)))
    (tmp_path / "notes.png").write_text("no picture")
    page.goto(f"{warm}/digits?source=Upload")
    settled(page)
    page.locator("input[type=file]").set_input_files(sorted(tmp_path.iterdir()))
    expect(page.get_by_text("notes.png: this is not an image")).to_be_visible(timeout=PATIENCE_MS)
    answers(page, "5", "5")
    expect(page.get_by_text("Accuracy on the 2 readable pictures")).to_be_visible()
    settled(page)
    assert page.locator(".stage img").count() == 14


def test_a_picture_is_pasted_from_the_clipboard(warm: str, page: Page) -> None:
    """The browser's own paste event, with a picture drawn there."""
    page.goto(f"{warm}/digits?source=Upload")
    expect(page.get_by_role("button", name="Paste a picture")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    page.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(300, 300), pen = canvas.getContext("2d");
            pen.fillStyle = "#eee"; pen.fillRect(0, 0, 300, 300);
            pen.fillStyle = "#222"; pen.fillRect(140, 60, 24, 180);
            const data = new DataTransfer();
            data.items.add(new File([await canvas.convertToBlob()], "one.png", {type: "image/png"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data}));
        }"""
    )
    answers(page, "1", "1")


def test_reading_many_files_can_be_stopped(warm: str, page: Page, tmp_path: Path) -> None:
    """Sixty large photographs: what was read stays, the rest is named."""
    data = photograph("7", "blank", np.random.default_rng(1), (2400, 1800))
    for number in range(60):
        (tmp_path / f"7 no. {number:02}.jpg").write_bytes(data)
    page.goto(f"{warm}/digits?source=Upload")
    settled(page)
    page.locator("input[type=file]").set_input_files(sorted(tmp_path.iterdir()))
    page.get_by_role("button", name="Stop reading").click(timeout=PATIENCE_MS)
    refusal = page.get_by_text(re.compile(r"\d+ files? not read, stopped before"))
    expect(refusal).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    unread = int(re.findall(r"\d+", refusal.inner_text())[0])
    read = page.get_by_text(re.compile(r"Accuracy on the (\d+) readable pictures?")).inner_text()
    assert int(re.findall(r"\d+", read)[0]) + unread == 60
    assert unread > 0
