"""Chromium, for scripts and tests that drive the dashboard in a real browser."""

import shutil

from playwright.sync_api import Page, Playwright

IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FLAGS += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # a camera, and leave to use it
PATIENCE_MS = 30_000

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium(playwright: Playwright) -> str:
    """Path of the browser: the system's Chromium, or Playwright's own, which may be missing."""
    return next((path for name in _NAMES if (path := shutil.which(name))), playwright.chromium.executable_path)


def settled(page: Page) -> None:
    """Wait until the app's script has run, and none follows at once."""
    page.wait_for_selector(IDLE, state="attached", timeout=PATIENCE_MS)
    page.wait_for_timeout(300)
    page.wait_for_selector(IDLE, state="attached", timeout=PATIENCE_MS)
