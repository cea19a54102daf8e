"""Figure of a model's operators: one a row, linked as they read each other, coloured by range or by error."""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from fp16core.diagnosis.outcome import OperatorReading
from fp16core.diagnosis.results import ArithmeticVerdict, OperatorError, OperatorRange, RangeVerdict
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import fixed
from fp16core.figures.diagnosis.classes import (
    BY_ERROR,
    BY_RANGE,
    OperatorClass,
    class_of_error,
    class_of_range,
    largest,
)
from fp16core.figures.diagnosis.operator_rows import View, marks, rows
from fp16core.figures.diagnosis.words import error_sentence, range_sentence, snr_text
from fp16core.text import power_text

MOST_ROWS = 300
"""Operators that one figure shows."""

SMALLEST_NORMAL, LARGEST = 2.0**-14, 65_504.0

_BAR_PX = 9
_LEAST_DRAWN, _MOST_DRAWN = 1e-10, 1e39
"""Ends of the axis of magnitudes: whatever is below the first is 0 in float16."""

_TOP_DB = 100.0
_MOST_TICKS = 6


def by_range(
    nodes: Sequence[OperatorReading], verdict: RangeVerdict, chosen: int | None = None, start: int = 0
) -> go.Figure:
    """Operators beside the range of their float32 magnitudes, with float16's normal range as a band.

    Parameters
    ----------
    nodes
        All operators, in order.
    verdict
        Their ranges.
    chosen
        Operator to emphasise.
    start
        Place of the first operator shown; up to `MOST_ROWS` are.
    """
    shown = nodes[start : start + MOST_ROWS]
    drawn = rows(shown, chosen, ["number", "kind", "smallest magnitude", "largest on the way", "class"])
    ends = [1e-5, 1e5]

    def bars(members: Sequence[OperatorRange]) -> dict[str, Any]:
        highs = [_drawable(largest(each)) for each in members]
        lows = [min(_drawable(each.smallest), high) for each, high in zip(members, highs, strict=True)]
        ends.extend([*lows, *highs])
        return {
            "x": highs,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [0.0] * len(members),
                "arrayminus": [high - low for low, high in zip(lows, highs, strict=True)],
                "thickness": _BAR_PX,
                "width": 0,
            },
        }

    def facts(node: OperatorReading, each: OperatorRange, its: OperatorClass) -> list[Any]:
        return [node.operator, node.kind, each.smallest, each.intermediate_largest or largest(each), its.words]

    marks(drawn, shown, verdict.operators, View(class_of_range, BY_RANGE, facts, range_sentence, bars))
    drawn.add_vrect(SMALLEST_NORMAL, LARGEST, fillcolor="rgba(15, 157, 118, 0.13)", line={"width": 0}, layer="below")
    low, high = math.log10(min(ends)) - 0.6, math.log10(max(ends)) + 0.6
    drawn.update_layout(xaxis={"type": "log", "range": [low, high], **_power_ticks(low, high)})
    return _finished(drawn, "largest magnitude")


def by_error(
    nodes: Sequence[OperatorReading], verdict: ArithmeticVerdict, chosen: int | None = None, start: int = 0
) -> go.Figure:
    """Operators beside the signal-to-noise ratio of their results in float16 arithmetic; parameters as `by_range`."""
    shown = nodes[start : start + MOST_ROWS]
    drawn = rows(shown, chosen, ["number", "kind", "results not finite", "largest error", "class"])
    ends = [50.0]

    def bars(members: Sequence[OperatorError]) -> dict[str, Any]:
        lengths = [bar_length(each) for each in members]
        ends.extend(lengths)
        return {
            "x": lengths,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [0.0] * len(members),
                "arrayminus": lengths,
                "thickness": _BAR_PX,
                "width": 0,
            },
        }

    def facts(node: OperatorReading, each: OperatorError, its: OperatorClass) -> list[Any]:
        return [node.operator, node.kind, each.not_finite, each.max_abs_error, its.words]

    marks(drawn, shown, verdict.operators, View(class_of_error, BY_ERROR, facts, error_sentence, bars))
    found = {each.operator: each for each in verdict.operators}
    members = [found[node.operator] for node in shown if node.operator in found]
    drawn.add_scatter(
        x=[bar_length(each) for each in members],
        y=[each.operator for each in members],
        text=[f"  {snr_text(each)}" for each in members],
        mode="text",
        textposition="middle right",
        textfont={"size": 11},
        hoverinfo="skip",
    )
    drawn.update_layout(xaxis={"range": [-3, 1.4 * max(ends)], "nticks": 5})
    return _finished(drawn, "signal-to-noise ratio (dB)")


def bar_length(found: OperatorError) -> float:
    """Length of an operator's bar in decibels: 0 if a result is not finite, at most that of 100 dB."""
    if found.not_finite or math.isnan(found.snr_db):
        return 0.0
    return min(max(found.snr_db, 0.0), _TOP_DB)


def _finished(drawn: Sketch, title: str) -> go.Figure:
    drawn.update_layout(xaxis={"title": {"text": title, "standoff": 8}, "side": "bottom", "zeroline": False})
    return fixed(drawn)


def _power_ticks(low: float, high: float) -> dict[str, Any]:
    powers = range(math.ceil(low), math.floor(high) + 1)
    step = max(1, -(-len(powers) // _MOST_TICKS))
    shown = [power for power in powers if power % step == 0]
    return {
        "tickmode": "array",
        "tickvals": [10.0**power for power in shown],
        "ticktext": ["1" if power == 0 else power_text(10, power) for power in shown],
    }


def _drawable(value: float) -> float:
    """A magnitude that a logarithmic axis can show; 0 stands at its lower end."""
    return min(max(value, _LEAST_DRAWN), _MOST_DRAWN)
