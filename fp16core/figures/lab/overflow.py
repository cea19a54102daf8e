"""Figures of the overflow lab: both models by the scale of their weights."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
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
    mark,
    power_ticks,
)
from fp16core.lab.overflow import ScaleResult
from fp16core.text import percent_text, power_text, small_text

_KINDS = (
    ("normal", "normal", NEUTRAL_COLOUR),
    ("subnormal: fewer bits", "subnormal", TARGET_COLOUR),
    ("became 0", "underflowed", FADING_COLOUR),
    ("too large", "overflowed", WARNING_COLOUR),
)
"""Classes of weights in float16: name, attribute of `Census`, colour."""


def accuracies(results: Sequence[ScaleResult], powers: Sequence[int], base: int, chosen: int) -> go.Figure:
    """Accuracy of both rescaled models against the factor ``base ** power``."""
    drawn = figure(320)
    for name, colour, dash, values in (
        (REFERENCE_NAME, REFERENCE_COLOUR, "dash", [result.reference_accuracy for result in results]),
        (TARGET_NAME, TARGET_COLOUR, "solid", [result.target_accuracy for result in results]),
    ):
        drawn.add_scatter(
            name=name,
            x=list(powers[: len(results)]),
            y=[100 * value for value in values],
            mode="lines+markers",
            line={"color": colour, "width": 2, "dash": dash},
            marker={"size": 6},
            text=[
                f"{name} at × {power_text(base, power)}: {percent_text(value)}"
                for power, value in zip(powers, values, strict=False)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_yaxes(title="accuracy (%)", range=[-3, 103])
    return _against_factor(drawn, powers, base, chosen)


def logit_changes(results: Sequence[ScaleResult], powers: Sequence[int], base: int, chosen: int) -> go.Figure:
    """Largest logit change by float16 against the factor; only finite changes above 0 are drawn."""
    drawn = figure(320)
    shown = [
        (power, result.max_abs_logit_delta)
        for power, result in zip(powers, results, strict=False)
        if 0 < result.max_abs_logit_delta < math.inf
    ]
    drawn.add_scatter(
        name="largest |float16 − float32|",
        x=[power for power, _ in shown],
        y=[delta for _, delta in shown],
        mode="lines+markers",
        line={"color": DELTA_COLOUR, "width": 2},
        marker={"size": 6},
        text=[f"× {power_text(base, power)}: largest change {small_text(delta)}" for power, delta in shown],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    changes = [delta for _, delta in shown] or [1.0]
    drawn.update_yaxes(title="largest logit change", **log_ticks(min(changes) / 2, max(changes) * 2))
    return _against_factor(drawn, powers, base, chosen)


def census(results: Sequence[ScaleResult], key: str, powers: Sequence[int], base: int, chosen: int) -> go.Figure:
    """Classes of one tensor's weights in float16, as percentages, against the factor."""
    drawn = figure(300, barmode="stack", bargap=0)
    for name, attribute, colour in _KINDS:
        counts = [getattr(result.census[key], attribute) for result in results]
        totals = [result.census[key].total for result in results]
        drawn.add_bar(
            name=name,
            x=list(powers[: len(results)]),
            y=[100 * count / total for count, total in zip(counts, totals, strict=True)],
            marker={"color": colour},
            text=[
                f"× {power_text(base, power)}: {count:,} of {total:,} weights {name}"
                for power, count, total in zip(powers, counts, totals, strict=False)
            ],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_yaxes(title="weights (%)", range=[0, 100])
    return _against_factor(drawn, powers, base, chosen)


def _against_factor(drawn: Sketch, powers: Sequence[int], base: int, chosen: int) -> go.Figure:
    mark(drawn, chosen, "")
    reach = 0.03 * (powers[-1] - powers[0]) + 0.5
    drawn.update_xaxes(
        title="factor", range=[powers[0] - reach, powers[-1] + reach], zeroline=False, **power_ticks(powers, base)
    )
    return fixed(drawn)
