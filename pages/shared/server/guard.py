"""Bounds on messages from browsers and to them, in the order in which they are installed."""

from pages.shared.server import browser_messages, hosted, widget_values


def start() -> None:
    """Install, once for all visitors, the bounds on messages and on widget values."""
    browser_messages.bound()
    widget_values.bound()


def begin_run() -> None:
    """Begin a run: check the settings, and install the bounds unless the server has done so."""
    hosted.settle()
    start()
