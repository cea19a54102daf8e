"""Visitors who keep clicking while something happens to the server."""

import threading
import time

from websockets.exceptions import ConnectionClosed

from benchmarks.client.visitor import Visitor

COOKIE = "half_the_bits"


class Clicker:
    """A visitor who goes from page to page until told to stop, and comes back when the session breaks."""

    def __init__(self, address: str) -> None:
        self.visitor = Visitor(address)
        self.replica = self.visitor.cookies[COOKIE]
        self.session_ids = [self.visitor.session.id]
        self.clicks = [0]
        self.error: BaseException | None = None

    def click(self, stop: threading.Event) -> None:
        """Go on until ``stop`` is set."""
        pages = ["digits", "bits", "layers", ""]
        while not stop.is_set():
            try:
                self.visitor.show(pages[self.clicks[-1] % len(pages)])
                self.clicks[-1] += 1
            except ConnectionClosed:
                self.visitor.open()
                self.session_ids.append(self.visitor.session.id)
                self.clicks.append(0)
            except BaseException as error:
                self.error = error
                raise


def until(clickers: list[Clicker], clicks: int) -> None:
    """Wait until each has clicked that often since the last break."""
    deadline = time.monotonic() + 60
    while any(clicker.clicks[-1] < clicks for clicker in clickers):
        assert [clicker.error for clicker in clickers if clicker.error] == []
        assert time.monotonic() < deadline
        time.sleep(0.02)
