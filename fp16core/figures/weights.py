"""Figures of weights: their distributions in both files, and their rounding errors."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
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
    small_ticks,
)
from fp16core.numerics.histograms import Histogram, error_histogram, nearest_to_centres, shared_histograms
from fp16core.numerics.weight_rounding import WeightRounding
from fp16core.text import count_text

EDGE_COLUMNS = ["weight number", "bin from", "bin to"]


@remembered()
def weight_histograms(rounding: WeightRounding, log_counts: bool = False, chosen: int | None = None) -> go.Figure:
    """Histogram of the reference's weights as bars and of the target's as an outline, on the same bins.

    Parameters
    ----------
    rounding
        A tensor.
    log_counts
        True for a logarithmic axis of counts, on which a bar of a single weight can be picked.
    chosen
        Position, in C order, of the weight whose bar is marked.

    Returns
    -------
    go.Figure
        Each bar's ``customdata`` begins with the position of the weight nearest to the bar's middle.
    """
    drawn = figure(270, bargap=0, hovermode="x", meta={"columns": EDGE_COLUMNS})
    reference, target = shared_histograms(rounding.reference, rounding.target)
    drawn.add_bar(
        name=REFERENCE_NAME,
        hovertext=[f"{TARGET_NAME}: {count_text(kept, 'weight')}" for kept in as_list(target.counts)],
        **_bars(
            reference,
            rounding.reference,
            f"{REFERENCE_COLOUR}8c",
            chosen,
            before=f"{REFERENCE_NAME}: ",
            after="<br>%{hovertext}",
        ),
    )
    edges, counts = _outline(target)
    drawn.add_scatter(
        name=TARGET_NAME,
        x=edges,
        y=counts,
        mode="lines",
        line={"color": TARGET_COLOUR, "width": 2, "shape": "hv"},
        hoverinfo="skip",  # a click picks the first of the marks that are named, which has to be the bar
    )
    drawn.update_xaxes(title=f"weight value ({rounding.key})")
    drawn.update_yaxes(
        title="number of weights", **_counts(int(max(reference.counts.max(), target.counts.max())), log_counts)
    )
    return fixed(drawn)


@remembered()
def rounding_errors(rounding: WeightRounding, log_counts: bool = False, chosen: int | None = None) -> go.Figure:
    """Histogram of ``target − reference`` over the weights of one tensor; parameters as `weight_histograms`."""
    drawn = figure(
        250, bargap=0, hovermode="x", margin={"l": 8, "r": 8, "t": 8, "b": 8}, meta={"columns": EDGE_COLUMNS}
    )
    histogram = error_histogram(rounding)
    bars = _bars(histogram, rounding.error, DELTA_COLOUR, chosen, TARGET_COLOUR)
    drawn.add_bar(name=DELTA_NAME, showlegend=False, **bars)
    drawn.update_xaxes(title="rounding error of a weight (float16 − float32)", **small_ticks(histogram.edges))
    drawn.update_yaxes(title="number of weights", **_counts(int(histogram.counts.max()), log_counts))
    return fixed(drawn)


def _counts(largest: int, log_counts: bool) -> dict[str, object]:
    if log_counts:
        # A logarithmic axis has no zero; starting at a half, a bin with a single weight still has a bar.
        return log_ticks(0.5, max(2, largest) * 1.3)
    return {"rangemode": "tozero", "tickformat": ",d", "dtick": 1 if largest <= 6 else None}


def _bars(
    histogram: Histogram,
    values: npt.NDArray[np.floating],
    colour: str,
    chosen: int | None,
    chosen_colour: str = DELTA_COLOUR,
    before: str = "",
    after: str = "",
) -> dict[str, object]:
    """Bars that name the value nearest to their middle; that of the chosen value has another colour."""
    edges, examples = histogram.edges, nearest_to_centres(values, histogram)
    colours = [colour] * len(histogram.counts)
    if chosen is not None and np.isfinite(value := values.flat[chosen]):
        colours[int(np.clip(np.searchsorted(edges, value, "right") - 1, 0, len(colours) - 1))] = chosen_colour
    return {
        "x": as_list((edges[:-1] + edges[1:]) / 2),
        "y": as_list(histogram.counts),
        "width": as_list(edges[1:] - edges[:-1]),
        "marker": {"color": colours, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
        "customdata": [
            [example, float(low), float(high)] for example, (low, high) in zip(examples, pairwise(edges), strict=True)
        ],
        "hovertemplate": before
        + "%{y:,} weights from %{customdata[1]:.3g} to %{customdata[2]:.3g}"
        + after
        + "<extra></extra>",
    }


def _outline(histogram: Histogram) -> tuple[list[float], list[int]]:
    counts = as_list(histogram.counts)
    return as_list(histogram.edges), [*counts, counts[-1]]
