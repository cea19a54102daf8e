"""A figure in the making: plain data, which Plotly looks at once.

Each change of a `go.Figure` costs Plotly half a millisecond and more, most of what it takes to draw
a page; all changes at once cost hardly more than one.
"""

from typing import Any

import plotly.graph_objects as go

Settings = dict[str, Any]


class Finished(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure that nobody changes any more, so that what a browser gets is made of it only once."""

    def to_dict(self) -> Settings:
        """As `go.Figure.to_dict`; the same each time, not to be changed."""
        if "_document" not in vars(self):
            self._document: Settings = super().to_dict()
        return self._document


class Sketch:
    """Traces and layout, added to by methods named as those of `go.Figure`, until `finished`."""

    def __init__(self, **layout: Any) -> None:
        self._traces: list[Settings] = []
        self._layout: Settings = {"xaxis": {}, "yaxis": {}}
        self.update_layout(**layout)

    def add(self, kind: str, **trace: Any) -> None:
        """Add a trace of one of Plotly's kinds."""
        self._traces.append({"type": kind, **trace})

    def add_bar(self, **trace: Any) -> None:
        """Add bars."""
        self.add("bar", **trace)

    def add_scatter(self, **trace: Any) -> None:
        """Add marks, lines or letters."""
        self.add("scatter", **trace)

    def add_heatmap(self, **trace: Any) -> None:
        """Add a map of cells."""
        self.add("heatmap", **trace)

    def update_layout(self, **settings: Any) -> None:
        """Set some of the layout, and leave the rest."""
        _merge(self._layout, settings)

    def update_xaxes(self, **settings: Any) -> None:
        """Set something of all horizontal axes."""
        self._update_axes("xaxis", settings)

    def update_yaxes(self, **settings: Any) -> None:
        """Set something of all vertical axes."""
        self._update_axes("yaxis", settings)

    def add_annotation(self, **annotation: Any) -> None:
        """Add words."""
        self._layout.setdefault("annotations", []).append(annotation)

    def add_shape(self, **shape: Any) -> None:
        """Add a line or a box."""
        self._layout.setdefault("shapes", []).append(shape)

    def add_vline(self, x: float, **look: Any) -> None:
        """Add a line from the bottom to the top."""
        self.add_shape(type="line", x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", **look)

    def add_hline(self, y: float, **look: Any) -> None:
        """Add a line from the left to the right."""
        self.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", **look)

    def add_vrect(self, x0: float, x1: float, **look: Any) -> None:
        """Add a box from the bottom to the top."""
        self.add_shape(type="rect", x0=x0, x1=x1, xref="x", y0=0, y1=1, yref="y domain", **look)

    def finished(self) -> go.Figure:
        """The figure, with all that was said of it checked by Plotly."""
        return Finished(self._traces, self._layout)

    def _update_axes(self, kind: str, settings: Settings) -> None:
        for name, axis in self._layout.items():
            if name.startswith(kind):
                _merge(axis, settings)


def _merge(into: Settings, settings: Settings) -> None:
    for name, value in settings.items():
        if isinstance(value, dict):
            _merge(into.setdefault(name, {}), value)
        else:
            into[name] = value
