"""Weights of a network in training: kernels as small multiples, histograms with the untrained outline."""

import functools
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    FADING_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    figure,
    stepped_up,
    write_message,
)
from fp16core.text import count_text
from fp16core.training.trace import Trace, WeightHistogram

_NOTHING = "The weights appear when training begins."


def kernels(trace: Trace) -> go.Figure:
    """Current kernels of the convolution, as small multiples on one scale around 0.

    The scale is that of the untrained kernels until the weights outgrow it.
    """
    if trace.first is None or trace.last is None:
        drawn = figure(250, xaxis=_hidden(), yaxis=_hidden())
        write_message(drawn, _NOTHING)
        return drawn.finished()
    weights = trace.last.kernels
    count, side = len(weights), weights.shape[1]
    places, frames = _places(count, side), _frames(count, side)
    cells = np.full(places.shape[:2], np.nan, np.float32)
    shown = places[..., 0] > 0
    number, row, column = places[shown].T.astype(np.intp) - 1
    cells[shown] = weights[number, row, column]
    cells[~np.isfinite(cells)] = np.nan
    known = np.concatenate([trace.first.kernels.ravel(), weights.ravel()])
    limit = stepped_up(float(np.abs(known[np.isfinite(known)]).max(initial=1e-3)))
    high, wide, _ = places.shape
    drawn = figure(
        min(280, 40 + round(600 * (high + 1) / (wide + 1))),
        margin={"l": 0, "r": 0, "t": 8, "b": 8},
        uirevision="kernels",
        showlegend=False,
        meta={"columns": ["filter", "row", "column", "weight"]},
        xaxis=_hidden(range=[-1, wide]),
        yaxis=_hidden(range=[high, -1], scaleanchor="x"),
    )
    drawn.add_heatmap(
        name="kernels",
        z=cells,
        customdata=places,
        zmin=-limit,
        zmax=limit,
        # Transparent in the middle, so that 0 has the page's own colour.
        colorscale=[[0, FADING_COLOUR], [0.5, _clear(FADING_COLOUR)], [0.5, _clear(DELTA_COLOUR)], [1, DELTA_COLOUR]],
        colorbar={"thickness": 10, "nticks": 5, "title": {"text": "weight", "side": "right"}, "outlinewidth": 0},
        hoverongaps=False,
        hovertemplate="filter %{customdata[0]}, row %{customdata[1]}, column %{customdata[2]}: "
        "a weight of %{z:.3f}<extra></extra>",
    )
    drawn.add_scatter(
        x=frames[:, 0], y=frames[:, 1], mode="lines", line={"color": NEUTRAL_COLOUR, "width": 1}, hoverinfo="skip"
    )
    return drawn.finished()


def weight_histogram(trace: Trace, key: str) -> go.Figure:
    """Histogram of a layer's current weights as bars, and of the untrained ones as an outline.

    Parameters
    ----------
    trace
        Trace of the run so far.
    key
        Key of the layer in `Snapshot.histograms`.
    """
    if trace.first is None or trace.last is None:
        drawn = _of_weights(key, [-1, 1], [0, 1])
        write_message(drawn, _NOTHING)
        return drawn.finished()
    then, now = _of_one_width(trace.first.histograms[key], trace.last.histograms[key])
    low, high = min(then.edges[0], now.edges[0]), max(then.edges[-1], now.edges[-1])
    most = max(int(then.counts.max()), int(now.counts.max()), 1)
    drawn = _of_weights(
        key,
        [-stepped_up(-low) if low < 0 else 0, stepped_up(high) if high > 0 else 0],
        [0, stepped_up(1.05 * most)],
    )
    drawn.add_bar(
        name=f"now, after {_epochs_text(trace.last.epochs_done)}",
        x=(now.edges[:-1] + now.edges[1:]) / 2,
        y=now.counts,
        width=now.width,
        marker={"color": REFERENCE_COLOUR},
        opacity=0.7,
        customdata=np.stack([now.edges[:-1], now.edges[1:]], axis=1),
        hovertemplate="%{y:,} weights from %{customdata[0]:.3g} to %{customdata[1]:.3g}<extra></extra>",
    )
    drawn.add_scatter(
        name="untrained",
        x=np.concatenate([then.edges[:1], then.edges]),
        y=np.concatenate([[0], then.counts, [0]]),
        mode="lines",
        line={"color": NEUTRAL_COLOUR, "width": 1.5, "shape": "hv"},
        hoverinfo="skip",
    )
    return drawn.finished()


def _of_weights(key: str, low_and_high: list[float], counts: list[float]) -> Sketch:
    return figure(
        260,
        bargap=0,
        uirevision=key,
        meta={"columns": ["bin from", "bin to"]},
        xaxis={"title": f"weight value ({key})", "range": low_and_high, "fixedrange": True},
        yaxis={
            "title": "number of weights",
            "range": counts,
            "tickformat": ",d",
            "nticks": 5 if counts[1] > 4 else 2,
            "fixedrange": True,
        },
    )


def _hidden(**settings: Any) -> dict[str, Any]:
    return {"visible": False, "constrain": "domain", "fixedrange": True, **settings}


def _epochs_text(epochs_done: float) -> str:
    rounded = round(float(epochs_done), 2)
    return count_text(int(rounded), "epoch") if rounded.is_integer() else f"{rounded:,.2f} epochs"


def _of_one_width(first: WeightHistogram, second: WeightHistogram) -> tuple[WeightHistogram, WeightHistogram]:
    """Rebin two histograms to the wider bin width, so that heights can be compared."""
    width = max(first.width, second.width)
    return _widened(first, width), _widened(second, width)


def _widened(histogram: WeightHistogram, width: float) -> WeightHistogram:
    if histogram.width == width:
        return histogram
    places = np.floor((histogram.edges[:-1] + histogram.edges[1:]) / 2 / width).astype(np.int64)
    first, last = int(places[0]), int(places[-1])
    counts = np.zeros(last - first + 1, np.int64)
    np.add.at(counts, places - first, histogram.counts)
    return WeightHistogram(np.arange(first, last + 2, dtype=np.float64) * width, counts)


def _clear(colour: str) -> str:
    return "rgba({}, {}, {}, 0)".format(*(int(colour[i : i + 2], 16) for i in (1, 3, 5)))


def _corners(count: int, side: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Top and left cell of each tile, with about three times as many tiles in a row as in a column."""
    columns = math.ceil(count / max(1, round(math.sqrt(count / 3))))
    top, left = np.divmod(np.arange(count), columns)
    return top * (side + 1), left * (side + 1)


@functools.lru_cache(maxsize=8)
def _places(count: int, side: int) -> npt.NDArray[np.uint8]:
    """Filter, row and column of each cell of the map, from 1, shape (height, width, 3); 0 in the gaps."""
    top, left = _corners(count, side)
    places = np.zeros((int(top.max()) + side, int(left.max()) + side, 3), np.uint8)
    for number in range(count):
        tile = places[top[number] : top[number] + side, left[number] : left[number] + side]
        tile[..., 0] = number + 1
        tile[..., 1:] = np.moveaxis(np.indices((side, side)), 0, -1) + 1
    places.flags.writeable = False
    return places


@functools.lru_cache(maxsize=8)
def _frames(count: int, side: int) -> npt.NDArray[np.float64]:
    """Frames around the tiles, as one line with gaps: columns and rows, shape (6 · count, 2)."""
    around = np.array([[0, 0], [side, 0], [side, side], [0, side], [0, 0], [np.nan, np.nan]]) - 0.5
    top, left = _corners(count, side)
    frames = (np.array([left, top]).T[:, None, :] + around).reshape(-1, 2)
    frames.flags.writeable = False
    return frames
