"""Curves of a training run in progress: drawn twice a second, with axes that grow in steps.

Numbers are passed as arrays, which are encoded ten times as fast as lists.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    figure,
    log_ticks,
    stepped_down,
    stepped_up,
    write_message,
)
from fp16core.training.trace import EpochResult, Trace, TrainingStep

RUNNING_NAME = "training images"

_EPOCHS = "epochs (passes over the training images)"
_COLUMNS = ["float32 (%)", "float16 (%)", "changed answers"]
_FLOORS = (95, 90, 80, 50, 0)
"""Possible lower ends of an axis of accuracies, in percent."""
_FEW_EPOCHS = 2
"""Up to this number of epochs, the axis shows the rise within the first epoch."""
_MARKED = 40
"""Up to this number of epochs, each has a mark."""


def loss(trace: Trace, epochs: int) -> go.Figure:
    """Cross-entropy on the training images so far, and that of the float32 file on the test images.

    Parameters
    ----------
    trace
        Trace of the run so far.
    epochs
        Number of epochs of the whole run, which the axis spans from the start.
    """
    x, y = _steps(trace.steps, "loss")
    ends, results = _results(trace.epochs, "reference_loss")
    told = np.concatenate([y, *results])
    drawable = told[np.isfinite(told) & (told > 0)]
    low, high = stepped_down(drawable.min(initial=0.1)), stepped_up(drawable.max(initial=2.5))
    drawn = _over_epochs(epochs, title="loss (cross-entropy, nats)", **log_ticks(low, high, (1, 2, 5)))
    _add_running(drawn, x, y, "a loss of %{y:.3g} on the training images, so far in the epoch")
    drawn.add_scatter(
        name=f"test images, {REFERENCE_NAME}",
        x=ends,
        y=results[0],
        mode="lines+markers" if len(ends) <= _MARKED else "lines",
        line={"color": REFERENCE_COLOUR, "width": 2},
        marker={"size": 9},
        hovertemplate="After epoch %{x:,}: a loss of %{y:.3g} on the test images<extra></extra>",
    )
    if not trace.steps:
        write_message(drawn, "The first numbers appear when training begins.")
    elif not np.isfinite(told).all():
        write_message(drawn, "The loss is no longer a number: training has diverged.")
    return drawn.finished()


def accuracy(trace: Trace, epochs: int) -> go.Figure:
    """Accuracy during training, and after each epoch that of the float32 and the float16 file on the test images.

    If both files are equally accurate, the orange mark lies within the blue ring.
    """
    x, y = _steps(trace.steps, "accuracy")
    ends, results = _results(trace.epochs, "reference_accuracy", "target_accuracy", "changed_predictions")
    floor = _floor(x, y, np.concatenate(results[:2]), epochs)
    drawn = _over_epochs(epochs, title="accuracy (%)", range=[floor, 100 + (100 - floor) / 40])
    _add_running(drawn, x, 100 * y, "%{y:.2f} % of the training images read right, so far in the epoch")
    numbers = np.stack([100 * results[0], 100 * results[1], results[2]], axis=1)
    for name, shares, line, marker in (
        (
            REFERENCE_NAME,
            results[0],
            {"color": REFERENCE_COLOUR, "width": 5},
            {"size": 15, "symbol": "circle-open", "line": {"width": 3}},
        ),
        (
            TARGET_NAME,
            results[1],
            {"color": TARGET_COLOUR, "width": 2, "dash": "dot"},
            {"size": 8, "symbol": "diamond"},
        ),
    ):
        drawn.add_scatter(
            name=f"test images, {name}",
            x=ends,
            y=100 * shares,
            mode="lines+markers" if len(ends) <= _MARKED else "lines",
            line=line,
            marker=marker,
            customdata=numbers,
            hovertemplate="After epoch %{x:,}: float32 reads %{customdata[0]:.2f} % of the test images right,<br>"
            "float16 %{customdata[1]:.2f} %; changed answers: %{customdata[2]:,}<extra></extra>",
        )
    if not trace.steps:
        write_message(drawn, "The first numbers appear when training begins.")
    return drawn.finished()


def _over_epochs(epochs: int, **yaxis: Any) -> Sketch:
    return figure(
        300,
        uirevision="training",
        showlegend=True,  # from the first line on, in the room that the later ones take
        hovermode="closest",
        meta={"columns": _COLUMNS},
        xaxis={"title": _EPOCHS, "range": [0, 1.03 * epochs], "nticks": 8, "tickformat": ",", "fixedrange": True},
        yaxis={**yaxis, "fixedrange": True},
    )


def _add_running(drawn: Sketch, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], words: str) -> None:
    drawn.add_scatter(
        name=RUNNING_NAME,
        x=x,
        y=y,
        mode="lines",
        line={"color": NEUTRAL_COLOUR, "width": 2},
        hovertemplate="After %{x:.2f} epochs: " + words + "<extra></extra>",
    )


def _steps(steps: Sequence[TrainingStep], value: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Epochs done, and one value, of each step."""
    table = np.array([(step.epochs_done, getattr(step, value)) for step in steps], np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _results(
    results: Sequence[EpochResult], *values: str
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.float64]]]:
    """Numbers of the epochs, and some values of their results."""
    columns = [np.array([getattr(result, value) for result in results], np.float64) for value in values]
    return np.array([result.number for result in results], np.int64), columns


def _floor(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], results: npt.NDArray[np.float64], epochs: int
) -> int:
    """Lower end of the axis of accuracies; in a long run, part of the first epoch may lie below it."""
    few = epochs <= _FEW_EPOCHS
    seen = np.concatenate([y if few else y[x > 1], results])
    lowest = 100 * float(np.nanmin(seen, initial=0.5 if few else 0.9))
    return next(floor for floor in _FLOORS if floor <= lowest)
