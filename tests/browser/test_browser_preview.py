"""A preview of the answer by the browser's GPU while a digit is drawn; the GPU is Chromium's driver in software."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from fp16core.data.mnist import normalise
from fp16core.images.drawings.drawing import picture_of
from fp16core.images.drawings.stroke_code import strokes_of_code
from fp16core.images.prepare import prepare_image
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair
from pages.digits.preview.preview import KEY, WORDS
from tests.helpers.browser.browsing import barriers, watched
from tests.helpers.browser.digits import SEVEN, answers, draw, ready_to_draw

pytestmark = pytest.mark.browser

DRAWINGS = (
    "ARYWigTqAUgGKBw4OiBOIGYIYBNsHVQhQDU0NRg3DT0fK0MpRxlbBmUSaxZTND8uMw",
    "ARYE2ATQAQ_oARvwARP4AQ",
    "ARQP8gLcAiA5QC84E0QDSBwuMCQ2CkQTPl16nwGgAX-AAagBB4gCEA",
    "ARIY5AKsAignPCVQATQUPBwmJhAuAEIRPjciOxQBBkoYPiwsPAZECzorODUsSxRPA0kVLzE",
    "ARgFsAP4AS_AAR-gAdABCMgBFxgDkAWYAg-YAg-AAw",
    "ARYR8AXwAZcBBJcBDBOQAQNwQA1ICkgSODAkSgVSDzg7Oj0cUw5JFTsz",
    "ARAUsAXgAYcBiAFnoAEvoAELMhJWJDRCHDwIOhU0JyBDBEMbOSsxOR1DAjMcJzQrPA",
    "AR4GuAKgAvgBB-ABEGe4AVfIAS_wAQ",
    "AQ4i9ASOBCIhKB8MNwAzITEbKysVRQQdCC8iHy4FNAY0JDgkHFo2SBIsMBJMBToPSjE2PSA9AT8RLx8pRRNDEj8kNzovOgVMAQ",
    "AQoUvgXoAiM_KyE5EUMCNRovMhNCBj4WPCgyQB40BEAbLi0qNQVpD_ABH7gBF6gB",
)
"""The digits from 0 to 9, as links hold drawings, by pens of 10 to 30 units."""

KEEP_DEVICE = """const request = globalThis.GPUAdapter?.prototype.requestDevice;
    if (request) GPUAdapter.prototype.requestDevice = async function (...all) {
        globalThis.device = await request.apply(this, all);
        globalThis.device.lost.then(({reason}) => { globalThis.freed = reason; });
        return globalThis.device;
    };"""

DRAW = """strokes => {
    const {drawnStrokes: drawing} = window;
    drawing.strokes = strokes;
    drawing.dispatchEvent(new Event("drawn"));
}"""


def told(page: Page, before: str | None = None) -> tuple[list[int], dict[str, list[float]]]:
    """Pixels and logits of the latest reading, once it is another one than before."""
    root = page.locator(".preview")
    if before is not None:
        expect(root).not_to_have_attribute("data-image", before, timeout=PATIENCE_MS)
    found: dict[str, Any] = root.evaluate("({dataset}) => ({...dataset})")
    return [int(pixel) for pixel in found["image"].split()], json.loads(found["logits"])


NAMED_AS_GPU = """const info = globalThis.GPUAdapterInfo?.prototype;
    if (info) for (const [name, value] of Object.entries({vendor: "acme", architecture: "ada", device: "",
        description: "", isFallbackAdapter: false})) Object.defineProperty(info, name, {get: () => value});"""
"""Chromium calls its software driver by a GPU's name."""


def opened(page: Page, url: str, start: str) -> None:
    ready_to_draw(page, url)
    page.get_by_role("button", name=start).click()
    expect(page.locator(".preview[data-state=on]")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def test_ten_drawings_are_read_as_the_server_reads_them(browser: Browser, warm: str, pair: ModelPair) -> None:
    """The GPU's logits are LiteRT's of the same pixels, and its answers LiteRT's of the server's pixels."""
    page = browser.new_page()
    model = Classifier(pair.target)
    with watched(page):
        opened(page, warm, WORDS["softwareStart"])
        expect(page.get_by_text(WORDS["single"])).to_be_visible()
        preview = page.locator(".preview")
        expect(preview).to_contain_text(WORDS["softwareName"])
        expect(preview).to_contain_text("Your browser computes on the processor (a software driver), not on a GPU.")
        assert preview.inner_text().count("GPU") == 1
        expect(page.locator(".preview .half")).to_be_hidden()
        for digit, code in enumerate(DRAWINGS):
            before = page.locator(".preview").get_attribute("data-image") or ""
            strokes = strokes_of_code(code)
            page.evaluate(DRAW, strokes)
            pixels, logits = told(page, before)
            image = np.array(pixels, np.uint8).reshape(28, 28)
            (usual,) = prepare_image(picture_of(strokes), "a drawing").digits
            assert np.abs(image.astype(int) - usual.image).mean() < 8, "of 255"
            theirs = model.logits(normalise(np.stack([image, usual.image])))
            assert np.abs(np.array(logits["f32"]) - theirs[0]).max() < 1e-4
            expect(page.locator(".preview .single b")).to_have_text(str(theirs[1].argmax()))
            assert theirs[1].argmax() == digit
            assert "f16" not in logits
    page.close()


def test_the_gpu_reads_while_the_pen_moves_a_single_digit_only(browser: Browser, warm: str) -> None:
    page = browser.new_page()
    page.add_init_script(KEEP_DEVICE)
    page.add_init_script(NAMED_AS_GPU)
    start = page.get_by_role("button", name=WORDS["gpuStart"])
    with watched(page):
        opened(page, warm, WORDS["gpuStart"])
        expect(page.locator(".preview")).to_contain_text(WORDS["gpuName"])
        expect(page.locator(".preview")).not_to_contain_text("processor")
        tile = page.locator(".preview .single b")
        draw(page, SEVEN, lift=False)
        expect(tile).to_have_text("7", timeout=PATIENCE_MS)
        page.mouse.up()
        answers(page, "7", "7")
        settled(page)
        expect(tile).to_have_text("7")
        assert not barriers(page)
        draw(page, [(0.85, 0.3), (0.86, 0.8)])
        expect(tile).to_have_text("")
        page.get_by_role("button", name="Undo").click()
        expect(tile).to_have_text("7")
        page.evaluate("device.destroy()")
        expect(page.get_by_text(WORDS["lost"])).to_be_visible()
        start.click()
        expect(tile).to_have_text("7", timeout=PATIENCE_MS)
        # Whoever leaves frees the GPU, and finds it open on return.
        page.evaluate("globalThis.freed = null")
        page.get_by_text("Test image", exact=True).first.click()
        page.wait_for_function("freed === 'destroyed'")
        page.get_by_text("Draw", exact=True).first.click()
        expect(tile).to_have_text("7", timeout=PATIENCE_MS)
        page.evaluate("globalThis.freed = null; dispatchEvent(new PageTransitionEvent('pagehide'))")
        page.wait_for_function("freed === 'destroyed'")
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        expect(tile).to_have_text("7", timeout=PATIENCE_MS)
        page.get_by_role("button", name="Stop the preview").click()
        expect(start).to_be_visible()
        expect(tile).to_be_hidden()
    page.close()


def test_without_a_gpu_the_page_is_as_if_there_were_no_preview(browser: Browser, warm: str) -> None:
    page = browser.new_page()
    page.add_init_script("if (globalThis.GPU) GPU.prototype.requestAdapter = async () => null")
    with watched(page):
        ready_to_draw(page, warm)
        draw(page, SEVEN)
        answers(page, "7", "7")
        assert page.locator(f".st-key-{KEY}").count() == 1
        expect(page.locator(f".st-key-{KEY}")).to_be_hidden()
        expect(page.locator(".preview .start")).to_be_hidden()
        assert page.locator("[role=alert]").count() == 0
    page.close()
