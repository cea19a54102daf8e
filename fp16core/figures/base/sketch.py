"""A figure in the making: plain settings, collected without asking Plotly to validate each change."""

import copy
from typing import Any

from fp16core.figures.base.lazy_figure import LazyFigure
from fp16core.figures.base.plotly_json import Settings


class Sketch:
    """Traces and layout, built up by methods named after those of `go.Figure`, until `finished`.

    Each change of a `go.Figure` takes up to 0.4 ms, since Plotly validates it; here it takes microseconds.
    """

    def __init__(self, **layout: Any) -> None:
        self._traces: list[Settings] = []
        self._layout: Settings = {"xaxis": {}, "yaxis": {}}
        self.update_layout(**layout)

    def add(self, kind: str, **trace: Any) -> None:
        """Add a trace of one of Plotly's types."""
        self._traces.append({"type": kind, **trace})

    def add_bar(self, **trace: Any) -> None:
        """Add bars."""
        self.add("bar", **trace)

    def add_scatter(self, **trace: Any) -> None:
        """Add markers, lines or text."""
        self.add("scatter", **trace)

    def add_heatmap(self, **trace: Any) -> None:
        """Add a heatmap."""
        self.add("heatmap", **trace)

    def update_layout(self, **settings: Any) -> None:
        """Set some of the layout; other settings stay as they are."""
        _merge(self._layout, settings)

    def update_xaxes(self, **settings: Any) -> None:
        """Set some of all horizontal axes."""
        self._update_axes("xaxis", settings)

    def update_yaxes(self, **settings: Any) -> None:
        """Set some of all vertical axes."""
        self._update_axes("yaxis", settings)

    def add_annotation(self, **annotation: Any) -> None:
        """Add a text at a point of the figure."""
        self._layout.setdefault("annotations", []).append(annotation)

    def add_shape(self, **shape: Any) -> None:
        """Add a shape, such as a line or a rectangle."""
        self._layout.setdefault("shapes", []).append(shape)

    def add_vline(self, x: float, **look: Any) -> None:
        """Add a vertical line across the plot."""
        self.add_shape(type="line", x0=x, x1=x, xref="x", y0=0, y1=1, yref="y domain", **look)

    def add_hline(self, y: float, **look: Any) -> None:
        """Add a horizontal line across the plot."""
        self.add_shape(type="line", x0=0, x1=1, xref="x domain", y0=y, y1=y, yref="y", **look)

    def add_vrect(self, x0: float, x1: float, **look: Any) -> None:
        """Add a rectangle from the bottom to the top of the plot."""
        self.add_shape(type="rect", x0=x0, x1=x1, xref="x", y0=0, y1=1, yref="y domain", **look)

    def finished(self) -> LazyFigure:
        """Return the figure as it is now; later changes of the sketch do not affect it."""
        return LazyFigure(copy.copy(self._traces), copy.deepcopy(self._layout))

    def _update_axes(self, kind: str, settings: Settings) -> None:
        title = settings.get("title")
        # As in Plotly, a title given as text alone leaves its distance to the theme.
        settings = {**settings, "title": {"text": title, "standoff": None}} if isinstance(title, str) else settings
        for name, axis in self._layout.items():
            if name.startswith(kind):
                _merge(axis, settings)


def _merge(into: Settings, settings: Settings) -> None:
    for name, value in settings.items():
        if isinstance(value, dict):
            _merge(into.setdefault(name, {}), value)
        else:
            into[name] = value
