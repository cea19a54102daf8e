"""Data of any figure as a table."""

import html
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fp16core.csv_text import csv_text

REPEATED = "repeated"
"""The ``meta`` of a trace that shows the numbers of another one again."""


def figure_csv(figure: go.Figure) -> str:
    """Data of a figure's traces as comma-separated values, one row for each mark.

    Columns are the trace's name, the titles of the axes, and the names in ``layout.meta["columns"]`` for
    the numbers in the traces' ``customdata`` (limits of an interval, edges of a bin, the count in a cell).
    Pictures, texts, and shades behind marks have no rows. A treemap has a row for each leaf: the tree's
    name and, under the names in ``layout.meta["columns"]``, the leaf's category, its name and its size. A
    map of tiles has a row for each cell except the gaps between tiles: its position, under the same
    names, and its value. Marks that show again what others do, whose ``meta`` is `REPEATED`, have no rows.
    """
    extra = list((figure.layout.meta or {}).get("columns", []))
    if any(trace.type == "treemap" for trace in figure.data):
        return csv_text([["series", *extra], *_leaf_rows(figure)])
    if any(_is_of_tiles(trace) for trace in figure.data):
        return csv_text([["series", *extra], *_tile_rows(figure, len(extra) - 1)])
    # Charts above each other share the column; the series distinguishes them.
    heights = " / ".join(axis.title.text for axis in figure.select_yaxes() if axis.title.text)
    titles = ["series", figure.layout.xaxis.title.text or "x", heights or "model", *extra]
    return csv_text([titles, *_mark_rows(figure, bool(extra))])


def _leaf_rows(figure: go.Figure) -> Iterator[list[Any]]:
    for trace in figure.data:
        for leaf in _leaves(trace):
            yield [trace.name, *leaf]


def _tile_rows(figure: go.Figure, names: int) -> Iterator[list[Any]]:
    for trace in filter(_is_of_tiles, figure.data):
        places = np.reshape(trace.customdata, (-1, names)).tolist()
        for place, value in zip(places, np.ravel(trace.z), strict=True):
            if any(place):
                yield [trace.name, *place, _plain(value)]


def _mark_rows(figure: go.Figure, has_extra: bool) -> Iterator[list[Any]]:
    for trace in figure.data:
        if trace.type == "heatmap" and trace.customdata is not None:
            for y, row in enumerate(trace.customdata):
                for x, count in enumerate(row):
                    yield [trace.name or "", x, y, _plain(count)]
        elif trace.type not in ("heatmap", "image") and trace.meta != REPEATED and not _is_lettering(trace):
            for number, (x, y) in enumerate(zip(trace.x, trace.y, strict=True)):
                custom = trace.customdata[number] if has_extra and trace.customdata is not None else []
                values = custom if isinstance(custom, list | tuple | np.ndarray) else [custom]
                yield [trace.name or "", _plain(x), _plain(y), *map(_plain, values)]


def _leaves(tree: Any) -> Iterator[tuple[str, str, Any]]:
    names = {identity: html.unescape(text) for identity, text in zip(tree.ids, tree.text, strict=True)}
    for identity, parent, size in zip(tree.ids, tree.parents, tree.values, strict=True):
        if identity not in tree.parents:
            yield names[parent], names[identity], _plain(size)


def _is_of_tiles(trace: Any) -> bool:
    return trace.type == "heatmap" and np.ndim(trace.customdata) == 3


def _is_lettering(trace: Any) -> bool:
    return "mode" in trace and trace.mode == "text"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
