"""Figures of the guarantee: what float16 could do at most beside what it did."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.guarantee import Guarantee
from fp16core.figures.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    WARNING_COLOUR,
    as_list,
    figure,
    fixed,
    log_ticks,
)
from fp16core.text import percent_text

_BINS = 60


def margins_and_bounds(comparison: Comparison, found: Guarantee) -> go.Figure:
    """Each image's lead of the best score against the most that float16 could take from it.

    Below the line the lead is larger, and the answer proven. Images that have no lead, or of which nothing can be
    said, are left out of the drawing.

    Returns
    -------
    go.Figure
        Each point's ``customdata`` is the image's index.
    """
    drawn = figure(440, hovermode="closest", meta={"columns": ["image"]})
    margins = comparison.reference.margins
    taken = margins - found.least_lead
    visible = (margins > 0) & np.isfinite(taken) & (taken > 0)
    for name, members, colour, size, symbol in (
        ("proven", visible & found.proven, DELTA_COLOUR, 4, "circle"),
        ("not proven", visible & ~found.proven & ~comparison.changed, NEUTRAL_COLOUR, 9, "circle"),
        ("answer changed", visible & comparison.changed, TARGET_COLOUR, 13, "diamond"),
    ):
        indices = np.flatnonzero(members)
        drawn.add_trace(
            go.Scattergl(
                name=f"{name} ({len(indices):,})",
                x=margins[indices].astype(np.float32),
                y=taken[indices].astype(np.float32),
                mode="markers",
                marker={"color": colour, "size": size, "symbol": symbol},
                selected={"marker": {"opacity": 1}},
                unselected={"marker": {"opacity": 1}},
                customdata=indices,
                hovertemplate="Image %{customdata}: leads by %{x:.4g}, float16 could take %{y:.2e} at most"
                f"<extra>{name}</extra>",
            )
        )
    across, upward = (margins[visible], taken[visible]) if visible.any() else (np.ones(1), np.ones(1))
    span = as_list(np.array([across.min(), across.max()]))
    drawn.add_scatter(
        name="all of the lead",
        x=span,
        y=span,
        mode="lines",
        line={"color": WARNING_COLOUR, "dash": "dash", "width": 2},
        hoverinfo="skip",
    )
    drawn.update_xaxes(
        title="lead of the best score (logits)", **log_ticks(float(across.min()) * 0.6, float(across.max()) * 1.6)
    )
    drawn.update_yaxes(
        title="most that float16 could take (logits)",
        **log_ticks(float(upward.min()) * 0.6, float(upward.max()) * 2, steps=(1, 2, 5)),
    )
    return fixed(drawn)


def observed_and_possible(comparison: Comparison, found: Guarantee) -> go.Figure:
    """Histograms of each image's largest logit change: as observed, and at most."""
    drawn = figure(320, barmode="overlay", bargap=0, meta={"columns": ["from", "to"]})
    groups = (
        ("observed", comparison.abs_logit_delta, DELTA_COLOUR),
        ("at most", found.max_abs_delta, NEUTRAL_COLOUR),
    )
    values = np.concatenate([_drawable(change) for _, change, _ in groups])
    low, high = (float(values.min()), float(values.max())) if len(values) else (1.0, 10.0)
    edges = np.linspace(np.log10(low) - 0.05, np.log10(high) + 0.05, _BINS + 1)
    for name, change, colour in groups:
        counts, _ = np.histogram(np.log10(_drawable(change)), edges)
        drawn.add_bar(
            name=name,
            x=as_list((edges[:-1] + edges[1:]) / 2),
            y=as_list(counts),
            width=as_list(np.diff(edges)),
            marker_color=colour,
            customdata=as_list(10.0 ** np.stack([edges[:-1], edges[1:]], axis=1)),
            hovertemplate="%{y:,} images from %{customdata[0]:.2e} to %{customdata[1]:.2e}<extra>" + name + "</extra>",
        )
    ticks = log_ticks(low, high)
    # The bins are equal on the logarithm, which is what this axis counts in.
    places = as_list(np.log10(ticks["tickvals"]))
    drawn.update_xaxes(
        title="largest change of a score (logits)", tickvals=places, ticktext=ticks["ticktext"], zeroline=False
    )
    drawn.update_yaxes(title="images", tickformat=",d")
    return fixed(drawn)


def proven_by_mantissa(proven: Mapping[int, float], unchanged: Mapping[int, float], exponent_bits: int) -> go.Figure:
    """Share of images proven unchangeable, and share unchanged as observed, against mantissa bits."""
    drawn = figure(320)
    for name, shares, colour, symbol in (
        ("proven unchangeable", proven, DELTA_COLOUR, "circle"),
        ("unchanged as observed", unchanged, REFERENCE_COLOUR, "diamond"),
    ):
        order = sorted(shares, reverse=True)
        drawn.add_scatter(
            name=name,
            x=order,
            y=[100 * shares[bits] for bits in order],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 8, "symbol": symbol},
            text=[
                f"{exponent_bits} exponent and {bits} mantissa bits: {percent_text(shares[bits])} {name}"
                for bits in order
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="mantissa bits", autorange="reversed", dtick=1)
    drawn.update_yaxes(title="images (%)", range=[-3, 103])
    return fixed(drawn)


def _drawable(change: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What a logarithmic axis can show."""
    return change[np.isfinite(change) & (change > 0)]
