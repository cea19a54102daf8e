"""Figures and tables of the modes of execution: how far logits move, where that arises, and what it takes."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.evaluate.emulated import Accounted
from fp16core.evaluate.latency import REFERENCE, TARGET, Difference, Latency, ModeLatency, PairedRatio, difference_text
from fp16core.evaluate.mode_runs import ModeRun, ModeTable
from fp16core.figures.layers import operator_name
from fp16core.figures.style import (
    DELTA_COLOUR,
    FADING_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    WARNING_COLOUR,
    figure,
    fixed,
    log_ticks,
)
from fp16core.runtime.modes import ExecutionMode
from fp16core.text import bytes_text, count_text, decibels_text, percent_text, points_text, small_text

_ROW_HEIGHT = 34

_STYLES = {
    ExecutionMode.CPU_FLOAT32: (TARGET_COLOUR, "circle"),
    ExecutionMode.CPU_REFERENCE: (NEUTRAL_COLOUR, "square"),
    ExecutionMode.CPU_FLOAT16: (FADING_COLOUR, "diamond"),
    ExecutionMode.GPU_FLOAT32: (DELTA_COLOUR, "triangle-up"),
    ExecutionMode.GPU_FLOAT16: (WARNING_COLOUR, "star"),
}

_FILES = ((REFERENCE_NAME, REFERENCE_COLOUR), (TARGET_NAME, TARGET_COLOUR))


def mode_rows(table: ModeTable) -> dict[str, list[str]]:
    """Columns of a table with two rows for each mode that could be executed: one for either file."""
    columns: dict[str, list[str]] = {
        name: []
        for name in (
            "mode",
            "file",
            "accuracy",
            "against float32",
            "changed answers",
            "largest logit change",
            "mean logit change",
            "computed in",
        )
    }
    for run in table.runs:
        for (name, _), cell in zip(_FILES, run.cells(table.baseline), strict=True):
            row = (
                run.mode.title,
                name,
                percent_text(cell.target.accuracy.value),
                points_text(cell.accuracy_delta),
                f"{cell.changed_predictions:,} of {cell.images:,}",
                small_text(cell.max_abs_logit_delta),
                small_text(cell.mean_abs_logit_delta),
                arithmetic_text(run),
            )
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
    return columns


def arithmetic_text(run: ModeRun) -> str:
    """In what a mode computed, as its logits show."""
    if run.is_silently_float32:
        return "float32, though float16 was asked for"
    return "float16" if run.mode.asks_for_float16 else "float32"


def logit_changes(table: ModeTable) -> go.Figure:
    """Largest and mean logit change of either file in each mode, on a logarithmic axis; what is 0 is left out."""
    titles = [run.mode.title for run in table.runs]
    drawn = figure(90 + 46 * max(len(titles), 1))
    everything = []
    for place, (name, colour) in enumerate(_FILES):
        cells = [(run.mode.title, run.cells(table.baseline)[place]) for run in table.runs]
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
        colour, symbol = _STYLES[run.mode]
        drawn.add_scatter(
            name=run.mode.title,
            x=[name for name, _ in shown],
            y=[error.snr_db for _, error in shown],
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": "solid" if run.mode.asks_for_float16 else "dot"},
            marker={"size": 10, "symbol": symbol},
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


def latency_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode and size of batch."""
    latencies = [latency for mode in found for latency in mode.latencies]
    return {
        "mode": [x.mode.title for x in latencies],
        "images at once": [f"{x.batch:,}" for x in latencies],
        "float32 file": [_timing_text(x, REFERENCE) for x in latencies],
        "float16 file": [_timing_text(x, TARGET) for x in latencies],
        "float16 / float32": [_ratio_text(x.files) for x in latencies],
        "difference": [
            "none measurable" if x.difference is Difference.NONE else difference_text(x.difference, x.files)
            for x in latencies
        ],
        "control": [_ratio_text(x.control) for x in latencies],
        "calls": [f"{x.pairs:,}" for x in latencies],
    }


def memory_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode: loading, first run and memory, for single images."""
    first = [mode.latencies[0] for mode in found]
    return {
        "mode": [mode.mode.title for mode in found],
        "first of all": [f"{small_text(mode.cold_start_ms)} ms" for mode in found],
        "load, float32": [_middle_ms(x.load_ms[REFERENCE]) for x in first],
        "load, float16": [_middle_ms(x.load_ms[TARGET]) for x in first],
        "first run, float32": [_middle_ms(x.first_run_ms[REFERENCE]) for x in first],
        "first run, float16": [_middle_ms(x.first_run_ms[TARGET]) for x in first],
        "memory, float32": [bytes_text(mode.memory.reference_bytes) for mode in found],
        "memory, float16": [bytes_text(mode.memory.target_bytes) for mode in found],
        "float16 − float32": [
            bytes_text(mode.memory.target_bytes - mode.memory.reference_bytes, signed=True) for mode in found
        ],
    }


def latency_ratios(found: Sequence[ModeLatency]) -> go.Figure:
    """The float16 file's time over the float32 file's, with its interval, and the control's below."""
    latencies = [latency for mode in found for latency in mode.latencies]
    drawn = figure(110 + _ROW_HEIGHT * len(latencies), meta={"columns": ["99 % low", "99 % high"]})
    drawn.add_vline(x=1, line={"color": NEUTRAL_COLOUR, "dash": "dot", "width": 2})
    for name, colour, symbol, shift, ratios in (
        ("float16 file / float32 file", DELTA_COLOUR, "diamond", -0.16, [x.files for x in latencies]),
        ("control: float32 file / itself", NEUTRAL_COLOUR, "circle-open", 0.16, [x.control for x in latencies]),
    ):
        _add_ratios(drawn, name, colour, symbol, shift, latencies, ratios)
    _finish_ratios(drawn, latencies, "time of a call, as a multiple")
    return fixed(drawn)


def arithmetic_ratios(found: Sequence[ModeLatency]) -> go.Figure:
    """The float16 file's time in float16 arithmetic over that in float32 arithmetic, on the same hardware."""
    latencies = [latency for mode in found for latency in mode.latencies if latency.arithmetic is not None]
    drawn = figure(110 + _ROW_HEIGHT * max(len(latencies), 1), meta={"columns": ["99 % low", "99 % high"]})
    drawn.add_vline(x=1, line={"color": NEUTRAL_COLOUR, "dash": "dot", "width": 2})
    ratios = [latency.arithmetic for latency in latencies if latency.arithmetic is not None]
    _add_ratios(drawn, "float16 / float32 arithmetic", DELTA_COLOUR, "diamond", 0.0, latencies, ratios)
    drawn.update_layout(showlegend=False)
    _finish_ratios(drawn, latencies, "multiple of the time in float32 arithmetic")
    return fixed(drawn)


def latency_times(found: Sequence[ModeLatency]) -> go.Figure:
    """Median time for an image with its quartiles, either file, by mode and size of batch, on a logarithmic axis."""
    latencies = [latency for mode in found for latency in mode.latencies]
    drawn = figure(110 + _ROW_HEIGHT * len(latencies), meta={"columns": ["lower quartile", "upper quartile"]})
    everything = []
    for place, (what, (name, colour)) in enumerate(zip((REFERENCE, TARGET), _FILES, strict=True)):
        timings = [latency.timing(what) for latency in latencies]
        shares = [
            (t.median_us / x.batch, t.low_us / x.batch, t.high_us / x.batch)
            for t, x in zip(timings, latencies, strict=True)
        ]
        everything += [value for share in shares for value in share]
        drawn.add_scatter(
            name=f"{name} file",
            x=[middle for middle, _, _ in shares],
            y=[row + (place - 0.5) * 0.3 for row in range(len(latencies))],
            error_x={
                "array": [high - middle for middle, _, high in shares],
                "arrayminus": [middle - low for middle, low, _ in shares],
                "color": colour,
            },
            customdata=[[low, high] for _, low, high in shares],
            mode="markers",
            marker={"color": colour, "size": 9},
            text=[
                f"{x.mode.title}, {count_text(x.batch, 'image')} at once, {name} file: {small_text(s[0])} µs for each "
                f"image, middle half {small_text(s[1])} to {small_text(s[2])} µs"
                for x, s in zip(latencies, shares, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="microseconds for each image", **log_ticks(min(everything) / 1.5, max(everything) * 1.5))
    _label_rows(drawn, latencies)
    return fixed(drawn)


def _add_ratios(
    drawn: go.Figure,
    name: str,
    colour: str,
    symbol: str,
    shift: float,
    latencies: Sequence[Latency],
    ratios: Sequence[PairedRatio],
) -> None:
    drawn.add_scatter(
        name=name,
        x=[r.value for r in ratios],
        y=[row + shift for row in range(len(ratios))],
        error_x={
            "array": [r.high - r.value for r in ratios],
            "arrayminus": [r.value - r.low for r in ratios],
            "color": colour,
            "thickness": 2.5,
        },
        customdata=[[r.low, r.high] for r in ratios],
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10},
        text=[
            f"{x.mode.title}, {count_text(x.batch, 'image')} at once: {name} = {r.value:.3f}, "
            f"99 % interval {r.low:.3f} to {r.high:.3f}"
            for x, r in zip(latencies, ratios, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )


def _finish_ratios(drawn: go.Figure, latencies: Sequence[Latency], title: str) -> None:
    drawn.update_xaxes(title=title)
    _label_rows(drawn, latencies)


def _label_rows(drawn: go.Figure, latencies: Sequence[Latency]) -> None:
    drawn.update_yaxes(
        tickvals=list(range(len(latencies))),
        ticktext=[f"{x.mode.short_title}, {x.batch} at once" for x in latencies],
        range=[len(latencies) - 0.4, -0.6],
        showgrid=False,
    )


def _timing_text(latency: Latency, what: str) -> str:
    timing = latency.timing(what)
    numbers = (small_text(value / latency.batch) for value in (timing.median_us, timing.low_us, timing.high_us))
    return "{} µs ({} to {})".format(*numbers)


def _ratio_text(ratio: PairedRatio) -> str:
    return f"{ratio.value:.3f} ({ratio.low:.3f} to {ratio.high:.3f})"


def _middle_ms(values: Sequence[float]) -> str:
    ordered = sorted(values)
    return f"{small_text(ordered[len(ordered) // 2])} ms"
