"""Journeys of visitors with models and test images of their own."""

import io
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import compare
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE
from fp16core.text import bytes_text, small_text
from fp16core.tflite.model_file import ModelPair
from tests.helpers.browser.browsing import excess_width
from tests.helpers.places import TestSet

pytestmark = pytest.mark.browser

UPLOAD, METRICS = "input[type=file]", "[data-testid=stMetricValue]"


def file(name: str, contents: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": contents}


def bring(page: Page, address: str, *files: FilePayload) -> None:
    page.goto(f"{address}/your_model")
    settled(page)
    page.locator(UPLOAD).first.set_input_files(list(files))
    button = page.get_by_role("button", name="Try it")
    expect(button).to_be_enabled(timeout=PATIENCE_MS)
    button.click()


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    settled(page)


def test_an_uploaded_model_is_shown_on_all_pages_to_its_owner_alone(
    warm: str, page: Page, other: Page, pair: ModelPair, test_set: TestSet
) -> None:
    """By itself: nothing is clicked between the button and the result."""
    bring(page, warm, file("mine.tflite", (BUNDLED / REFERENCE_FILE).read_bytes()))
    expect(page.get_by_role("heading", name="The answer for mine.tflite")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("mine.tflite (yours)")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("visible to you alone")
    made = quantize_tflite(pair.reference)
    found = compare(ModelPair("", pair.reference, made), *test_set)
    go_to(page, "Claims and words")
    expect(page.locator(METRICS).first).to_have_text(bytes_text(made.size_bytes), timeout=PATIENCE_MS)
    expect(page.locator(METRICS).nth(3)).to_have_text(small_text(found.max_abs_logit_delta))

    for address in (f"{warm}/claims", page.url):
        other.goto(address)
        settled(other)
        expect(other.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("Bundled pair")
        expect(other.get_by_test_id("stSidebar")).not_to_contain_text("visible to you alone")
        expect(other.locator(METRICS).first).to_have_text(bytes_text(pair.target.size_bytes))

    go_to(page, "Your model")
    page.get_by_role("button", name="Forget my models").click()
    settled(page)
    expect(page.get_by_text("What this server holds for you: nothing")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("stSidebar").get_by_role("combobox")).to_have_value("Bundled pair")


@pytest.mark.tensorflow
def test_a_keras_file_can_be_stopped_and_what_is_none_is_a_sentence(warm: str, page: Page) -> None:
    bring(page, warm, file("mine.keras", (BUNDLED / "mnist_model.keras").read_bytes()))
    expect(page.get_by_text("mine.keras: ", exact=False).first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped.", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    bring(page, warm, file("notes.tflite", b"hello"))
    expect(page.get_by_text("notes.tflite is not a LiteRT model")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_a_data_set_larger_than_other_uploads_is_taken(warm: str, page: Page, tmp_path: Path) -> None:
    """Fashion-MNIST's file has 31 MB, more than the server takes of other files; noise shrinks as little."""
    random, packed = np.random.default_rng(0), io.BytesIO()
    splits = {"train": 30_000, "test": 300}
    arrays = {f"x_{split}": random.integers(0, 256, (count, 28, 28), np.uint8) for split, count in splits.items()}
    arrays |= {f"y_{split}": random.integers(0, 10, count) for split, count in splits.items()}
    np.savez(packed, **arrays)  # type: ignore[arg-type]  # its stub knows no dictionary of arrays
    (tmp_path / "noise.npz").write_bytes(packed.getvalue())
    assert len(packed.getvalue()) > 22_000_000
    page.goto(f"{warm}/your_model")
    settled(page)
    page.locator(UPLOAD).nth(1).set_input_files(tmp_path / "noise.npz")
    expect(page.get_by_text("noise.npz: 300 test images")).to_be_visible(timeout=PATIENCE_MS)
    go_to(page, "Start")
    expect(page.get_by_text("of 300 answers")).to_be_visible(timeout=PATIENCE_MS)


def test_the_page_with_all_it_can_show_is_no_wider_than_its_window(warm: str, page: Page) -> None:
    name = f"{'a_rather_long_name_' * 3}.tflite"
    bring(page, warm, file(name, (BUNDLED / REFERENCE_FILE).read_bytes()))
    expect(page.get_by_text("What this server holds for you")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("All pages now show this pair")).to_be_visible(timeout=PATIENCE_MS)
    for width in (1400, 420):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        assert excess_width(page) <= 1
