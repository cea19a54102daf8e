"""Figures of the time that the modes of execution take."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import DELTA_COLOUR, FILES, NEUTRAL_COLOUR, figure, fixed, log_ticks
from fp16core.modes.latency import REFERENCE, TARGET, Latency, ModeLatency, PairedRatio
from fp16core.text import count_text, small_text

_ROW_HEIGHT = 26


def latency_ratios(found: Sequence[ModeLatency]) -> go.Figure:
    """Time of the float16 file as a multiple of the float32 file's, with its interval, and the control below."""
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
    """Time of the float16 file in float16 arithmetic as a multiple of that in float32, on the same hardware."""
    latencies = [latency for mode in found for latency in mode.latencies if latency.arithmetic is not None]
    drawn = figure(110 + _ROW_HEIGHT * max(len(latencies), 1), meta={"columns": ["99 % low", "99 % high"]})
    drawn.add_vline(x=1, line={"color": NEUTRAL_COLOUR, "dash": "dot", "width": 2})
    ratios = [latency.arithmetic for latency in latencies if latency.arithmetic is not None]
    _add_ratios(drawn, "float16 / float32 arithmetic", DELTA_COLOUR, "diamond", 0.0, latencies, ratios)
    drawn.update_layout(showlegend=False)
    _finish_ratios(drawn, latencies, "times as long as in float32")
    return fixed(drawn)


def latency_times(found: Sequence[ModeLatency]) -> go.Figure:
    """Median time per image and its quartiles for either file, by mode and batch size, on a logarithmic axis."""
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
                f"{x.mode.title}, {count_text(x.batch, 'image')} at once, {name} file: {small_text(s[0])} µs per "
                f"image, middle half {small_text(s[1])} to {small_text(s[2])} µs"
                for x, s in zip(latencies, shares, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(title="microseconds per image", **log_ticks(min(everything) / 1.5, max(everything) * 1.5))
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
