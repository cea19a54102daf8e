"""Figure of the cures: bytes against signal-to-noise ratio, a mark for each step that was tried."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.diagnosis.outcome import Cure, CureStep
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    REFERENCE_COLOUR,
    WARNING_COLOUR,
    figure,
    fixed,
    lettering,
    write_message,
)
from fp16core.text import bytes_text, decibels_text

UNTREATED = "none"
"""Kind of the steps that stand for the float16 file as it is."""

_DISEASES = {
    "file": ("weights as stored", REFERENCE_COLOUR),
    "arithmetic": ("float16 arithmetic", DELTA_COLOUR),
}
"""Words and colour of each disease."""

_SIDES = {"weights as stored": "top", "float16 arithmetic": "bottom"}
"""Sides of the marks, which may coincide, on which their labels stand."""

_NEAR_SHARE, _NEAR_DB = 0.06, 8.0
"""Distances, along the axis of bytes and in decibels, below which marks share a label."""


def curve(cure: Cure) -> go.Figure:
    """Size of the file against the ratio of its worst output, a line for each disease.

    Steps whose results are not finite stand at the bottom. A line leads from the untreated file through the steps that
    were kept; open marks are steps that were not kept: they help nothing, or not enough for their bytes.
    """
    drawn = figure(
        380,
        meta={"columns": ["number", "kind", "results not finite", "kept"]},
        hovermode="closest",
        margin={"l": 8, "r": 24, "t": 44, "b": 8},
    )
    if not cure.steps:
        write_message(drawn, "No cure was tried.")
        return fixed(drawn)
    top = max([60.0, *(step.snr_db for step in cure.steps if math.isfinite(step.snr_db))]) + 10
    sizes = [step.size_bytes for step in cure.steps]
    spread = max(max(sizes) - min(sizes), max(1, round(0.002 * max(sizes))))
    ends = min(sizes) - 0.3 * spread, max(sizes) + 0.3 * spread
    for disease, (words, colour) in _DISEASES.items():
        numbered = [(number, step) for number, step in enumerate(cure.steps) if step.disease == disease]
        for is_kept in (True, False):
            members = [(number, step) for number, step in numbered if _is_on_the_way(step) is is_kept]
            if members:
                _add_steps(drawn, words, colour, members, is_kept, (top, ends))
    drawn.update_xaxes(
        title="bytes of the file",
        range=[*ends],
        nticks=5,
        tickformat=",",
    )
    drawn.update_yaxes(title="ratio of the worst output (dB)", range=[-18, top + 14], dtick=20)
    return fixed(drawn)


def _add_steps(
    drawn: Sketch,
    words: str,
    colour: str,
    members: Sequence[tuple[int, CureStep]],
    is_kept: bool,
    limits: tuple[float, tuple[float, float]],
) -> None:
    top, (low, high) = limits
    steps = [step for _, step in members]
    shown = [WARNING_COLOUR if _is_broken(step) else colour for step in steps]
    drawn.add_scatter(
        name=words if is_kept else f"{words}: not kept",
        x=[step.size_bytes for step in steps],
        y=[_height(step, top) for step in steps],
        mode="lines+markers+text" if is_kept else "markers+text",
        line={"color": colour, "width": 2},
        marker={
            "size": 12,
            "symbol": ["x" if _is_broken(step) else "circle" if is_kept else "circle-open" for step in steps],
            "color": shown,
            "line": {"width": 2, "color": shown},
        },
        text=_labels(members, is_kept, top, high - low),
        textposition=[f"{_SIDES[words]} {_direction(step, is_kept, low, high)}" for step in steps],
        textfont={"size": 12},
        cliponaxis=False,
        customdata=[[number, step.kind, step.not_finite, step.is_kept] for number, step in members],
        hovertext=[lettering(f"{step.sentence} {bytes_text(step.size_bytes)}, {step_text(step)}") for step in steps],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def step_text(step: CureStep) -> str:
    """Result of a step: ``71.2 dB``, or that numbers are not finite, or that it was given up."""
    if step.not_finite or math.isnan(step.snr_db):
        return "NaN or infinite"
    if step.snr_db == -math.inf:
        return "given up"
    return "no error" if step.snr_db == math.inf else decibels_text(step.snr_db)


def _direction(step: CureStep, is_kept: bool, low: float, high: float) -> str:
    """Direction of a label: away from the nearer end of the axis, and the other way for a step that was not kept."""
    if step.kind == UNTREATED:
        return "center"
    return "left" if (step.size_bytes >= (low + high) / 2) is is_kept else "right"


def _labels(members: Sequence[tuple[int, CureStep]], is_kept: bool, top: float, width_bytes: float) -> list[str]:
    """Labels of steps: those close to an earlier one are named beside it; what was not kept has its number alone."""
    shared: list[tuple[CureStep, list[str]]] = []
    places = []
    for number, step in members:
        label = "untreated" if step.kind == UNTREATED else f"{number}: {step.kind}" if is_kept else str(number)
        near = (place for place, (first, _) in enumerate(shared) if _is_near(step, first, top, width_bytes))
        if (place := next(near, None)) is None:
            shared.append((step, [lettering(label)]))
            places.append(len(shared) - 1)
        else:
            shared[place][1].append(lettering(label))
            places.append(-1)
    separator = "<br>" if is_kept else ", "
    return ["" if place < 0 else separator.join(shared[place][1]) for place in places]


def _is_near(step: CureStep, other: CureStep, top: float, width_bytes: float) -> bool:
    return (
        abs(step.size_bytes - other.size_bytes) < _NEAR_SHARE * width_bytes
        and abs(_height(step, top) - _height(other, top)) < _NEAR_DB
    )


def _is_on_the_way(step: CureStep) -> bool:
    return step.is_kept or step.kind == UNTREATED


def _is_broken(step: CureStep) -> bool:
    return step.not_finite > 0 or math.isnan(step.snr_db) or step.snr_db == -math.inf


def _height(step: CureStep, top: float) -> float:
    return 0.0 if _is_broken(step) else min(step.snr_db, top)
