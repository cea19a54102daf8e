"""Figures of runs side by side: their accuracies, and how far float16 moved each."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.evaluate.run_results import RunResult
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    DELTA_NAME,
    INTERVAL_COLUMNS,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    figure,
    lettering,
)
from fp16core.text import percent_text, points_text

_LABEL_LENGTH = 28
_ROW = 46


def accuracies(results: Sequence[RunResult]) -> go.Figure:
    """Accuracies of each run's float32 and float16 file, with their 95 % intervals."""
    drawn = _by_run(results, "accuracy (%)")
    for name, colour, shift, shares in (
        (REFERENCE_NAME, REFERENCE_COLOUR, -0.14, [result.reference for result in results]),
        (TARGET_NAME, TARGET_COLOUR, 0.14, [result.target for result in results]),
    ):
        drawn.add_scatter(
            name=name,
            x=[100 * share.value for share in shares],
            y=[place + shift for place in range(len(results))],
            mode="markers",
            marker={"color": colour, "size": 10},
            error_x={
                "array": [100 * (share.high - share.value) for share in shares],
                "arrayminus": [100 * (share.value - share.low) for share in shares],
                "color": colour,
                "width": 4,
            },
            customdata=[
                [result.name, 100 * share.low, 100 * share.high] for result, share in zip(results, shares, strict=True)
            ],
            text=[
                f"{lettering(result.name)}: {name} reads {share.successes:,} of {share.total:,} right "
                f"({percent_text(share.value)}),<br>"
                f"95 % interval {percent_text(share.low)} to {percent_text(share.high)}"
                for result, share in zip(results, shares, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    return drawn.finished()


def accuracy_deltas(results: Sequence[RunResult]) -> go.Figure:
    """Accuracy delta of each run in percentage points, with an interval of at least 95 %."""
    drawn = _by_run(results, "accuracy change (points)")
    deltas = [100 * result.accuracy_delta for result in results]
    drawn.add_scatter(
        name=DELTA_NAME,
        x=deltas,
        y=list(range(len(results))),
        mode="markers",
        marker={"color": DELTA_COLOUR, "size": 10},
        error_x={
            "array": [100 * result.delta_high - delta for result, delta in zip(results, deltas, strict=True)],
            "arrayminus": [delta - 100 * result.delta_low for result, delta in zip(results, deltas, strict=True)],
            "color": DELTA_COLOUR,
            "width": 4,
        },
        customdata=[[result.name, 100 * result.delta_low, 100 * result.delta_high] for result in results],
        text=[
            f"{lettering(result.name)}: {points_text(result.accuracy_delta)},<br>95 % interval "
            f"{points_text(result.delta_low)} to {points_text(result.delta_high)}; "
            f"{result.changed.successes:,} of {result.changed.total:,} answers changed"
            for result in results
        ],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    # At least a tenth of a point on each side, so that a single image does not look like a landslide.
    limit = 1.1 * max([0.1, *(100 * abs(end) for result in results for end in (result.delta_low, result.delta_high))])
    drawn.update_xaxes(range=[-limit, limit])
    return drawn.finished()


def _by_run(results: Sequence[RunResult], title: str) -> Sketch:
    places = list(range(len(results)))
    return figure(
        90 + _ROW * len(results),
        hovermode="closest",
        meta={"columns": ["run", *INTERVAL_COLUMNS]},
        xaxis={"title": title, "fixedrange": True, "nticks": 7},
        yaxis={
            "title": "run",
            "range": [len(results) - 0.5, -0.5],
            "tickvals": places,
            "ticktext": [lettering(_shortened(result.name)) for result in results],
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
        },
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LABEL_LENGTH else name[: _LABEL_LENGTH - 1].rstrip() + "…"
