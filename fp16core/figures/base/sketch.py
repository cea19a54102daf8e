"""A figure in the making: plain data, which Plotly need not look at to send it.

Each change of a `go.Figure` costs Plotly half a millisecond and more, and to build one from all that is
known of it 1 to 4 ms: a third of what it takes to draw a page.
"""

import base64
import copy
import functools
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import plotly.io

Settings = dict[str, Any]

_CODES = ("i1", "u1", "i2", "u2", "i4", "u4", "f4", "f8")
"""Types of numbers that Plotly's browser library reads from bytes."""


class Finished(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure that nobody changes any more: what is changed of it does not reach a browser.

    A browser gets it as it was sketched, made ready once. Plotly looks at it only when somebody looks into
    it, as that takes milliseconds, and then raises `ValueError` if it is none.
    """

    def __init__(self, traces: list[Settings], layout: Settings) -> None:
        self.__dict__.update(_sketched_traces=traces, _sketched_layout=layout)

    def to_dict(self) -> Settings:
        """As `go.Figure.to_dict`; the same each time, not to be changed."""
        if "_document" not in vars(self):
            default = plotly.io.templates.default
            layout = ({"template": _template(default)} if default else {}) | _ready(self._sketched_layout)
            self._document: Settings = {"data": _ready(self._sketched_traces), "layout": layout}
        return self._document

    def __getattr__(self, name: str) -> Any:
        """Called for what a figure has once Plotly has looked at it, and for what none has."""
        if name in vars(self):  # another visitor's thread has looked meanwhile
            return vars(self)[name]
        if name.startswith("__") or "_data" in vars(self) or "_sketched_layout" not in vars(self):
            raise AttributeError(f"a figure has no “{name}”")
        # All at once, so that no thread finds half of it.
        self.__dict__.update(vars(go.Figure(self._sketched_traces, self._sketched_layout)))
        return getattr(self, name)

    def __reduce__(self) -> tuple[type["Finished"], tuple[list[Settings], Settings]]:
        """For copies."""
        return Finished, (self._sketched_traces, self._sketched_layout)


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
        """The figure, at which Plotly has not looked yet."""
        return Finished(copy.copy(self._traces), copy.deepcopy(self._layout))

    def _update_axes(self, kind: str, settings: Settings) -> None:
        title = settings.get("title")
        # As in Plotly, a title that is only its text leaves its distance to the theme.
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


def _ready(value: Any) -> Any:
    """The same for JSON: arrays as Plotly's browser library takes them, and without what is left open."""
    if isinstance(value, dict):
        return {name: _ready(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple) and value and isinstance(value[0], dict):
        return [_ready(each) for each in value]
    return _typed_array(value) if isinstance(value, np.ndarray) else value


def _typed_array(values: npt.NDArray[Any]) -> Any:
    """An array's bytes in base64, as Plotly itself sends them since version 6; a list, if there is no such type."""
    if not values.size:
        return []
    if values.dtype in (np.int64, np.uint64):
        values = values.astype(_narrow(values))
    code = values.dtype.str[1:]
    if code not in _CODES or not values.dtype.isnative:
        return values.tolist()
    found = {"dtype": code, "bdata": base64.b64encode(values.tobytes()).decode("ascii")}
    return found if values.ndim == 1 else found | {"shape": ", ".join(map(str, values.shape))}


def _narrow(values: npt.NDArray[Any]) -> np.dtype[Any]:
    """The narrowest type of the same kind that has room for these whole numbers: JavaScript has none of 64 bits."""
    for width in (1, 2, 4):
        limits = np.iinfo(f"{values.dtype.kind}{width}")
        if limits.min <= values.min() and values.max() <= limits.max:
            return limits.dtype
    return values.dtype


@functools.lru_cache
def _template(name: str) -> Settings:
    """What Plotly adds to a layout that names no template."""
    document: Settings = plotly.io.templates[name].to_plotly_json()
    return document
