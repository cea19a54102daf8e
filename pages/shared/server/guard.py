"""Bounds on what a browser may send and learn, in the order in which they are put up."""

from pages.shared.server import browser_messages, hosted, uploads, widget_values


def start() -> None:
    """Put up, once for all visitors, the bounds on messages and on widgets' values."""
    browser_messages.bound()
    widget_values.bound()


def begin_run() -> None:
    """Put up the bounds of this visit; every run begins here."""
    hosted.settle()
    start()
    uploads.bound()
