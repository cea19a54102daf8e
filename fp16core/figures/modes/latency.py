"""Figures and tables of what the modes of execution take: times, loading, memory."""

import statistics
from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import DELTA_COLOUR, FILES, NEUTRAL_COLOUR, figure, fixed, log_ticks
from fp16core.modes.latency import (
    REFERENCE,
    TARGET,
    Difference,
    Latency,
    ModeLatency,
    PairedRatio,
    difference_text,
    ratio_text,
)
from fp16core.text import bytes_text, count_text, small_text

_ROW_HEIGHT = 34


def latency_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode and size of batch."""
    latencies = [latency for mode in found for latency in mode.latencies]
    return {
        "mode": [x.mode.short_title for x in latencies],
        "at once": [f"{x.batch:,}" for x in latencies],
        "float32 file": [_timing_text(x, REFERENCE) for x in latencies],
        "float16 file": [_timing_text(x, TARGET) for x in latencies],
        "float16 / float32": [ratio_text(x.files) for x in latencies],
        "difference": [
            "none measurable" if x.difference is Difference.NONE else difference_text(x.difference, x.files)
            for x in latencies
        ],
        "control": [ratio_text(x.control) for x in latencies],
        "calls": [f"{x.pairs:,}" for x in latencies],
    }


def memory_rows(found: Sequence[ModeLatency]) -> dict[str, list[str]]:
    """Columns of a table with a row for each mode: loading, first run and memory, at the smallest batch."""
    first = [mode.latencies[0] for mode in found]
    return {
        "mode": [mode.mode.short_title for mode in found],
        "first load": [f"{small_text(mode.first_load_ms)} ms" for mode in found],
        "again, float32": [_middle_ms(x.load_ms[REFERENCE]) for x in first],
        "again, float16": [_middle_ms(x.load_ms[TARGET]) for x in first],
        "first run, float32": [_middle_ms(x.first_run_ms[REFERENCE]) for x in first],
        "first run, float16": [_middle_ms(x.first_run_ms[TARGET]) for x in first],
        "memory, float32": [bytes_text(mode.memory.reference_bytes) for mode in found],
        "memory, float16": [bytes_text(mode.memory.target_bytes) for mode in found],
        "float16 − float32 (control)": [
            f"{bytes_text(mode.memory.target_bytes - mode.memory.reference_bytes, signed=True)} "
            f"({bytes_text(mode.memory.control_bytes - mode.memory.reference_bytes, signed=True)})"
            for mode in found
        ],
    }


def memory_verdict(found: Sequence[ModeLatency]) -> str:
    """Whether the float16 file uses more memory, in a sentence."""
    words = {
        "less": [mode.mode.short_title for mode in found if mode.memory.difference_bytes < 0],
        "more": [mode.mode.short_title for mode in found if mode.memory.difference_bytes > 0],
        "as much, as far as can be told,": [
            mode.mode.short_title for mode in found if mode.memory.difference_bytes == 0
        ],
    }
    parts = [f"**{word}** in {', '.join(modes)}" for word, modes in words.items() if modes]
    return f"In memory, the float16 file takes {'; '.join(parts)}."


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
    _finish_ratios(drawn, latencies, "times as long")
    return fixed(drawn)


def arithmetic_ratios(found: Sequence[ModeLatency]) -> go.Figure:
    """The float16 file's time in float16 arithmetic over that in float32 arithmetic, on the same hardware."""
    latencies = [latency for mode in found for latency in mode.latencies if latency.arithmetic is not None]
    drawn = figure(110 + _ROW_HEIGHT * max(len(latencies), 1), meta={"columns": ["99 % low", "99 % high"]})
    drawn.add_vline(x=1, line={"color": NEUTRAL_COLOUR, "dash": "dot", "width": 2})
    ratios = [latency.arithmetic for latency in latencies if latency.arithmetic is not None]
    _add_ratios(drawn, "float16 / float32 arithmetic", DELTA_COLOUR, "diamond", 0.0, latencies, ratios)
    drawn.update_layout(showlegend=False)
    _finish_ratios(drawn, latencies, "times as long as in float32")
    return fixed(drawn)


def arithmetic_verdict(found: Sequence[ModeLatency]) -> str:
    """Whether float16 arithmetic is faster, in a sentence; empty if no mode with it was timed."""
    words = []
    for mode in found:
        timed = [x for x in mode.latencies if x.arithmetic is not None]
        differences = {x.arithmetic_difference for x in timed}
        ratios = [x.arithmetic.value for x in timed if x.arithmetic is not None]
        if not ratios:
            continue
        span = f"{min(ratios):.2f} to {max(ratios):.2f} times as long"
        verdict = {
            frozenset({Difference.FASTER}): f"is **faster** ({span})",
            frozenset({Difference.SLOWER}): f"is **slower** ({span})",
            frozenset({Difference.NONE}): "takes **as long, as far as can be measured**",
        }.get(frozenset(d for d in differences if d is not None), f"depends on the batch ({span})")
        words.append(f"on the {'GPU' if mode.mode.on_gpu else 'CPU'} it {verdict}")
    return f"Against float32 arithmetic, {' and '.join(words)}." if words else ""


def latency_times(found: Sequence[ModeLatency]) -> go.Figure:
    """Median time for an image with its quartiles, either file, by mode and size of batch, on a logarithmic axis."""
    latencies = [latency for mode in found for latency in mode.latencies]
    drawn = figure(110 + _ROW_HEIGHT * len(latencies), meta={"columns": ["lower quartile", "upper quartile"]})
    everything = []
    for place, (what, (name, colour)) in enumerate(zip((REFERENCE, TARGET), FILES, strict=True)):
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
    drawn: Sketch,
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


def _finish_ratios(drawn: Sketch, latencies: Sequence[Latency], title: str) -> None:
    drawn.update_xaxes(title=title)
    _label_rows(drawn, latencies)


def _label_rows(drawn: Sketch, latencies: Sequence[Latency]) -> None:
    drawn.update_yaxes(
        tickvals=list(range(len(latencies))),
        ticktext=[f"{x.mode.short_title}, {x.batch} at once" for x in latencies],
        range=[len(latencies) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )


def _timing_text(latency: Latency, what: str) -> str:
    timing = latency.timing(what)
    numbers = (small_text(value / latency.batch) for value in (timing.median_us, timing.low_us, timing.high_us))
    return "{} µs ({} to {})".format(*numbers)


def _middle_ms(values: Sequence[float]) -> str:
    return f"{small_text(statistics.median(values))} ms"
