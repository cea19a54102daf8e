"""Figures of many images on logarithmic axes: scatter plots with points to pick, and distributions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.figures.base.style import DELTA_COLOUR, as_list, figure, fixed, log_ticks, write_message

Values = npt.NDArray[np.float64]

_BINS_PER_DECADE = 8


@dataclass(frozen=True, eq=False)
class Group:
    """Images drawn alike.

    Attributes
    ----------
    name
        Name of the group.
    members : bool, shape (n,)
        True for its images.
    colour, size, symbol, opacity
        Look of its points.
    """

    name: str
    members: npt.NDArray[np.bool_] = field(repr=False)
    colour: str
    size: int
    symbol: str = "circle"
    opacity: float = 1.0


def scatter(
    across: Values,
    upward: Values,
    groups: Sequence[Group],
    titles: tuple[str, str],
    sentence: str,
    line: tuple[str, float],
    chosen: int | None = None,
) -> go.Figure:
    """Scatter plot of images on two logarithmic axes; values that are not positive and finite are left out.

    Parameters
    ----------
    across, upward : float64, shape (n,)
        Values on the horizontal and the vertical axis.
    groups
        Groups of images, drawn in order.
    titles
        Titles of both axes.
    sentence
        Hover text of a point, after "Image 7: ", with ``%{x}`` and ``%{y}`` for its values.
    line
        Name and factor of the dashed line ``upward = factor × across``.
    chosen
        Index of an image to put a ring around.

    Returns
    -------
    go.Figure
        Each point's ``customdata`` is the image's index.
    """
    drawn = figure(460, hovermode="closest", meta={"columns": ["image"]})
    visible = (across > 0) & (upward > 0) & np.isfinite(across) & np.isfinite(upward)
    for group in groups:
        indices = np.flatnonzero(visible & group.members)
        drawn.add(
            "scattergl",
            name=f"{group.name} ({len(indices):,})",
            x=across[indices].astype(np.float32),
            y=upward[indices].astype(np.float32),
            mode="markers",
            marker={"color": group.colour, "size": group.size, "symbol": group.symbol, "opacity": group.opacity},
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": group.opacity}},
            customdata=indices,
            hovertemplate=f"Image %{{customdata}}: {sentence}<extra>{group.name}</extra>",
        )
    if visible.any():
        span = np.array([across[visible].min(), across[visible].max()])
        drawn.add_scatter(
            name=line[0],
            x=as_list(span),
            y=as_list(span * line[1]),
            mode="lines",
            line={"color": DELTA_COLOUR, "dash": "dash", "width": 2},
            hoverinfo="skip",
        )
    else:
        write_message(drawn, "No image has both values to draw.")
    if chosen is not None and visible[chosen]:
        # On the same canvas as the points, which would otherwise cover the ring.
        drawn.add(
            "scattergl",
            name=f"image {chosen:,}",
            x=[float(across[chosen])],
            y=[float(upward[chosen])],
            mode="markers",
            marker={"color": DELTA_COLOUR, "size": 20, "symbol": "circle-open", "line": {"width": 4}},
            hoverinfo="skip",
        )
    x, y = (across[visible], upward[visible]) if visible.any() else (np.ones(1), np.ones(1))
    drawn.update_xaxes(title=titles[0], **log_ticks(float(x.min()) * 0.6, float(x.max()) * 1.6))
    drawn.update_yaxes(title=titles[1], **log_ticks(float(y.min()) * 0.6, float(y.max()) * 2, steps=(1, 2, 5)))
    return fixed(drawn)


def distributions(series: Sequence[tuple[str, Values, str]], title: str) -> go.Figure:
    """Distributions of values of images on a logarithmic axis; values that are not positive and finite are left out.

    Parameters
    ----------
    series
        Names, values (float64, shape (n,)) and colours.
    title
        Title of the axis of values.
    """
    drawn = figure(330, hovermode="closest")
    drawable = [values[np.isfinite(values) & (values > 0)] for _, values, _ in series]
    everything = np.concatenate(drawable)
    if len(everything) == 0:
        write_message(drawn, "No image has a value to draw.")
    low, high = (everything.min(), everything.max()) if len(everything) else (0.1, 10.0)
    first, last = math.floor(math.log10(low) * _BINS_PER_DECADE), math.ceil(math.log10(high) * _BINS_PER_DECADE) + 1
    edges = 10.0 ** (np.arange(first, last + 1) / _BINS_PER_DECADE)
    for (name, _, colour), values in zip(series, drawable, strict=True):
        counts = [*as_list(np.histogram(values, edges)[0]), 0]
        drawn.add_scatter(
            name=name,
            x=as_list(edges),
            y=counts,
            mode="lines",
            line={"color": colour, "width": 2, "shape": "hv"},
            fill="tozeroy",
            hovertemplate="%{y:,} images from %{x:.2g}<extra>" + name + "</extra>",
        )
    drawn.update_xaxes(title=title, **log_ticks(float(edges[0]), float(edges[-1])))
    drawn.update_yaxes(title="number of images", rangemode="tozero", tickformat=",d")
    return fixed(drawn)
