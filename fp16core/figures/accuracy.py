"""Figures of accuracy: confusion matrices, accuracy by digit, margins against logit changes."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.figures.base.image_plots import Group, scatter
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    INTERVAL_COLUMNS,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    as_list,
    digit_ticks,
    figure,
    fixed,
)
from fp16core.text import article_text, percent_text, points_text, signed_text


@remembered()
def confusion(evaluation: Evaluation, name: str, colour: str) -> go.Figure:
    """Confusion matrix of one model; the shade grows with the logarithm of the count."""
    counts = evaluation.confusion
    text = [[f"{count:,}" if count else "" for count in row] for row in counts.tolist()]
    sentence = "%{customdata} images of %{y} were read as %{x}"
    return _matrix(
        counts,
        np.log10(counts + 1),
        text,
        f"{sentence} by {name}",
        [[0, _glaze(colour, 0.04)], [1, _glaze(colour, 0.7)]],
    )


@remembered()
def confusion_delta(comparison: Comparison) -> go.Figure:
    """Confusion matrix of the target minus that of the reference: the answers that float16 moved."""
    delta = comparison.confusion_delta
    text = [[signed_text(cell, ",") if cell else "" for cell in row] for row in delta.tolist()]
    limit = max(1, int(np.abs(delta).max()))
    strong = _glaze(DELTA_COLOUR, 0.7)  # the same for gains and losses: the sign is in the cell
    scale = [[0, strong], [0.5, _glaze(DELTA_COLOUR, 0.04)], [1, strong]]
    sentence = "%{customdata} images of %{y} read as %{x} with float16"
    return _matrix(delta, delta / limit, text, sentence, scale, zmin=-1, zmax=1)


@remembered()
def per_digit(comparison: Comparison) -> go.Figure:
    """Accuracy on each true digit by both models, with 95 % Wilson intervals."""
    drawn = figure(330, scattermode="group", scattergap=0.55, meta={"columns": INTERVAL_COLUMNS})
    for name, evaluation, colour in (
        (REFERENCE_NAME, comparison.reference, REFERENCE_COLOUR),
        (TARGET_NAME, comparison.target, TARGET_COLOUR),
    ):
        shares = [(digit, share) for digit, share in enumerate(evaluation.per_class) if share is not None]
        drawn.add_scatter(
            name=name,
            x=[digit for digit, _ in shares],
            offsetgroup=name,
            customdata=[[share.low * 100, share.high * 100] for _, share in shares],
            y=[share.value * 100 for _, share in shares],
            mode="markers",
            marker={"color": colour, "size": 9},
            error_y={
                "array": [(share.high - share.value) * 100 for _, share in shares],
                "arrayminus": [(share.value - share.low) * 100 for _, share in shares],
                "color": colour,
                "width": 4,
            },
            text=[
                f"{name} reads {share.successes:,} of {share.total:,} images of {article_text(digit)} right "
                f"({percent_text(share.value)})"
                for digit, share in shares
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="true digit", **digit_ticks())
    lows = [share.low for e in (comparison.reference, comparison.target) for share in e.per_class if share is not None]
    # Grouped points would otherwise start the axis at 0 and leave no room for the intervals.
    drawn.update_yaxes(title="accuracy (%)", range=[min(lows) * 100 - 0.5, 100.2])
    return fixed(drawn)


@remembered()
def per_digit_delta(comparison: Comparison) -> go.Figure:
    """Accuracy delta on each true digit, in percentage points."""
    drawn = figure(330)
    delta = comparison.per_class_delta
    counts = zip(comparison.reference.per_class, comparison.target.per_class, strict=True)
    moved = [t.successes - r.successes if r and t else 0 for r, t in counts]
    totals = np.bincount(comparison.labels, minlength=10)
    drawn.add_bar(
        x=list(range(10)),
        y=as_list(np.where(np.isnan(delta), 0, delta) * 100),
        marker={"color": DELTA_COLOUR},
        text=[
            f"{signed_text(images, ',')} of {total:,}" if images else ""
            for images, total in zip(moved, totals, strict=True)
        ],
        textposition="outside",
        cliponaxis=False,
        hovertext=["no images" if np.isnan(value) else points_text(float(value)) for value in delta],
        hovertemplate="digit %{x}: %{hovertext}<extra></extra>",
        showlegend=False,
    )
    # At least a point on each side, so that a single image does not look like a landslide.
    limit = max(1.0, float(np.nanmax(np.abs(delta), initial=0.0)) * 130)
    drawn.update_xaxes(title="true digit", **digit_ticks())
    drawn.update_yaxes(title="accuracy change (percentage points)", range=[-limit, limit], zeroline=True)
    return fixed(drawn)


@remembered(kept=4)
def margin_scatter(comparison: Comparison, chosen: int | None = None) -> go.Figure:
    """Top-1 margin of each image against its largest logit change.

    Below the line no answer can change: for two logits to meet, one has to fall and the other to rise,
    hence the larger change is at least half the margin.

    Returns
    -------
    go.Figure
        Each point's ``customdata`` is the image's index.
    """
    right, changed = comparison.reference.correct, comparison.changed
    return scatter(
        comparison.reference.margins,
        comparison.abs_logit_delta,
        (
            Group("float32 right", ~changed & right, REFERENCE_COLOUR, 4, opacity=0.35),
            Group("float32 wrong", ~changed & ~right, NEUTRAL_COLOUR, 6, opacity=0.9),
            Group("answer changed", changed, TARGET_COLOUR, 13, "diamond"),
        ),
        ("margin (logits)", "largest logit change"),
        "margin %{x:.4g}, largest change %{y:.2e}",
        ("half the margin", 0.5),
        chosen,
    )


def margin_line_text(comparison: Comparison) -> str:
    """Meaning of the line of `margin_scatter`, which the chart's axes leave out if all points lie far below it."""
    margins, deltas = comparison.reference.margins, comparison.abs_logit_delta
    drawn = (margins > 0) & (deltas > 0) & np.isfinite(margins) & np.isfinite(deltas)
    if not drawn.any():
        return "There is none here: of every image, the margin or the change is 0 or not a finite number."
    if not (drawn & comparison.exposed).any():
        return "All points lie below half the margin: none of their answers can change."
    return (
        "Below the dashed line, half the margin, no answer can change; above it one can, if the change goes against "
        "the best digit."
    )


def _matrix(
    counts: npt.NDArray[np.int64],
    shade: npt.NDArray[np.floating],
    text: list[list[str]],
    sentence: str,
    scale: object,
    **range_of_shades: float,
) -> go.Figure:
    drawn = figure(340, margin={"l": 8, "r": 8, "t": 8, "b": 8}, meta={"columns": ["images"]})
    drawn.add_heatmap(
        name="images",
        z=as_list(shade),
        customdata=as_list(counts),
        colorscale=scale,
        showscale=False,
        **range_of_shades,
        xgap=1,
        ygap=1,
        hoverinfo="skip",
    )
    # Text as a trace of its own: the heatmap's takes its colour for a white page.
    cells = [(x, y) for y, x in np.argwhere(counts != 0).tolist()]
    drawn.add_scatter(
        x=[x for x, _ in cells],
        y=[y for _, y in cells],
        text=[text[y][x] for x, y in cells],
        mode="text",
        textfont={"size": 10},
        # A heatmap's cells cannot be chosen; these can.
        customdata=[10 * y + x for x, y in cells],
        hovertext=[
            sentence.replace("%{x}", str(x)).replace("%{y}", article_text(y)).replace("%{customdata}", text[y][x])
            for x, y in cells
        ],
        hoverinfo="text",
        showlegend=False,
    )
    drawn.update_xaxes(title="predicted digit", showgrid=False, zeroline=False, **digit_ticks())
    drawn.update_yaxes(title="true digit", range=[9.5, -0.5], showgrid=False, zeroline=False, **digit_ticks())
    return fixed(drawn)


def _glaze(colour: str, opacity: float) -> str:
    """Return a translucent colour, on which text in the page's colour stays readable."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
