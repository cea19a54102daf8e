"""Figures of the modes of execution: how far logits move, and where that arises."""

import plotly.graph_objects as go

from fp16core.figures.base.style import (
    DELTA_COLOUR,
    FADING_COLOUR,
    FILES,
    NEUTRAL_COLOUR,
    WARNING_COLOUR,
    figure,
    fixed,
    log_ticks,
)
from fp16core.modes.runs import ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.operator_names import operator_name
from fp16core.text import decibels_text, small_text

_STYLES = {
    ExecutionMode.CPU_FLOAT32: (NEUTRAL_COLOUR, "circle-open", 20),
    ExecutionMode.CPU_REFERENCE: (NEUTRAL_COLOUR, "square-open", 12),
    ExecutionMode.CPU_FLOAT16: (FADING_COLOUR, "diamond", 11),
    ExecutionMode.GPU_FLOAT32: (DELTA_COLOUR, "triangle-up", 8),
    ExecutionMode.GPU_FLOAT16: (WARNING_COLOUR, "star", 12),
}
"""Colour, symbol and size: in float32 arithmetic marks nearly coincide, hence they fit into each other."""


def logit_changes(table: ModeTable) -> go.Figure:
    """Largest and mean logit change of either file in each mode, on a logarithmic axis; zeros are left out."""
    titles = [run.mode.title for run in table.runs]
    drawn = figure(90 + 40 * max(len(titles), 1))
    everything = []
    for place, (name, colour) in enumerate(FILES):
        cells = [(file.run.mode.title, file.comparison) for file in table.files if file.is_target == bool(place)]
        for what, symbol, values in (
            ("largest", "diamond", [cell.max_abs_logit_delta for _, cell in cells]),
            ("mean", "circle-open", [cell.mean_abs_logit_delta for _, cell in cells]),
        ):
            shown = [(title, value) for (title, _), value in zip(cells, values, strict=True) if value > 0]
            everything += [value for _, value in shown]
            drawn.add_scatter(
                name=f"{name} file, {what}",
                x=[value for _, value in shown],
                # The files' marks lie above each other, as one would otherwise hide the other.
                y=[titles.index(title) + (place - 0.5) * 0.3 for title, _ in shown],
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 11, "line": {"width": 2, "color": colour}},
                text=[f"{title}, {name} file: {what} logit change {small_text(value)}" for title, value in shown],
                hovertemplate="%{text}<extra></extra>",
            )
    low, high = (min(everything), max(everything)) if everything else (1e-6, 1.0)
    drawn.update_xaxes(title="change of a logit", **log_ticks(low / 2, high * 2))
    drawn.update_yaxes(
        tickvals=list(range(len(titles))),
        ticktext=[run.mode.short_title for run in table.runs],
        range=[len(titles) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    return fixed(drawn)


def snr_by_operator(table: ModeTable) -> go.Figure:
    """Signal-to-noise ratio of the float16 file after each operator that computes, one line for each mode."""
    drawn = figure(310)
    for run in table.runs:
        shown = [
            (f"{n}. {operator_name(step.operator)}", step.target)
            for n, step in enumerate(run.steps, 1)
            if not step.target.is_exact
        ]
        colour, symbol, size = _STYLES[run.mode]
        drawn.add_scatter(
            name=run.mode.title,
            x=[name for name, _ in shown],
            y=[error.snr_db for _, error in shown],
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": "solid" if run.mode.asks_for_float16 else "dot"},
            marker={"size": size, "symbol": symbol},
            text=[
                f"{run.mode.title}: {decibels_text(error.snr_db)} after {name.split('. ')[1].lower()}, "
                f"largest error {small_text(error.max_abs_error)}"
                for name, error in shown
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="operator, in order")
    drawn.update_yaxes(title="signal-to-noise ratio (dB)")
    drawn.update_layout(legend={"y": -0.25, "yanchor": "top"}, margin={"t": 8})
    return fixed(drawn)
