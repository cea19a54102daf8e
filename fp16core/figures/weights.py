"""Figures of weights: their distributions in both files, and their rounding errors."""

from itertools import pairwise

import plotly.graph_objects as go

from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    DELTA_NAME,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    as_list,
    figure,
    fixed,
    log_ticks,
)
from fp16core.numerics.histograms import Histogram, error_histogram, shared_histograms
from fp16core.numerics.weight_rounding import WeightRounding

EDGE_COLUMNS = ["bin from", "bin to"]


@remembered()
def weight_histograms(rounding: WeightRounding, log_counts: bool = False) -> go.Figure:
    """Histogram of the reference's weights as bars and of the target's as an outline, on the same bins."""
    drawn = figure(340, bargap=0, hovermode="x unified", meta={"columns": EDGE_COLUMNS})
    reference, target = shared_histograms(rounding.reference, rounding.target)
    drawn.add_bar(name=REFERENCE_NAME, marker={"color": REFERENCE_COLOUR}, opacity=0.55, **_bars(reference))
    edges, counts = _outline(target)
    drawn.add_scatter(
        name=TARGET_NAME,
        x=edges,
        y=counts,
        mode="lines",
        line={"color": TARGET_COLOUR, "width": 2, "shape": "hv"},
        hovertemplate="%{y:,} weights<extra>" + TARGET_NAME + "</extra>",
    )
    drawn.update_xaxes(title=f"weight value ({rounding.key})")
    drawn.update_yaxes(
        title="number of weights", **_counts(int(max(reference.counts.max(), target.counts.max())), log_counts)
    )
    return fixed(drawn)


@remembered()
def rounding_errors(rounding: WeightRounding, log_counts: bool = False) -> go.Figure:
    """Histogram of ``target − reference`` over the weights of one tensor."""
    drawn = figure(340, bargap=0, meta={"columns": EDGE_COLUMNS})
    histogram = error_histogram(rounding)
    drawn.add_bar(name=DELTA_NAME, marker={"color": DELTA_COLOUR}, showlegend=False, **_bars(histogram))
    drawn.update_xaxes(title="rounding error of a weight (float16 − float32)", exponentformat="power", nticks=6)
    drawn.update_yaxes(title="number of weights", **_counts(int(histogram.counts.max()), log_counts))
    return fixed(drawn)


def _counts(largest: int, log_counts: bool) -> dict[str, object]:
    if log_counts:
        # A logarithmic axis has no zero; starting at a half, a bin with a single weight still has a bar.
        return log_ticks(0.5, max(2, largest) * 1.3)
    return {"rangemode": "tozero", "tickformat": ",d", "dtick": 1 if largest <= 6 else None}


def _bars(histogram: Histogram) -> dict[str, object]:
    edges = histogram.edges
    return {
        "x": as_list((edges[:-1] + edges[1:]) / 2),
        "y": as_list(histogram.counts),
        "width": as_list(edges[1:] - edges[:-1]),
        "customdata": [[float(low), float(high)] for low, high in pairwise(edges)],
        "hovertemplate": "%{y:,} weights from %{customdata[0]:.3g} to %{customdata[1]:.3g}<extra></extra>",
    }


def _outline(histogram: Histogram) -> tuple[list[float], list[int]]:
    counts = as_list(histogram.counts)
    return as_list(histogram.edges), [*counts, counts[-1]]
