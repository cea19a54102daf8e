"""Figures of a single number: float16's grid around it, and the weights to choose it from."""

import math
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    as_list,
    figure,
    fixed,
    log_ticks,
)
from fp16core.numerics.bits import BinaryNumber, FloatClass, exact_text
from fp16core.numerics.histograms import nearest_to_centres, shared_histograms
from fp16core.numerics.narrowing import Narrowing
from fp16core.numerics.rounding import WeightRounding
from fp16core.text import power_text, small_text


def grid(narrowing: Narrowing) -> go.Figure:
    """A number line with the float16 numbers around a finite float32 number, and the stretch that rounds alike.

    An infinity stands where float16's next number would be.
    """
    source, result = narrowing.source, narrowing.result
    lower, upper = sorted((narrowing.towards_zero, narrowing.away_from_zero), key=lambda number: number.position)
    numbers = _distinct([lower.stepped(-1), lower, upper, upper.stepped(1)])
    places = [float(number.position) for number in numbers]
    chosen, exact = float(result.position), source.as_float
    margin = 0.6 * max(high - low for low, high in pairwise(places))
    low, high = places[0] - margin, places[-1] + margin
    drawn = figure(200, hovermode="closest", meta={"columns": ["exact value"]})
    drawn.add_scatter(
        name=f"{TARGET_NAME} numbers",
        x=places,
        y=[0.0] * len(places),
        customdata=[number.decimal_text for number in numbers],
        mode="markers",
        marker={"symbol": "line-ns", "size": 30, "line": {"width": 3, "color": TARGET_COLOUR}, "color": TARGET_COLOUR},
        hovertemplate="%{customdata}<extra>float16 number</extra>",
    )
    middles = [(one.position + other.position) / 2 for one, other in pairwise(numbers)]
    drawn.add_scatter(
        name="half-way",
        x=[float(middle) for middle in middles],
        y=[0.0] * len(middles),
        customdata=[exact_text(middle) for middle in middles],
        mode="markers",
        marker={
            "symbol": "line-ns",
            "size": 18,
            "line": {"width": 1, "color": NEUTRAL_COLOUR},
            "color": NEUTRAL_COLOUR,
        },
        hovertemplate="%{customdata}<extra>half-way between two float16 numbers</extra>",
    )
    if low <= exact <= high:
        if exact != chosen:
            drawn.add_scatter(
                name="rounded to",
                x=[exact, chosen],
                y=[0.0, 0.0],
                customdata=[source.decimal_text, result.decimal_text],
                mode="lines+markers",
                line={"color": DELTA_COLOUR, "width": 3},
                marker={"symbol": "arrow", "angleref": "previous", "size": [0, 14], "color": DELTA_COLOUR},
                hoverinfo="skip",
            )
        drawn.add_scatter(
            name=REFERENCE_NAME,
            x=[exact],
            y=[0.0],
            customdata=[source.decimal_text],
            mode="markers",
            marker={"color": REFERENCE_COLOUR, "size": 13},
            hovertemplate="%{customdata}<extra>" + REFERENCE_NAME + "</extra>",
        )
    else:
        words, right = f"{REFERENCE_NAME}: {small_text(exact)}, beyond", exact > high
        drawn.add_annotation(
            text=f"{words} →" if right else f"← {words}",
            x=1 if right else 0,
            xanchor="right" if right else "left",
            y=0,
            yanchor="bottom",
            xref="paper",
            yref="paper",
            showarrow=False,
            font={"color": REFERENCE_COLOUR},
        )
    start, end = _stretch(result)
    title, labels = _ticks(places)
    drawn.add_vrect(x0=max(start, low), x1=min(end, high), fillcolor=TARGET_COLOUR, opacity=0.14, line={"width": 0})
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


@remembered()
def choosable_weights(tensor: WeightRounding, chosen: int) -> go.Figure:
    """Histogram of a tensor's float32 weights, with the bar that holds the chosen one marked.

    Returns
    -------
    go.Figure
        Each bar's ``customdata`` begins with the position, in C order, of the weight nearest to
        the bar's middle. Counts are logarithmic, so that a bar of one weight can be clicked.
    """
    histogram, _ = shared_histograms(tensor.reference, tensor.reference)
    examples = nearest_to_centres(tensor.reference, histogram)
    edges, weight = histogram.edges, float(tensor.reference.flat[chosen])
    holder = int(np.clip(np.searchsorted(edges, weight, "right") - 1, 0, len(edges) - 2))
    bars = [place for place, example in enumerate(examples) if example is not None]
    drawn = figure(
        220,
        bargap=0.08,
        hovermode="x",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        meta={"columns": ["weight number", "bin from", "bin to"]},
    )
    colours = [DELTA_COLOUR if place == holder and math.isfinite(weight) else REFERENCE_COLOUR for place in bars]
    drawn.add_bar(
        name=REFERENCE_NAME,
        x=as_list(((edges[:-1] + edges[1:]) / 2)[bars]),
        y=as_list(histogram.counts[bars]),
        width=float(edges[1] - edges[0]),
        customdata=[[examples[place], float(edges[place]), float(edges[place + 1])] for place in bars],
        marker={"color": colours, "line": {"width": 0}},
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hovertemplate="%{y:,} weights from %{customdata[1]:.3g} to %{customdata[2]:.3g}: click to see "
        "number %{customdata[0]:,}<extra></extra>",
        showlegend=False,
    )
    drawn.update_xaxes(title=f"float32 value ({tensor.key})")
    drawn.update_yaxes(title="number of weights", **log_ticks(0.5, max(2, int(histogram.counts.max())) * 1.3))
    return fixed(drawn)


def _distinct(numbers: list[BinaryNumber]) -> list[BinaryNumber]:
    """Each place once: a step beyond infinity is infinity, and both zeros are one place."""
    return list({number.position: number for number in numbers}.values())


def _stretch(number: BinaryNumber) -> tuple[float, float]:
    """From where to where real numbers round to this float16 number."""
    below, above = number.stepped(-1), number.stepped(1)
    start, end = float((below.position + number.position) / 2), float((number.position + above.position) / 2)
    if number.float_class is FloatClass.INFINITE:
        return (-math.inf, end) if number.sign else (start, math.inf)
    return start, end


def _ticks(places: list[float]) -> tuple[str, list[str]]:
    """Title of an axis and labels that tell its places apart; very small ones in units of a power of ten."""
    largest = max(map(abs, places))
    power = math.floor(math.log10(largest)) if largest < 1e-3 else 0
    step = min(high - low for low, high in pairwise(places)) / 10.0**power
    decimals = 0 if step >= 1 else 1 - math.floor(math.log10(step))
    labels = [f"{place / 10.0**power:.{decimals}f}".replace("-", "−") for place in places]
    return "value" + (f", in units of {power_text(10, power)}" if power else ""), labels
