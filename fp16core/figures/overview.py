"""Figures of both models at a glance: sizes and accuracies."""

import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    INTERVAL_COLUMNS,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    figure,
    fixed,
)
from fp16core.text import bytes_text, percent_text
from fp16core.tflite.size_account import SizeAccount


def file_sizes(account: SizeAccount) -> go.Figure:
    """Bytes of both files, split into weights and biases, and everything else."""
    drawn = figure(200, barmode="stack", margin={"l": 8, "r": 8, "t": 8, "b": 8})
    names = [REFERENCE_NAME, TARGET_NAME]
    weights = [account.reference_parameter_bytes, account.target_parameter_bytes]
    rest = [account.reference_rest_bytes, account.target_rest_bytes]
    parts = (
        ("weights and biases", weights, [REFERENCE_COLOUR, TARGET_COLOUR], "inside"),
        ("everything else in the file", rest, [NEUTRAL_COLOUR] * 2, "outside"),
    )
    for part, sizes, colours, place in parts:
        drawn.add_bar(
            name=part,
            x=sizes,
            y=names,
            orientation="h",
            marker={"color": colours},
            text=[bytes_text(size) for size in sizes],
            textposition=place,
            cliponaxis=False,
            hovertemplate="%{y}: %{x:,} bytes of " + part + "<extra></extra>",
            showlegend=False,
        )
    largest = max(account.reference_bytes, account.target_bytes)
    drawn.update_xaxes(title="bytes in the file", range=[0, largest * 1.2], tickformat=",")
    drawn.update_yaxes(autorange="reversed")
    return fixed(drawn)


@remembered()
def accuracies(comparison: Comparison) -> go.Figure:
    """Both accuracies with their 95 % Wilson intervals."""
    drawn = figure(200, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    rows = (
        (REFERENCE_NAME, comparison.reference.accuracy, REFERENCE_COLOUR),
        (TARGET_NAME, comparison.target.accuracy, TARGET_COLOUR),
    )
    for name, accuracy, colour in rows:
        drawn.add_scatter(
            name=name,
            x=[accuracy.value * 100],
            y=[name],
            customdata=[[accuracy.low * 100, accuracy.high * 100]],
            mode="markers+text",
            text=[percent_text(accuracy.value)],
            textposition="top center",
            marker={"color": colour, "size": 14},
            error_x={
                "array": [(accuracy.high - accuracy.value) * 100],
                "arrayminus": [(accuracy.value - accuracy.low) * 100],
                "color": colour,
                "thickness": 3,
                "width": 8,
            },
            hovertemplate=f"{name}: {accuracy.successes:,} of {accuracy.total:,} right, 95 % interval "
            f"{percent_text(accuracy.low)} to {percent_text(accuracy.high)}<extra></extra>",
            showlegend=False,
        )
    drawn.update_xaxes(title="accuracy (%)")
    order = [TARGET_NAME, REFERENCE_NAME]
    drawn.update_yaxes(range=[-0.6, 1.7], type="category", categoryorder="array", categoryarray=order, showgrid=False)
    drawn.update_layout(meta={"columns": INTERVAL_COLUMNS})
    return fixed(drawn)
