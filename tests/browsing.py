"""What journeys in a real browser need: a server, and patience."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright

ROOT = Path(__file__).parent.parent
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 30_000


@contextmanager
def served(log: Path) -> Iterator[str]:
    """A server nobody has visited yet; ended, and gone, afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--server.fileWatcherType=none"]
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as output, subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as server:
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()  # noqa: S310 - our own server
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > deadline:
                        pytest.fail(f"the server did not start:\n{log.read_text()}")
                    time.sleep(0.1)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()


def is_outside(url: str) -> bool:
    return not re.match(r"(http|ws)://127\.0\.0\.1|data:|blob:", url)


def chromium(playwright: Playwright) -> str:
    """Path of the browser: the system's Chromium, or else Playwright's own, which may not be there."""
    return next((path for name in NAMES if (path := shutil.which(name))), playwright.chromium.executable_path)


def settled(page: Page) -> None:
    page.wait_for_selector(IDLE, state="attached", timeout=PATIENCE_MS)
    page.wait_for_timeout(300)
    page.wait_for_selector(IDLE, state="attached", timeout=PATIENCE_MS)
