"""A Plotly figure that Plotly validates only when somebody inspects it.

Building a `go.Figure` validates each of its settings. Measured on six charts of the dashboard, on one slow x86-64
core, building one and encoding it as JSON takes 1.4 to 7.3 ms; encoding the same settings directly takes 0.05 to
0.33 ms. Charts are sent again on each rerun of a page, and validation took a third of the time of a rerun.
"""

from functools import cached_property
from typing import Any

import plotly.graph_objects as go

from fp16core.figures.base.plotly_json import Settings, figure_document


class LazyFigure(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A finished, read-only figure.

    It is a `go.Figure` because Streamlit sends those as their `to_dict` says; plain settings it would
    validate first. The contract:

    - `to_dict` is what a browser gets. It is encoded from the settings without validating them, once.
    - Whatever else is read (``figure.data``, ``figure.layout.xaxis``, methods) is read from a `go.Figure`
      that is built from the same settings on first use, which raises `ValueError` if Plotly refuses one.
    - Changes do not reach the browser. To change a figure, copy it: ``go.Figure(figure)``.

    Tests compare both representations of every figure that any of them draws.

    Parameters
    ----------
    traces, layout
        Settings as `go.Figure` takes them; not to be changed afterwards.
    """

    def __init__(self, traces: list[Settings], layout: Settings) -> None:
        # Not Plotly's own constructor, which would validate the settings now.
        self._sketched_traces, self._sketched_layout = traces, layout

    def to_dict(self) -> Settings:
        """Return the figure as `go.Figure.to_dict` does; each call returns the same object, not to be changed."""
        return self._document

    def __getattr__(self, name: str) -> Any:
        """Look up in the validated figure what Plotly's constructor would have set here."""
        if name.startswith("__"):  # asked for by copy, pickle and NumPy of any object
            raise AttributeError(name)
        return getattr(self._validated, name)

    def __reduce__(self) -> tuple[type["LazyFigure"], tuple[list[Settings], Settings]]:
        """Copy and pickle the settings alone."""
        return LazyFigure, (self._sketched_traces, self._sketched_layout)

    @cached_property
    def _document(self) -> Settings:
        return figure_document(self._sketched_traces, self._sketched_layout)

    @cached_property
    def _validated(self) -> go.Figure:
        return go.Figure(self._sketched_traces, self._sketched_layout)
