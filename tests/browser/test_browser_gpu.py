"""The visitor's own GPU in a real browser, whose GPU is Chromium's driver in software."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from benchmarks.client.browser import PATIENCE_MS, settled
from pages.size.gpu_run import WORDS
from tests.helpers.browser.browsing import barriers, watched

pytestmark = pytest.mark.browser

ADDRESS = "size?size-view=Speed+and+accuracy&runtimes-section=Your+own+GPU"


def opened(page: Page, url: str) -> Locator:
    """The section, and its button."""
    page.goto(f"{url}/{ADDRESS}")
    button = page.get_by_role("button", name="Run on this device's GPU")
    expect(button).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    return button


def test_float32_runs_on_the_browsers_gpu_and_the_lack_of_float16_is_said(
    browser: Browser, warm: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    with watched(page):
        button = opened(page, warm)
        sizes: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sizes.append(len(data))))
        page.reload()
        button = opened(page, warm)
        before = sum(sizes)
        button.click()
        expect(page.get_by_text("This driver offers no float16 arithmetic")).to_be_visible(timeout=120_000)
        processor = "computes on the processor (google, swiftshader, a software driver), not on a GPU"
        expect(page.get_by_text(processor).first).to_be_visible()
        settled(page)
        assert 150_000 < sum(sizes) - before < 500_000, "images are sent after the click, once"
        row = page.locator("[data-testid='stDataFrame'], [data-testid='stTable']")
        expect(page.get_by_text("google, swiftshader", exact=True)).to_be_visible()
        assert row.count() >= 1
        with page.expect_download() as download:
            page.get_by_role("button", name="These findings as JSON").click()
        path = tmp_path / "own_gpu.json"
        download.value.save_as(path)
        found = json.loads(path.read_text())
        assert found["images"] == 1000
        assert found["answers"]["f32"]["max_abs_logit_delta"] < 1e-4
        assert found["answers"]["f32"]["changed_predictions"] == 0
        assert found["probes"]["f32"]["is_real"]
        assert "f16" not in found["answers"]
        assert not barriers(page)
        assert page.get_by_role("button", name="Run on this device's GPU").is_enabled()
    page.close()


def test_a_run_can_be_stopped_and_a_lost_gpu_is_said(browser: Browser, warm: str) -> None:
    page = browser.new_page()
    page.add_init_script(
        """const request = globalThis.GPUAdapter?.prototype.requestDevice;
        if (request) GPUAdapter.prototype.requestDevice = async function (...all) {
            return globalThis.device = await request.apply(this, all);
        };"""
    )
    with watched(page):
        button = opened(page, warm)
        page.get_by_label("Test images").select_option("10000")
        button.click()
        expect(page.get_by_text("In float32:")).to_be_visible(timeout=PATIENCE_MS)
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text(WORDS["cancelled"])).to_be_visible()
        button.click()
        expect(page.get_by_text("In float32:")).to_be_visible(timeout=PATIENCE_MS)
        page.evaluate("device.destroy()")
        expect(page.get_by_text(WORDS["lost"])).to_be_visible()
        expect(button).to_be_enabled()
        settled(page)
        assert page.get_by_text("These findings as JSON").count() == 0
    page.close()


def test_times_of_a_hidden_tab_are_dropped_and_the_answers_kept(browser: Browser, warm: str) -> None:
    page = browser.new_page()
    with watched(page):
        button = opened(page, warm)
        page.locator(".gpu .note").evaluate(
            """(note, timing) => new MutationObserver(() => {
                if (note.textContent === timing) document.dispatchEvent(new Event("visibilitychange"));
            }).observe(note, {childList: true})""",
            WORDS["timing"],
        )
        button.click()
        expect(page.get_by_text(WORDS["hidden"])).to_be_visible(timeout=120_000)
        expect(page.get_by_text("This driver offers no float16 arithmetic")).to_be_visible(timeout=PATIENCE_MS)
        settled(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="These findings as JSON").click()
        found = json.loads(download.value.path().read_text())
        assert found["times_ms"] == {}
        assert found["answers"]["f32"]["changed_predictions"] == 0
    page.close()


def test_a_gpu_without_memory_is_said_to_be_even_if_that_shows_elsewhere_first(browser: Browser, warm: str) -> None:
    """A GPU says only when asked that a buffer is none; what uses the buffer fails before."""
    page = browser.new_page()
    with watched(page):
        button = opened(page, warm)
        page.evaluate(
            """() => {
                const {prototype} = GPUDevice, pop = prototype.popErrorScope;
                prototype.createComputePipelineAsync = async () => { throw new Error("of no use"); };
                prototype.popErrorScope = async function () {
                    await pop.apply(this);
                    return new GPUOutOfMemoryError("no room for a buffer");
                };
            }"""
        )
        button.click()
        expect(page.locator(".said")).to_have_text(f"{WORDS['memory']} (no room for a buffer)", timeout=PATIENCE_MS)
        expect(button).to_be_enabled()
    page.close()


WITHOUT = {
    "failed": "GPUDevice.prototype.createBuffer = () => { throw new TypeError('no such usage'); }",
    "memory": "GPUDevice.prototype.createBuffer = () => { throw new RangeError('no room'); }",
    "adapter": "GPU.prototype.requestAdapter = async () => null",
    "missing": "Object.defineProperty(navigator, 'gpu', {value: undefined})",
    "insecure": "Object.defineProperty(window, 'isSecureContext', {value: false})",
}
"""By refusal, how a browser loses what it needs: each is noticed before those above it."""


def test_a_browser_that_cannot_is_told_what_to_do(browser: Browser, warm: str) -> None:
    page = browser.new_page()
    with watched(page):
        button = opened(page, warm)
        for refusal, script in WITHOUT.items():
            page.evaluate(f"{script}; null")
            button.click()
            expect(page.locator(".said")).to_contain_text(WORDS[refusal], timeout=PATIENCE_MS)
            expect(button).to_be_enabled()
    page.close()
