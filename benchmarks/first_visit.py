"""Bytes that a visitor's browser fetches on the first visit to a page, and on the second.

``python benchmarks/first_visit.py URL… [--page NAME] [--files N]`` opens the page in a browser that knows nothing,
waits until it stands still, leaves, and comes again. Bytes are those that came over the network, headers included
(what Chromium calls ``encodedDataLength``), and the length of WebSocket messages. Prints one JSON document.
"""

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.client.browser import FLAGS, chromium, settled  # found only now


def visit(context: BrowserContext, url: str) -> dict[str, int]:
    """Bytes by file, largest first, and those of the WebSocket."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    paths: dict[str, str] = {}
    bytes_of: dict[str, int] = {}

    def count(path: str, size_bytes: float) -> None:
        bytes_of[path] = bytes_of.get(path, 0) + int(size_bytes)

    def received(event: dict[str, Any]) -> None:
        frame = event["response"]
        text = frame["payloadData"]
        count("WebSocket", len(base64.b64decode(text)) if frame["opcode"] == 2 else len(text.encode()))

    devtools.on("Network.requestWillBeSent", lambda e: paths.update({e["requestId"]: e["request"]["url"]}))
    devtools.on("Network.webSocketFrameReceived", received)
    devtools.on(
        "Network.loadingFinished",
        lambda e: count(urlsplit(paths.get(e["requestId"], "unknown")).path, e["encodedDataLength"]),
    )
    devtools.send("Network.enable")
    page.goto(url)
    settled(page)
    page.wait_for_load_state("networkidle")
    page.close()
    return dict(sorted(bytes_of.items(), key=lambda entry: -entry[1]))


def measure(browser: Browser, url: str, files: int) -> dict[str, Any]:
    """First and second visit of one browser."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    visits = [visit(context, url) for _ in range(2)]
    context.close()
    return {
        name: {
            "total_bytes": sum(visited.values()),
            "requests": len(visited),
            "largest_bytes": dict(list(visited.items())[:files]),
        }
        for name, visited in zip(("first", "second"), visits, strict=True)
    }


def main() -> None:
    """Measure each address."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url", nargs="+", help="where the dashboard answers; several are measured one by one")
    parser.add_argument("--page", default="", help="the page's name in the address; the first page by default")
    parser.add_argument("--files", type=int, default=12, help="how many files are named, largest first")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=FLAGS)
        found = {url: measure(browser, f"{url.rstrip('/')}/{asked.page}", asked.files) for url in asked.url}
        browser.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
