"""Rows of operators, linked in lanes as they read each other, and a mark and a bar for each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fp16core.diagnosis.outcome import OperatorReading
from fp16core.diagnosis.results import OperatorError, OperatorRange
from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import NEUTRAL_COLOUR, figure, lettering
from fp16core.figures.base.table import REPEATED
from fp16core.figures.diagnosis.classes import OperatorClass
from fp16core.figures.diagnosis.lanes import Lanes, lanes

Found = TypeVar("Found", OperatorRange, OperatorError)

ROW_PX = 24
"""Height of an operator's row."""

_FRAME_PX = 60
_LONGEST_NAME = 24


@dataclass(frozen=True)
class View(Generic[Found]):
    """One way to colour operators: their classes, and each one's facts, sentence and bar."""

    class_of: Callable[[Found | None], OperatorClass]
    legend: Sequence[OperatorClass]
    facts: Callable[[OperatorReading, Found, OperatorClass], list[Any]]
    sentence: Callable[[OperatorReading, Found | None], str]
    bars: Callable[[Sequence[Found]], dict[str, Any]]


def height_px(shown: Sequence[OperatorReading]) -> int:
    """Height of a figure with a row for each operator."""
    span = shown[-1].operator - shown[0].operator + 1 if shown else 0
    return _FRAME_PX + ROW_PX * max(span, 3)


def rows(shown: Sequence[OperatorReading], chosen: int | None, columns: list[str]) -> Sketch:
    """Figure with a row for each operator, and the paths between them in lanes."""
    laid = lanes(shown)
    numbers = [node.operator for node in shown] or [0]
    drawn = figure(
        height_px(shown),
        margin={"l": 4, "r": 12, "t": 4, "b": 8},
        showlegend=False,
        meta={"columns": columns},
        hovermode="closest",
    )
    drawn.update_yaxes(
        anchor="x2",
        title="operator",
        tickmode="array",
        tickvals=numbers,
        ticktext=[lettering(_short(f"{node.operator} {node.kind}")) for node in shown],
        tickfont={"size": 11},
        range=[numbers[-1] + 0.5, numbers[0] - 0.5],
        showgrid=False,
        zeroline=False,
    )
    share = _lane_share(laid)
    drawn.update_layout(
        xaxis={"domain": [share + 0.02, 1.0]},
        xaxis2={
            "domain": [0.0, share],
            "range": [-0.6, max(laid.width, 2) - 0.4],
            "visible": False,
            "anchor": "y",
            "fixedrange": True,
        },
    )
    drawn.add_shape(
        type="path",
        xref="x2",
        yref="y",
        path=" ".join(_path_text(path) for path in laid.paths) or f"M 0 {numbers[0]}",
        line={"color": NEUTRAL_COLOUR, "width": 1.5},
        layer="below",
    )
    if chosen in numbers:
        drawn.add_shape(
            type="rect",
            xref="paper",
            yref="y",
            x0=0,
            x1=1,
            y0=chosen - 0.5,
            y1=chosen + 0.5,
            line={"color": NEUTRAL_COLOUR, "width": 2},
            fillcolor="rgba(138, 143, 152, 0.15)",
            layer="below",
        )
    return drawn


def marks(drawn: Sketch, shown: Sequence[OperatorReading], found: Sequence[Found], view: View[Found]) -> None:
    """Draw a mark for each operator in its lane, and a bar for each that was read, one trace a class."""
    by_operator = {each.operator: each for each in found}
    lane_of = dict(zip((node.operator for node in shown), lanes(shown).lanes, strict=True))
    for its in view.legend:
        members = [node for node in shown if view.class_of(by_operator.get(node.operator)) is its]
        texts = [lettering(view.sentence(node, by_operator.get(node.operator))) for node in members]
        look = {"color": its.colour, "symbol": its.symbol, "size": 11, "line": {"width": 2, "color": its.colour}}
        read = [node for node in members if node.operator in by_operator]
        rows = [view.facts(node, by_operator[node.operator], its) for node in read]
        if read:
            measured = view.bars([by_operator[node.operator] for node in read])
            measured["error_x"] |= {"color": its.colour}
            drawn.add_scatter(
                name=its.words,
                y=[node.operator for node in read],
                mode="markers",
                marker=look | {"size": 9},
                customdata=rows,
                text=[text for node, text in zip(members, texts, strict=True) if node.operator in by_operator],
                hovertemplate="%{text}<extra></extra>",
                **measured,
            )
        if members:
            drawn.add_scatter(
                name=its.words,
                xaxis="x2",
                x=[lane_of[node.operator] for node in members],
                y=[node.operator for node in members],
                mode="markers",
                marker=look,
                customdata=[[node.operator] for node in members],
                text=texts,
                hovertemplate="%{text}<extra></extra>",
                meta=REPEATED,
            )


def _lane_share(laid: Lanes) -> float:
    """Share of the width for the lanes: the more there are, the more, up to a third."""
    return min(0.1 + 0.03 * laid.width, 0.34)


def _path_text(path: Sequence[tuple[int, int]]) -> str:
    (lane, operator), *others = path
    return f"M {lane} {operator} " + " ".join(f"L {lane} {operator}" for lane, operator in others)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
