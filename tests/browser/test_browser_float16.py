"""float16 arithmetic on the browser's GPU: Chromium with Mesa's driver in software, end to end."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.data.mnist import normalise
from fp16core.numerics.emulation.network import emulate
from fp16core.numerics.emulation.summation import Summation
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from pages.digits.preview.preview import WORDS
from tests.helpers.browser.browsing import watched
from tests.helpers.browser.digits import SEVEN, draw
from tests.helpers.browser.float16.browser import launched_with_float16

pytestmark = pytest.mark.browser

ADDRESS = "size?size-view=Speed+and+accuracy&runtimes-section=Your+own+GPU"

SETTING = """delete globalThis.Float16Array;
    const now = performance.now.bind(performance);
    performance.now = () => 10 * now();"""
"""The page makes the probes' halves by itself, and takes the fewest rounds of times."""


@pytest.fixture(scope="module")
def with_float16(browser: Browser, mesa: str) -> Iterator[Browser]:
    with launched_with_float16(browser, mesa) as browser:
        yield browser


def test_a_gpu_with_float16_is_predicted_bit_for_bit_and_then_reads_while_one_draws(
    with_float16: Browser, warm: str, pair: ModelPair
) -> None:
    page = with_float16.new_page(viewport={"width": 1400, "height": 1400})
    page.add_init_script(SETTING)
    with watched(page):
        page.goto(f"{warm}/{ADDRESS}")
        button = page.get_by_role("button", name="Run on this device's GPU")
        expect(button).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        button.click()
        expect(page.get_by_text("This driver is predicted bit for bit")).to_be_visible(timeout=120_000)
        expect(page.get_by_text("Against the same file on this server")).to_be_visible()
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="These findings as JSON").click()
        found = json.loads(download.value.path().read_text())
        real = {"is_real": True, "keeps_subnormals": True, "fuses": False, "fuses_on_request": False, "overflows": True}
        assert found["probes"]["f16"] == real
        assert [each["exact_share"] for each in found["emulations"]] == [1, 1, 1]
        assert found["answers"]["f32"]["changed_predictions"] == 0
        assert 0.05 < found["answers"]["f16"]["max_abs_logit_delta"] < 1
        assert len(found["times_ms"]["f16"]) == len(found["times_ms"]["f32"]) >= 5

        # In the same visit, Digits needs no further click.
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Digits").click()
        page.get_by_role("radio", name="Draw").click(timeout=PATIENCE_MS)
        expect(page.get_by_text(WORDS["on"])).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        draw(page, SEVEN)
        expect(page.locator(".preview .half b")).to_have_text("7", timeout=PATIENCE_MS)
        expect(page.locator(".preview .single b")).to_have_text("7")
        settled(page)
        told = page.locator(".preview").evaluate("({dataset}) => ({...dataset})")
        image = np.array(told["image"].split(), np.uint8).reshape(1, 28, 28)
        expected = emulate(read_chain(pair.target), normalise(image), Summation.SEQUENTIAL)[0]
        assert np.array_equal(np.array(json.loads(told["logits"])["f16"], np.float32), expected)
    page.close()
