"""Figures of the error after each operator of the network."""

import math

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    figure,
    fixed,
    log_ticks,
)
from fp16core.numerics.error_measure import ErrorMeasure
from fp16core.numerics.propagation import GUARANTEED_SNR_DB, Propagation
from fp16core.runtime.operator_names import step_name
from fp16core.text import decibels_text, small_text

_GRID_DB = 6
"""Distance between two grid lines: one significant bit."""

_COLUMNS = ["operator", "LiteRT's name"]


def step_errors(propagation: Propagation) -> go.Figure:
    """Largest and RMS error after each operator, below the RMS of the activations themselves, on a log axis."""
    drawn = _by_step(propagation)
    errors = [each.error for each in propagation.steps]
    series = (
        ("activations (RMS)", [e.rms_reference for e in errors], REFERENCE_COLOUR, "circle", "solid"),
        ("largest error", [e.max_abs_error for e in errors], DELTA_COLOUR, "triangle-up-open", "dot"),
        ("error (RMS)", [e.rms_error for e in errors], DELTA_COLOUR, "diamond", "solid"),
    )
    names = _names(propagation)
    for name, values, colour, symbol, dash in series:
        zeros = [place for place, value in enumerate(values) if value == 0]
        others = [place for place, value in enumerate(values) if value != 0]
        # Zeros have no place on a logarithmic axis, and no line may lead to them, but the table lists them.
        for members, shown in ((others, True), (zeros, False)):
            if members or shown:
                drawn.add_scatter(
                    name=name,
                    x=[place + 1 for place in members],
                    y=[values[place] for place in members],
                    customdata=[names[place] for place in members],
                    mode="lines+markers",
                    marker={"color": colour, "size": 10, "symbol": symbol, "line": {"color": colour, "width": 2}},
                    line={"color": colour, "width": 2, "dash": dash},
                    text=[small_text(values[place]) for place in members],
                    hovertemplate="%{customdata[0]}: " + name + " %{text}<extra></extra>",
                    showlegend=shown,
                )
    seen = [value for _, values, *_ in series for value in values if value > 0 and math.isfinite(value)] or [1.0]
    low, high = min(seen) / 4, max(seen) * 3
    _write(drawn, propagation, ["" if e.rms_error > 0 else _verdict(e) for e in errors], low * 1.3)
    drawn.update_yaxes(title="size, on a logarithmic axis", **log_ticks(low, high))
    return fixed(drawn)


def step_snr(propagation: Propagation, weights: ErrorMeasure) -> go.Figure:
    """Signal-to-noise ratio after each operator, with that of the weights and the worst case of one weight."""
    drawn = _by_step(propagation)
    errors = [each.error for each in propagation.steps]
    values = [error.snr_db for error in errors]
    drawn.add_scatter(
        name="activations",
        x=_places(propagation),
        y=values,
        customdata=_names(propagation),
        mode="lines+markers",
        marker={"color": DELTA_COLOUR, "size": 11},
        line={"color": DELTA_COLOUR, "width": 2},
        text=[f"{decibels_text(e.snr_db)}, {e.snr_bits:.1f} bits" for e in errors],
        hovertemplate="%{customdata[0]}: %{text}<extra></extra>",
    )
    lines = (
        (f"rounded weights ({decibels_text(weights.snr_db)})", weights.snr_db, TARGET_COLOUR, "dash"),
        (f"worst case of one weight ({decibels_text(GUARANTEED_SNR_DB)})", GUARANTEED_SNR_DB, NEUTRAL_COLOUR, "dot"),
    )
    for name, value, colour, dash in lines:
        drawn.add_scatter(
            name=name,
            x=_places(propagation),
            y=[value] * len(values),
            customdata=_names(propagation),
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate=name + "<extra></extra>",
        )
    seen = [value for value in (*values, weights.snr_db, GUARANTEED_SNR_DB) if math.isfinite(value)]
    low, top = min(seen) - _GRID_DB, math.ceil(max(seen) / _GRID_DB) * _GRID_DB
    words = [decibels_text(e.snr_db) if math.isfinite(e.snr_db) else _verdict(e) for e in errors]
    _write(drawn, propagation, words, top + 0.25 * _GRID_DB)
    drawn.update_yaxes(title="signal-to-noise ratio (dB)", range=[low, top + _GRID_DB], dtick=_GRID_DB)
    return fixed(drawn)


def _by_step(propagation: Propagation) -> Sketch:
    drawn = figure(330, hovermode="closest", meta={"columns": _COLUMNS})
    drawn.update_xaxes(
        title="operator, in order of execution",
        tickvals=_places(propagation),
        ticktext=[step_name(each.step).replace(" ", "<br>").replace("+<br>", "+ ") for each in propagation.steps],
        tickangle=0,
        tickfont={"size": 10},
        range=[0.5, len(propagation.steps) + 0.5],
        showgrid=False,
    )
    return drawn


def _places(propagation: Propagation) -> list[int]:
    return list(range(1, len(propagation.steps) + 1))


def _names(propagation: Propagation) -> list[list[str]]:
    return [[step_name(each.step), each.step.operator] for each in propagation.steps]


def _write(drawn: Sketch, propagation: Propagation, words: list[str], height: float) -> None:
    """Write words above the positions of the operators."""
    drawn.add_scatter(
        x=_places(propagation),
        y=[height] * len(words),
        text=words,
        mode="text",
        textposition="top center",
        hoverinfo="skip",
        showlegend=False,
    )


def _verdict(error: ErrorMeasure) -> str:
    """Words for an error that no finite number expresses."""
    return "no error" if error.is_exact else "no signal" if error.rms_reference == 0 else "not finite"
