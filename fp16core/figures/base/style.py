"""The look of all figures: colours, number formats, axes."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.text import power_text, small_text

REFERENCE_COLOUR = "#2f7ed8"
TARGET_COLOUR = "#d07000"
DELTA_COLOUR = "#0f9d76"
"""Blue, orange, green: distinct for colour-blind readers, with a contrast of at least 3:1 to all four backgrounds."""

NEUTRAL_COLOUR = "#8a8f98"

WARNING_COLOUR = "#c2456b"
"""Colour of what is lost for good: numbers too large for a format."""

FADING_COLOUR = "#8f6fc0"
"""Colour of what fades away: numbers too small for a format."""

REFERENCE_NAME = "float32"
TARGET_NAME = "float16"
DELTA_NAME = "float16 − float32"

FILES = ((REFERENCE_NAME, REFERENCE_COLOUR), (TARGET_NAME, TARGET_COLOUR))
"""Names and colours of both files, the reference first."""

_BELOW_LABELS_PX, _BESIDE_LABELS_PX = 8, 14
"""Distances of axis titles from the tick labels; of those beside them, the letters' descenders take a part."""

INTERVAL_COLUMNS = ["95 % low", "95 % high"]
"""Titles in tables of the limits that charts draw as error bars."""


def figure(
    height: int, xaxis: Mapping[str, Any] | None = None, yaxis: Mapping[str, Any] | None = None, **layout: Any
) -> Sketch:
    """Start a figure in the house style; colours of text and grid come from the page's theme."""
    house = {
        "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemsizing": "constant"},
        "hoverlabel": {"align": "left"},
        "dragmode": False,
    }
    return Sketch(
        height=height,
        xaxis=_axis(_BELOW_LABELS_PX, **xaxis or {}),
        yaxis=_axis(_BESIDE_LABELS_PX, **yaxis or {}),
        **{**house, **layout},
    )


def fixed(drawn: Sketch) -> go.Figure:
    """Finish a figure with zooming switched off, so that a finger scrolls the page and not the chart."""
    drawn.update_xaxes(fixedrange=True)
    drawn.update_yaxes(fixedrange=True)
    return drawn.finished()


def power_ticks(powers: Sequence[int], base: int, most: int = 9) -> dict[str, Any]:
    """Axis settings for powers of a base, with at most ``most`` ticks."""
    step = -(-len(powers) // most)
    shown = [power for power in powers if power % step == 0]
    return {"tickmode": "array", "tickvals": shown, "ticktext": [power_text(base, power) for power in shown]}


def mark(drawn: Sketch, x: float, words: str, left: bool = False) -> None:
    """Draw a dotted vertical line, with words to its right or left."""
    drawn.add_vline(x=x, line={"color": NEUTRAL_COLOUR, "dash": "dot", "width": 2})
    drawn.add_annotation(
        x=x,
        y=1,
        yref="paper",
        text=words,
        showarrow=False,
        xanchor="right" if left else "left",
        yanchor="top",
        xshift=-4 if left else 4,
        font={"size": 12},
    )


def write_message(drawn: Sketch, words: str) -> None:
    """Write words in the middle of a figure that has nothing to show, or not everything."""
    drawn.add_annotation(text=words, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False)


def digit_ticks() -> dict[str, Any]:
    """Axis settings for the ten digits."""
    return {"tickmode": "array", "tickvals": list(range(10)), "ticktext": [str(d) for d in range(10)]}


def log_ticks(low: float, high: float, steps: tuple[int, ...] = (1,)) -> dict[str, Any]:
    """Settings of a logarithmic axis with ticks at ``steps`` times each power of ten from ``low`` to ``high``."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    places = [step * 10.0**power for power in powers for step in steps]
    return {
        "type": "log",
        "tickvals": places,
        "ticktext": [small_text(place).replace(".00 ×", " ×") for place in places],
        "range": [math.log10(low), math.log10(high)],
    }


def small_ticks(values: npt.NDArray[np.floating], most: int = 4) -> dict[str, Any]:
    """Axis settings for numbers that may be small, at most ``most`` steps over the finite ones and 0.

    Plotly's own powers of ten have exponents too small to read.
    """
    finite = values[np.isfinite(values)].astype(np.float64)
    low, high = float(finite.min(initial=0.0)), float(finite.max(initial=0.0))
    if low == high:
        return {}
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(times for times in (1, 2, 5, 10) if times * power >= rough * (1 - 1e-9))
    places = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [re.sub(r"\.?0+(?= ×)", "", small_text(place)) for place in places],
    }


def lettering(name: str) -> str:
    """Escape a name for Plotly, which interprets HTML in texts, links included."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def stepped_up(value: float) -> float:
    """Round a positive number up to 1, 1.5, 2, 3, 5 or 7 times a power of ten, for axes that seldom grow."""
    return next(step for step in _steps_about(value) if step >= value)


def stepped_down(value: float) -> float:
    """Round a positive number down to one of the numbers of `stepped_up`."""
    return max(step for step in _steps_about(value) if step <= value)


def as_list(values: npt.NDArray[np.generic]) -> list[Any]:
    """Convert an array to plain Python numbers, for Plotly and JSON."""
    return list(values.tolist())


def _axis(standoff_px: int, title: str | None = None, **settings: Any) -> dict[str, Any]:
    # Streamlit's theme places titles further from their axis than small charts can afford.
    return {"automargin": True, "title": {"text": title, "standoff": standoff_px}, **settings}


def _steps_about(value: float) -> list[float]:
    power = math.floor(math.log10(value))
    # The adjacent powers as well, as the logarithm may be rounded across a power.
    return [float(f"{step}e{p}") for p in (power - 1, power, power + 1) for step in ("1", "1.5", "2", "3", "5", "7")]
