"""Figures of the precision dial: the cost of fewer bits."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    figure,
    fixed,
    mark,
)
from fp16core.lab.dial import DialResult
from fp16core.text import bytes_text, count_text, percent_text

_ROOM_FROM = 0.2
"""Share of the axis from which on a label fits to the left of its mark."""

_RESULT_COLUMNS = ["accuracy (%)", "changed answers", "largest logit change"]


def accuracy_by_mantissa(results: Mapping[int, DialResult], reference_accuracy: float, chosen: int) -> go.Figure:
    """Accuracy against mantissa bits, from many to few, with the reference's as a line."""
    drawn = _by_mantissa([100 * results[bits].accuracy.value for bits in _order(results)], results, chosen)
    drawn.add_hline(y=100 * reference_accuracy, line={"color": REFERENCE_COLOUR, "dash": "dash", "width": 2})
    drawn.update_yaxes(title="accuracy (%)", nticks=6)
    lows = [results[bits].accuracy.value for bits in results] or [reference_accuracy]
    top = max([*(result.accuracy.value for result in results.values()), reference_accuracy])
    # At least two points, so that chance in a few images does not look like a landslide.
    drawn.update_yaxes(range=[100 * min(min(lows), reference_accuracy - 0.015) - 0.3, 100 * top + 0.5])
    return fixed(drawn)


def changed_by_mantissa(results: Mapping[int, DialResult], chosen: int) -> go.Figure:
    """Changed answers against mantissa bits, from many to few."""
    drawn = _by_mantissa([results[bits].changed_predictions for bits in _order(results)], results, chosen)
    drawn.update_yaxes(title="changed answers", rangemode="tozero", tickformat=",d")
    return fixed(drawn)


def accuracy_by_bytes(
    files: Sequence[DialResult], formats: Sequence[DialResult], own: DialResult, reference: DialResult
) -> go.Figure:
    """Accuracy against file size: existing files, formats as if packed, and the chosen format."""
    drawn = figure(420, hovermode="closest", meta={"columns": ["model", *_RESULT_COLUMNS[1:]]})
    groups = (
        ("files that exist", files, TARGET_COLOUR, "circle", 12),
        ("formats, packed without gaps", formats, NEUTRAL_COLOUR, "diamond-open", 11),
        (f"your choice: {own.name}", [own], DELTA_COLOUR, "cross-open", 16),
    )
    for name, members, colour, symbol, size in groups:
        drawn.add_scatter(
            name=name,
            x=[member.size_bytes for member in members],
            y=[100 * member.accuracy.value for member in members],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": size, "line": {"width": 2, "color": colour}},
            customdata=[[m.name, m.changed_predictions, m.max_abs_logit_delta] for m in members],
            text=[_sentence(member) for member in members],
            hovertemplate="%{text}<extra></extra>",
        )
    for member, place in _lettered(files):
        room_left = member.size_bytes > _ROOM_FROM * max(file.size_bytes for file in files)
        anchors = {"xanchor": "right" if room_left else "center", "yanchor": "bottom" if place > 0 else "top"}
        _letter(drawn, member, yshift=9 * place, **anchors)
    for member in formats:
        _letter(drawn, member, xanchor="left", xshift=9)
    drawn.add_hline(y=100 * reference.accuracy.value, line={"color": REFERENCE_COLOUR, "dash": "dash", "width": 1})
    centre = 100 * reference.accuracy.value
    spread = max(abs(100 * member.accuracy.value - centre) for member in (*files, *formats))
    reach = 1.5 * max(spread, 0.2)
    if 100 * own.accuracy.value < centre - reach:
        # One broken format would squeeze all others into a line.
        drawn.add_annotation(
            x=own.size_bytes,
            y=0,
            yref="paper",
            yanchor="bottom",
            text=f"{own.name}: {percent_text(own.accuracy.value)} ↓",
            showarrow=False,
            font={"size": 12, "color": DELTA_COLOUR},
        )
    drawn.update_xaxes(title="bytes in the file", range=[0, 1.12 * max(m.size_bytes for m in files)], tickformat=",")
    drawn.update_yaxes(title="accuracy (%)", range=[centre - reach, centre + reach])
    return fixed(drawn)


def _order(results: Mapping[int, DialResult]) -> list[int]:
    return sorted(results, reverse=True)


def _by_mantissa(heights: Sequence[float], results: Mapping[int, DialResult], chosen: int) -> Sketch:
    drawn = figure(320, margin={"l": 8, "r": 8, "t": 12, "b": 8}, meta={"columns": _RESULT_COLUMNS})
    order = _order(results)
    members = [results[bits] for bits in order]
    drawn.add_scatter(
        name="weights of the reference, rounded",
        x=order,
        y=list(heights),
        mode="lines+markers",
        line={"color": TARGET_COLOUR, "width": 2},
        marker={"size": [14 if bits == chosen else 7 for bits in order], "color": TARGET_COLOUR},
        customdata=[[100 * m.accuracy.value, m.changed_predictions, m.max_abs_logit_delta] for m in members],
        text=[_sentence(member) for member in members],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    mark(drawn, chosen, "chosen", left=chosen < 12)  # the axis runs from many bits to few
    drawn.update_xaxes(title="mantissa bits", range=[23.5, -0.6], dtick=4, tick0=0)
    return drawn


def _sentence(result: DialResult) -> str:
    changed = count_text(result.changed_predictions, "changed answer")
    return f"{result.name}: {bytes_text(result.size_bytes)}, {percent_text(result.accuracy.value)}, {changed}"


def _letter(drawn: Sketch, member: DialResult, **place: object) -> None:
    drawn.add_annotation(
        x=member.size_bytes,
        y=100 * member.accuracy.value,
        text=member.name,
        showarrow=False,
        font={"size": 12},
        **place,
    )


def _lettered(files: Sequence[DialResult]) -> list[tuple[DialResult, int]]:
    """Files to label, and the side: of files of nearly the same size, the best above (1), the worst below (−1)."""
    found: list[tuple[DialResult, int]] = []
    for group in _near(sorted(files, key=lambda file: file.size_bytes)):
        group.sort(key=lambda file: (file.accuracy.value, -len(file.name)))
        found.append((group[-1], 1))
        if group[0].accuracy.value < group[-1].accuracy.value:
            found.append((group[0], -1))
    return found


def _near(files: Sequence[DialResult]) -> list[list[DialResult]]:
    groups: list[list[DialResult]] = []
    for file in files:
        if groups and file.size_bytes < 1.1 * groups[-1][0].size_bytes:
            groups[-1].append(file)
        else:
            groups.append([file])
    return groups
