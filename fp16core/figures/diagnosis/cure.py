"""Figure of the cures: bytes against signal-to-noise ratio, a mark for each step that was tried."""

import math

import plotly.graph_objects as go

from fp16core.diagnosis.outcome import Cure, CureStep
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    TARGET_COLOUR,
    WARNING_COLOUR,
    figure,
    fixed,
    lettering,
    write_message,
)
from fp16core.text import bytes_text, decibels_text

UNTREATED = "none"
"""Kind of the step that stands for the float16 file as it is."""


def curve(cure: Cure) -> go.Figure:
    """Size of the file against the ratio of its worst output, from the untreated file to the cured one.

    Steps whose results are not finite stand at the bottom. The line leads through the steps that were kept.
    """
    drawn = figure(
        360,
        meta={"columns": ["kind", "results not finite", "kept"]},
        hovermode="closest",
        margin={"l": 8, "r": 24, "t": 44, "b": 8},
    )
    steps = cure.steps
    if not steps:
        write_message(drawn, "No cure was tried.")
        return fixed(drawn)
    kept = [(number, step) for number, step in enumerate(steps) if number == 0 or step.is_kept]
    dropped = [(number, step) for number, step in enumerate(steps) if number and not step.is_kept]
    top = max([60.0, *(step.snr_db for step in steps if math.isfinite(step.snr_db))])
    groups = (
        ("kept", kept, DELTA_COLOUR, "lines+markers+text"),
        ("tried, does not help", dropped, NEUTRAL_COLOUR, "markers+text"),
    )
    for name, members, colour, mode in groups:
        if members:
            drawn.add_scatter(
                name=name,
                x=[step.size_bytes for _, step in members],
                y=[_height(step, top) for _, step in members],
                mode=mode,
                line={"color": colour, "width": 2},
                marker={
                    "size": 12,
                    "symbol": ["x" if _is_broken(step) else "circle" for _, step in members],
                    "color": [_colour(number, step, colour) for number, step in members],
                },
                text=[lettering(_label(number, step)) for number, step in members],
                textposition=["top center" if number % 2 == 0 else "bottom center" for number, _ in members],
                textfont={"size": 12},
                cliponaxis=False,
                customdata=[[step.kind, step.not_finite, step.is_kept] for _, step in members],
                hovertext=[
                    lettering(f"{step.sentence} {bytes_text(step.size_bytes)}, {step_text(step)}")
                    for _, step in members
                ],
                hovertemplate="%{hovertext}<extra></extra>",
            )
    sizes = [step.size_bytes for step in steps]
    spread = max(max(sizes) - min(sizes), max(1, round(0.002 * max(sizes))))
    drawn.update_xaxes(
        title="bytes of the file",
        range=[min(sizes) - 0.3 * spread, max(sizes) + 0.3 * spread],
        nticks=5,
        tickformat=",",
    )
    drawn.update_yaxes(title="signal-to-noise ratio of the worst output (dB)", range=[-16, top + 16], dtick=20)
    return fixed(drawn)


def step_text(step: CureStep) -> str:
    """Result of a step: ``71.2 dB``, or that numbers are not finite."""
    if _is_broken(step):
        return "NaN or infinite"
    return "no error" if step.snr_db == math.inf else decibels_text(step.snr_db)


def _label(number: int, step: CureStep) -> str:
    return "untreated" if step.kind == UNTREATED else f"{number}: {step.kind}"


def _colour(number: int, step: CureStep, colour: str) -> str:
    if _is_broken(step):
        return WARNING_COLOUR
    return TARGET_COLOUR if number == 0 else colour


def _is_broken(step: CureStep) -> bool:
    return step.not_finite > 0 or math.isnan(step.snr_db)


def _height(step: CureStep, top: float) -> float:
    return 0.0 if _is_broken(step) else min(step.snr_db, top)
