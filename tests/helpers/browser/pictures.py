"""README's pictures, taken anew by ``python -m tests.helpers.browser.pictures``, with ``TEST_VULKAN_DRIVER`` set."""

import io
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks.client.browser import FLAGS, chromium, settled
from fp16core.bench.uploads.photographs import photograph
from tests.helpers.browser.browsing import served
from tests.helpers.places import ROOT
from tests.helpers.vulkan import NoDriverError, software_driver

WIDTH = 1400
PATIENCE_MS = 120_000
SEVEN = "ARYU0AKYAiwALgAsAC4ALAAsAC4ALAAuABYAFT4XPhU8FT4VPhU-Fz4VPBU-"
"""A drawing, as links hold it."""

PICTURES = {
    "start": (f"?drawing={SEVEN}", 940),
    "digits": ("digits?image=1242", 900),
    "bits": ("bits", 1120),
    "layers": ("layers", 1060),
    "limits": ("limits?exponent=4&mantissa=3&infinity=false", 1000),
    "luck": ("luck", 1180),
}
"""Of which page each is, and how tall."""


def take(page: Page, name: str, height: int) -> None:
    """Write one picture, once the page stands still."""
    page.set_viewport_size({"width": WIDTH, "height": height})
    settled(page)
    page.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(page.screenshot()))
    # A palette is a third of the size, and screens of few colours lose nothing.
    picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(ROOT / "docs" / f"{name}.png", optimize=True)


def main() -> None:
    """Take all pictures on a server of their own; without a driver for its GPU modes, say how to get one."""
    try:
        driver = software_driver()
    except NoDriverError as error:
        raise SystemExit(str(error)) from None
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["HALFBITS_RUNS"] = str(Path(folder) / "runs")
        os.environ["VK_DRIVER_FILES"] = driver
        file = Path(folder) / "photo.jpg"
        file.write_bytes(photograph("5", "squared", np.random.default_rng(1)))
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=FLAGS)
        with served(Path(folder) / "server.log") as url:
            for name, (address, height) in PICTURES.items():
                page = browser.new_page()
                page.goto(f"{url}/{address}")
                take(page, name, height)
                page.close()
            page = browser.new_page()
            page.goto(f"{url}/digits?source=Upload")
            settled(page)
            page.locator("input[type=file]").first.set_input_files(file)
            take(page, "own_picture", 1420)
            page.goto(
                f"{url}/size?size-view=Speed+and+accuracy&runtimes-section=Accuracy+by+mode&runtimes-images=all+10%2C000"
            )
            page.get_by_role("button", name="Run both files in every mode").click(timeout=PATIENCE_MS)
            page.get_by_role("button", name="Measure again").wait_for(timeout=PATIENCE_MS)
            take(page, "modes", 1560)
            page.goto(f"{url}/your_model")
            page.get_by_role("button", name="An RMSNorm of large activations").click()
            page.get_by_role("heading", name="Do its numbers fit?").wait_for(timeout=PATIENCE_MS)
            take(page, "your_model", 1860)
            page.goto(f"{url}/train?train-epochs=3")
            page.get_by_role("button", name="Train", exact=True).click()
            page.get_by_role("heading", name="The result").wait_for(timeout=PATIENCE_MS)
            take(page, "train", 1900)
        browser.close()


if __name__ == "__main__":
    main()
