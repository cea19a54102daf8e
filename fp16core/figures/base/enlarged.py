"""A figure for a lecture room: the same, with larger letters, marks and lines."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from fp16core.figures.base.plotly_json import Settings

_LETTERS_PX = 12
"""Size of letters for which a figure asks for none, as Streamlit's theme sets it."""

_PIXELS = {
    "font": {"size"},
    "textfont": {"size"},
    "tickfont": {"size"},
    "marker": {"size"},
    "line": {"width"},
    "margin": {"l", "r", "t", "b"},
    "title": {"standoff"},
    "annotations": {"xshift", "yshift", "ax", "ay"},
    "colorbar": {"thickness"},
}
"""Settings in pixels, by the setting that they are part of."""

_FONTS = ("font", "textfont", "tickfont")


def enlarged(figure: go.Figure, factor: float) -> go.Figure:
    """Copy a figure with all that it sets in pixels ``factor`` times as large; its width stays the page's."""
    drawn = figure.to_dict()
    layout = {name: value for name, value in drawn["layout"].items() if name != "template"}
    letters = {"size": _LETTERS_PX * factor}
    found = go.Figure(
        _scaled(drawn["data"], "data", factor),
        {"font": letters, "legend": {"font": letters}, "hoverlabel": {"font": letters}},
    )
    found.update_layout(_scaled(layout, "layout", factor), height=layout["height"] * factor)
    for axis in (*found.select_xaxes(), *found.select_yaxes(), *_colour_bars(found)):
        if axis.tickfont.size is None:
            axis.tickfont.size = letters["size"]
        if axis.title.font.size is None:
            axis.title.font.size = letters["size"]
    return found


def _colour_bars(figure: go.Figure) -> list[Any]:
    return [trace.colorbar for trace in figure.data if "colorbar" in trace and trace.showscale is not False]


def _scaled(value: Any, part: str, factor: float) -> Any:
    """Multiply the numbers of ``value`` that `_PIXELS` names, in settings named ``part``."""
    if isinstance(value, list | tuple):
        return [_scaled(each, part, factor) for each in value]
    if not isinstance(value, Mapping):
        return value
    scaled: Settings = {}
    for name, each in value.items():
        in_pixels = name in _PIXELS.get(part, ()) and isinstance(each, int | float)
        # Letters below the usual size are so for want of room, of which a presentation's figures have more.
        least = _LETTERS_PX if part in _FONTS else 0
        scaled[name] = max(each, least) * factor if in_pixels else _scaled(each, name, factor)
    return scaled
