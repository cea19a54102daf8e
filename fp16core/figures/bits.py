"""Figure of a single number among the float16 numbers around it."""

import math
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    figure,
    fixed,
)
from fp16core.numerics.bits import BinaryNumber, exact_text
from fp16core.numerics.narrowing import Narrowing
from fp16core.text import power_text, small_text


def grid(narrowing: Narrowing) -> go.Figure:
    """Number line with a finite float32 number, the float16 numbers around it, and the interval that rounds alike.

    An infinity is drawn where float16's next number would be.
    """
    numbers = narrowing.neighbours
    places = [float(number.position) for number in numbers]
    margin = 0.6 * max(high - low for low, high in pairwise(places))
    low, high = places[0] - margin, places[-1] + margin
    drawn = figure(180, hovermode="closest", meta={"columns": ["exact value"]})
    _add_numbers(drawn, numbers)
    _add_midpoints(drawn, numbers)
    if low <= narrowing.source.as_float <= high:
        _add_source(drawn, narrowing)
    else:
        _point_to_source(drawn, narrowing.source.as_float, is_right=narrowing.source.as_float > high)
    start, end = narrowing.rounding_interval
    drawn.add_vrect(x0=max(start, low), x1=min(end, high), fillcolor=TARGET_COLOUR, opacity=0.14, line={"width": 0})
    title, labels = _ticks(places)
    drawn.update_xaxes(
        title=title,
        range=[low, high],
        tickvals=places,
        ticktext=[
            label if number.is_finite else number.decimal_text for number, label in zip(numbers, labels, strict=True)
        ],
        showgrid=False,
        zeroline=False,
    )
    drawn.update_yaxes(title="height", visible=False, range=[-1, 1])
    return fixed(drawn)


def _add_numbers(drawn: Sketch, numbers: Sequence[BinaryNumber]) -> None:
    drawn.add_scatter(
        name=f"{TARGET_NAME} numbers",
        x=[float(number.position) for number in numbers],
        y=[0.0] * len(numbers),
        customdata=[number.decimal_text for number in numbers],
        mode="markers",
        marker=_bar_marker(TARGET_COLOUR, height=30, width=3),
        hovertemplate="%{customdata}<extra>float16 number</extra>",
    )


def _add_midpoints(drawn: Sketch, numbers: Sequence[BinaryNumber]) -> None:
    middles = [(one.position + other.position) / 2 for one, other in pairwise(numbers)]
    drawn.add_scatter(
        name="half-way",
        x=[float(middle) for middle in middles],
        y=[0.0] * len(middles),
        customdata=[exact_text(middle) for middle in middles],
        mode="markers",
        marker=_bar_marker(NEUTRAL_COLOUR, height=18, width=1),
        hovertemplate="%{customdata}<extra>half-way between two float16 numbers</extra>",
    )


def _add_source(drawn: Sketch, narrowing: Narrowing) -> None:
    """Mark the float32 number, with an arrow to the number that it is rounded to."""
    exact, rounded = narrowing.source.as_float, float(narrowing.result.position)
    if exact != rounded:
        drawn.add_scatter(
            name="rounded to",
            x=[exact, rounded],
            y=[0.0, 0.0],
            customdata=[narrowing.source.decimal_text, narrowing.result.decimal_text],
            mode="lines+markers",
            line={"color": DELTA_COLOUR, "width": 3},
            marker={"symbol": "arrow", "angleref": "previous", "size": [0, 14], "color": DELTA_COLOUR},
            hoverinfo="skip",
        )
    drawn.add_scatter(
        name=REFERENCE_NAME,
        x=[exact],
        y=[0.0],
        customdata=[narrowing.source.decimal_text],
        mode="markers",
        marker={"color": REFERENCE_COLOUR, "size": 13},
        hovertemplate="%{customdata}<extra>" + REFERENCE_NAME + "</extra>",
    )


def _point_to_source(drawn: Sketch, exact: float, is_right: bool) -> None:
    """Write in a corner that the float32 number lies outside the axis."""
    words = f"{REFERENCE_NAME}: {small_text(exact)}, beyond"
    drawn.add_annotation(
        text=f"{words} →" if is_right else f"← {words}",
        x=1 if is_right else 0,
        xanchor="right" if is_right else "left",
        y=0,
        yanchor="bottom",
        xref="paper",
        yref="paper",
        showarrow=False,
        font={"color": REFERENCE_COLOUR},
    )


def _bar_marker(colour: str, height: int, width: int) -> dict[str, object]:
    return {"symbol": "line-ns", "size": height, "line": {"width": width, "color": colour}, "color": colour}


def _ticks(places: list[float]) -> tuple[str, list[str]]:
    """Title of an axis and labels that distinguish its places; very small ones in units of a power of ten."""
    largest = max(map(abs, places))
    power = math.floor(math.log10(largest)) if largest < 1e-3 else 0
    step = min(high - low for low, high in pairwise(places)) / 10.0**power
    decimals = 0 if step >= 1 else 1 - math.floor(math.log10(step))
    labels = [f"{place / 10.0**power:.{decimals}f}".replace("-", "−") for place in places]
    return "value" + (f", in units of {power_text(10, power)}" if power else ""), labels
