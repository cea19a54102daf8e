"""Classes of operators by their range and by their error, each with its words, colour and shape."""

import math
from dataclasses import dataclass
from typing import Any

from fp16core.diagnosis.results import OperatorError, OperatorRange
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    FADING_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    WARNING_COLOUR,
)

FEW_DB, SOME_DB = 20.0, 40.0
"""Bounds of the colours by error: it is a tenth, and a hundredth, of the numbers. No verdict hangs on them."""

FADING_SHARE = 0.01
"""Share of an operator's results below the normal numbers from which it is coloured for that."""


_SIGNS = {
    "x": "✖",
    "triangle-up": "▲",
    "triangle-down": "▼",
    "diamond": "◆",
    "circle": "●",
    "square-open": "□",
    "circle-open": "○",
}


@dataclass(frozen=True)
class OperatorClass:
    """Look of the operators of a class.

    Attributes
    ----------
    words
        In the legend.
    colour, symbol
        Of their marks; no class is told by its colour alone.
    """

    words: str
    colour: str
    symbol: str

    @property
    def sign(self) -> str:
        """The shape as a character, for a legend."""
        return _SIGNS[self.symbol]


OVERFLOWS = OperatorClass("too large for float16", WARNING_COLOUR, "x")
HARMLESS = OperatorClass("too large, but no output changes", TARGET_COLOUR, "triangle-up")
FADES = OperatorClass("partly too small", FADING_COLOUR, "triangle-down")
FITS = OperatorClass("fits into float16", DELTA_COLOUR, "circle")
NOT_FINITE = OperatorClass("infinite or not a number", WARNING_COLOUR, "x")
LARGE_ERROR = OperatorClass("below 20 dB", TARGET_COLOUR, "triangle-up")
SOME_ERROR = OperatorClass("20 to 40 dB", FADING_COLOUR, "diamond")
SMALL_ERROR = OperatorClass("40 dB or more", DELTA_COLOUR, "circle")
STAYS = OperatorClass("stayed in float32", REFERENCE_COLOUR, "square-open")
UNREAD = OperatorClass("no float numbers", NEUTRAL_COLOUR, "circle-open")

BY_RANGE = (OVERFLOWS, HARMLESS, FADES, FITS, UNREAD)
BY_ERROR = (NOT_FINITE, LARGE_ERROR, SOME_ERROR, SMALL_ERROR, STAYS, UNREAD)


def class_of_range(found: OperatorRange | None) -> OperatorClass:
    """Class of an operator by the range of its values; `None` is one without floating-point results."""
    if found is None:
        return UNREAD
    if found.overflows:
        return HARMLESS if found.reaches_output is False else OVERFLOWS
    return FADES if found.zeroed_share + found.subnormal_share >= FADING_SHARE else FITS


def class_of_error(found: OperatorError | None) -> OperatorClass:
    """Class of an operator by its error in float16 arithmetic; `None` is one that was not read."""
    if found is None:
        return UNREAD
    if found.not_finite or math.isnan(found.snr_db):
        return NOT_FINITE
    if not found.is_float16:
        return STAYS
    if found.snr_db < FEW_DB:
        return LARGE_ERROR
    return SOME_ERROR if found.snr_db < SOME_DB else SMALL_ERROR


def largest(found: OperatorRange) -> float:
    """Largest magnitude of an operator's values, or of what it squares or sums on the way."""
    return max(abs(found.low), abs(found.high), found.intermediate_largest)


def whole_ticks(operators: int) -> dict[str, Any]:
    """Axis settings for the indices of so many operators: whole numbers only."""
    return {"tick0": 0, "dtick": max(1, 5 * math.ceil(operators / 50) if operators > 10 else 1)}
