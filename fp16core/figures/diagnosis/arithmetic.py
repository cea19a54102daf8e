"""Figure of float16 arithmetic: the signal-to-noise ratio along the graph, on each device."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.diagnosis.results import ArithmeticVerdict, OperatorError
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    WARNING_COLOUR,
    figure,
    fixed,
    lettering,
    mark,
)
from fp16core.figures.diagnosis.classes import whole_ticks
from fp16core.figures.diagnosis.words import snr_text
from fp16core.text import small_text

_COLOURS = (DELTA_COLOUR, TARGET_COLOUR, REFERENCE_COLOUR, NEUTRAL_COLOUR)
_NOISELESS_DB = 110.0
"""Height at which operators without any error are drawn, above all others."""


def snr_along(verdicts: Sequence[ArithmeticVerdict], chosen: int | None = None) -> go.Figure:
    """Signal-to-noise ratio of each operator's results, in order of execution, a line for each device.

    Operators whose results are not finite stand at the bottom, those without error at the top.
    """
    drawn = figure(
        340,
        meta={"columns": ["number", "kind", "results not finite", "largest error"]},
        hovermode="closest",
        margin={"l": 8, "r": 8, "t": 44, "b": 8},
    )
    highest = max(
        (each.snr_db for verdict in verdicts for each in verdict.operators if math.isfinite(each.snr_db)), default=60.0
    )
    top = max(_NOISELESS_DB, highest + 10)
    for verdict, colour in zip(verdicts, _COLOURS, strict=False):
        found = verdict.operators
        broken = [_is_broken(each) for each in found]
        drawn.add_scatter(
            name=lettering(verdict.device),
            x=[each.operator for each in found],
            y=[0.0 if bad else min(each.snr_db, top) for each, bad in zip(found, broken, strict=True)],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={
                "size": [12 if bad else 8 for bad in broken],
                "symbol": [_symbol(each) for each in found],
                "color": [WARNING_COLOUR if bad else colour for bad in broken],
                "line": {"width": 2, "color": [WARNING_COLOUR if bad else colour for bad in broken]},
            },
            customdata=[[each.operator, each.kind, each.not_finite, each.max_abs_error] for each in found],
            text=[
                lettering(
                    f"{each.kind}, operator {each.operator}: {snr_text(each)}, largest error "
                    f"{small_text(each.max_abs_error)}"
                )
                for each in found
            ],
            hovertemplate="%{text}<extra></extra>",
            showlegend=True,
        )
    if any(_is_broken(each) for verdict in verdicts for each in verdict.operators):
        drawn.add_hline(y=0, line={"color": WARNING_COLOUR, "dash": "dot", "width": 1})
        drawn.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=-3,
            yanchor="top",
            text="NaN or infinite",
            showarrow=False,
            font={"color": WARNING_COLOUR, "size": 12},
        )
    last = max((each.operator for verdict in verdicts for each in verdict.operators), default=0)
    if chosen is not None:
        mark(drawn, chosen, "")
    drawn.update_xaxes(title="operator, in order of execution", **whole_ticks(last + 1))
    drawn.update_yaxes(title="signal-to-noise ratio (dB)", range=[-20, top + 6], dtick=20)
    return fixed(drawn)


def _is_broken(each: OperatorError) -> bool:
    return each.not_finite > 0 or math.isnan(each.snr_db)


def _symbol(each: OperatorError) -> str:
    if _is_broken(each):
        return "x"
    return "circle" if each.is_float16 else "square-open"
