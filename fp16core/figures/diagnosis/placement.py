"""Figure of the places where a model's operators run: a band for each part that a delegate runs as one."""

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go

from fp16core.diagnosis.outcome import PlacementVerdict
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    WARNING_COLOUR,
    figure,
    fixed,
    lettering,
)
from fp16core.figures.diagnosis.classes import whole_ticks
from fp16core.text import count_text

OWN_KERNELS = "LiteRT’s own kernels"

_ROW_PX, _FRAME_PX = 56, 96
_COLOURS = (DELTA_COLOUR, REFERENCE_COLOUR, TARGET_COLOUR)


def bands(verdict: PlacementVerdict, operators: int = 0) -> go.Figure:
    """Bands along the operators: one row a delegate, and what remains for LiteRT's own kernels.

    Parameters
    ----------
    verdict
        Where the float16 file runs.
    operators
        Number of the model's operators; the file may have more.
    """
    taken = {index for parts in verdict.parts.values() for part in parts for index in part.operators}
    operators = max([operators, *(index + 1 for index in (*taken, *verdict.breaks, *verdict.dequantize_operators))])
    rest = [(0, run) for run in _runs(index for index in range(operators) if index not in taken)]
    names = [*verdict.parts, *([OWN_KERNELS] if rest else [])]
    drawn = figure(
        _FRAME_PX + _ROW_PX * len(names),
        barmode="overlay",
        bargap=0.35,
        meta={"columns": ["last operator", "part"]},
        hovermode="closest",
    )
    for row, (name, parts) in enumerate(verdict.parts.items()):
        members = [(number, run) for number, part in enumerate(parts, 1) for run in _runs(part.operators)]
        _add_bands(drawn, name, row, members, _COLOURS[row % len(_COLOURS)])
    if rest:
        _add_bands(drawn, OWN_KERNELS, len(verdict.parts), rest, NEUTRAL_COLOUR)
    if verdict.breaks:
        drawn.add_scatter(
            name="splits the graph",
            x=list(verdict.breaks),
            y=[len(names) - 1] * len(verdict.breaks),
            mode="markers",
            marker={"symbol": "x", "size": 11, "color": WARNING_COLOUR, "line": {"width": 2, "color": WARNING_COLOUR}},
            customdata=[[index, ""] for index in verdict.breaks],
            text=[lettering(f"operator {index}: {why}") for index, why in verdict.breaks.items()],
            hovertemplate="%{text}<extra></extra>",
        )
    drawn.update_xaxes(
        title="operator, in order of execution", range=[-0.7, max(operators, 1) - 0.3], **whole_ticks(operators)
    )
    drawn.update_yaxes(
        title="delegate",
        tickvals=list(range(len(names))),
        ticktext=[_wrapped(lettering(name)) for name in names],
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
    )
    return fixed(drawn)


def _add_bands(drawn: Sketch, name: str, row: int, members: Sequence[tuple[int, range]], colour: str) -> None:
    drawn.add_bar(
        name=lettering(name),
        orientation="h",
        base=[run.start - 0.45 for _, run in members],
        x=[len(run) - 0.1 for _, run in members],
        y=[row] * len(members),
        marker={"color": colour},
        customdata=[[run.stop - 1, number] for number, run in members],
        text=[lettering(_band_text(name, number, run)) for number, run in members],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def _band_text(name: str, number: int, run: range) -> str:
    which = f", part {number}" if number else ""
    place = f"operator {run.start}" if len(run) == 1 else f"operators {run.start} to {run.stop - 1}"
    return f"{name}{which}: {place}, {count_text(len(run), 'operator')}"


def _runs(operators: Iterable[int]) -> list[range]:
    """Operators without a gap between them, together."""
    runs: list[range] = []
    for index in sorted(operators):
        if runs and runs[-1].stop == index:
            runs[-1] = range(runs[-1].start, index + 1)
        else:
            runs.append(range(index, index + 1))
    return runs


def _wrapped(name: str) -> str:
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 14 and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines[:3])
