"""Figures and tables of the modes of execution: how far logits move, and where that arises."""

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
from fp16core.figures.layers import operator_name
from fp16core.modes.emulated import Accounted
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import decibels_text, percent_text, points_text, small_text

_STYLES = {
    ExecutionMode.CPU_FLOAT32: (NEUTRAL_COLOUR, "circle-open", 20),
    ExecutionMode.CPU_REFERENCE: (NEUTRAL_COLOUR, "square-open", 12),
    ExecutionMode.CPU_FLOAT16: (FADING_COLOUR, "diamond", 11),
    ExecutionMode.GPU_FLOAT32: (DELTA_COLOUR, "triangle-up", 8),
    ExecutionMode.GPU_FLOAT16: (WARNING_COLOUR, "star", 12),
}
"""Colour, symbol and its size: float32 arithmetic gives nearly the same everywhere, so its marks lie in each other."""


def mode_rows(table: ModeTable) -> dict[str, list[str]]:
    """Columns of a table with two rows for each mode that could be executed: one for either file."""
    columns: dict[str, list[str]] = {
        name: []
        for name in (
            "mode",
            "file",
            "changed answers",
            "largest logit change",
            "mean logit change",
            "accuracy",
            "against float32",
            "computed in",
        )
    }
    for file in table.files:
        run, cell = file.run, file.comparison
        row = (
            run.mode.short_title,
            FILES[file.is_target][0],
            f"{cell.changed_predictions:,} of {cell.images:,}",
            small_text(cell.max_abs_logit_delta),
            small_text(cell.mean_abs_logit_delta),
            percent_text(cell.target.accuracy.value),
            points_text(cell.accuracy_delta),
            arithmetic_text(run),
        )
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return columns


def arithmetic_text(run: ModeRun) -> str:
    """In what a mode computed, as its logits show."""
    found, asked = (("float32", "float16")[half] for half in (run.computes_float16, run.mode.asks_for_float16))
    return found if found == asked else f"{found}, though {asked} was asked for"


def logit_changes(table: ModeTable) -> go.Figure:
    """Largest and mean logit change of either file in each mode, on a logarithmic axis; what is 0 is left out."""
    titles = [run.mode.title for run in table.runs]
    drawn = figure(90 + 46 * max(len(titles), 1))
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
                # The files' marks lie above each other, or one would hide the other.
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
    drawn = figure(380)
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


def emulation_rows(accounted: Accounted) -> dict[str, list[str]]:
    """Columns of a table with a row for each way to add up."""
    return {
        "emulated with": [found.way for found in accounted.emulated],
        "logits equal bit for bit": [percent_text(found.exact_share) for found in accounted.emulated],
        "largest difference": [small_text(found.max_abs_difference) for found in accounted.emulated],
    }
