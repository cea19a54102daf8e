"""The rule by which a visitor counts as gone, for all that goes on at somebody's request."""

import time

GONE_S = 90.0
"""A visitor whose browser has not asked for this long has left; a hidden page may ask no more than once a minute."""


def is_gone(seen_s: float) -> bool:
    """Whether a visitor who was last seen then, by `time.monotonic`, has left."""
    return time.monotonic() - seen_s > GONE_S
