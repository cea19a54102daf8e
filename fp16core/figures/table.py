"""The numbers behind any figure, as a table."""

import csv
import html
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go


def figure_csv(figure: go.Figure) -> str:
    """The data of a figure's traces as comma-separated values, one row for each mark.

    Columns are the trace's name, the titles of the axes, and what the figure names in
    ``layout.meta["columns"]`` for the numbers in its traces' ``customdata`` (limits of an interval,
    edges of a bin, the count in a cell). Pictures, lettering, and shades behind marks have no rows. A
    tree has a row for each leaf: the tree's name, and under the names in ``layout.meta["columns"]``
    what the leaf belongs to, what it is, and its size. A map of tiles has a row for each cell that is not
    between them: where it is, by the same names, and its value.
    """
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    extra = list((figure.layout.meta or {}).get("columns", []))
    if any(trace.type == "treemap" for trace in figure.data):
        rows.writerow(["series", *extra])
        for trace in figure.data:
            rows.writerows([trace.name, *leaf] for leaf in _leaves(trace))
        return file.getvalue()
    if any(_is_of_tiles(trace) for trace in figure.data):
        rows.writerow(["series", *extra])
        for trace in filter(_is_of_tiles, figure.data):
            cells = zip(np.reshape(trace.customdata, (-1, len(extra) - 1)).tolist(), np.ravel(trace.z), strict=True)
            rows.writerows([trace.name, *place, _plain(value)] for place, value in cells if any(place))
        return file.getvalue()
    # Charts above each other share the column; the series tells which is which.
    heights = " / ".join(axis.title.text for axis in figure.select_yaxes() if axis.title.text)
    rows.writerow(["series", figure.layout.xaxis.title.text or "x", heights or "model", *extra])
    for trace in figure.data:
        if trace.type == "heatmap" and trace.customdata is not None:
            for y, row in enumerate(trace.customdata):
                rows.writerows([trace.name or "", x, y, _plain(count)] for x, count in enumerate(row))
        elif trace.type not in ("heatmap", "image") and not _is_lettering(trace):
            for number, (x, y) in enumerate(zip(trace.x, trace.y, strict=True)):
                custom = trace.customdata[number] if extra and trace.customdata is not None else []
                values = custom if isinstance(custom, list | tuple | np.ndarray) else [custom]
                rows.writerow([trace.name or "", _plain(x), _plain(y), *map(_plain, values)])
    return file.getvalue()


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
