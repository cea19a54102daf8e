"""Outcome of a verdict."""

from enum import Enum


class Finding(Enum):
    """Outcome of a verdict.

    Without real inputs no verdict is better than `NOTHING_FOUND`: made-up inputs can show a break, not its absence.
    """

    SAFE = "safe"
    NOTHING_FOUND = "nothing found"
    BREAKS = "breaks"
    UNKNOWN = "unknown"
