"""The journey of somebody who asks whether float16 is safe for a model: the break, the operator, the cure."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.diagnosis.diagnosis import CURED_TARGET
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from tests.helpers.browser.browsing import barriers, excess_width
from tests.helpers.children.processes import PATIENCE_S

pytestmark = pytest.mark.browser

GRAPH, LIST = ".st-key-diagnosis-graph", "Operator"


def test_an_example_breaks_an_operator_is_clicked_and_the_cured_file_is_saved(
    warm: str, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{warm}/your_model")
    settled(page)
    address = page.url
    page.get_by_role("button", name="Weights beyond 65,504").click()
    answer = page.get_by_role("heading", name="The answer for large_weights.tflite")
    expect(answer).to_be_visible(timeout=1000 * PATIENCE_S)  # at the lowest priority, beside all other tests
    settled(page)
    expect(page.get_by_text("Not safe in float16.").first).to_be_visible()
    chosen = page.get_by_role("combobox", name=LIST)
    expect(chosen).to_have_value("2 FULLY_CONNECTED")

    # The marks of the lanes are drawn above the bars, and those of a class after one another.
    marks = page.locator(f"{GRAPH} .x2y .point")
    expect(marks).to_have_count(4, timeout=PATIENCE_MS)
    boxes = [box for mark in marks.all() if (box := mark.bounding_box()) is not None]
    lowest = max(boxes, key=lambda box: box["y"])
    page.mouse.click(lowest["x"] + lowest["width"] / 2, lowest["y"] + lowest["height"] / 2)
    expect(chosen).to_have_value("3 FULLY_CONNECTED", timeout=PATIENCE_MS)
    expect(page.get_by_text("Its weights: ")).to_be_visible()

    chosen.press("ArrowDown")
    chosen.fill("1 FULL")
    chosen.press("Enter")
    expect(chosen).to_have_value("1 FULLY_CONNECTED", timeout=PATIENCE_MS)
    settled(page)

    expect(page.get_by_role("heading", name="What cures it?")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="The cured float16 file").click()
    assert saved.value.suggested_filename == CURED_TARGET
    saved.value.save_as(tmp_path / CURED_TARGET)
    cured: TfliteFile = ModelFile((tmp_path / CURED_TARGET).read_bytes()).graph
    assert any(tensor.dtype == "float16" for tensor in cured.tensors)

    assert page.url == f"{address}?example=large_weights"
    assert barriers(page) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 420, "height": 900})
    settled(page)
    assert excess_width(page) <= 1
    assert barriers(page) == []

    page.reload()
    expect(answer).to_be_visible(timeout=1000 * PATIENCE_S)
    settled(page)
    page.get_by_role("button", name="Forget my models").click()
    expect(page.get_by_text("What this server holds for you: nothing")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Not safe in float16.")).to_have_count(0)
    expect(page).to_have_url(address)
