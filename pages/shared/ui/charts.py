"""Showing a figure with the table behind it."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from fp16core.figures.base.table import figure_csv

_CONFIG = {"displayModeBar": False}


def chart(draw: Callable[[], go.Figure], key: str, alt: str, on_click: Callable[[], None] | None = None) -> None:
    """Show what ``draw`` draws, offer its data as CSV, and call ``on_click`` when a visitor picks a mark."""
    st.plotly_chart(
        draw(),
        key=key,
        alt=alt,
        config=_CONFIG,
        on_select=on_click or "ignore",
        selection_mode="points",
    )
    # Drawn once more for whoever wants the table: each visitor would else hold the figure as long as the page is open.
    table_button(lambda: figure_csv(draw()), key, "The numbers behind this chart, as CSV")


def table_button(table: Callable[[], str], key: str, hint: str, label: str = "CSV") -> None:
    """Offer a table as CSV; it is made when it is asked for."""
    st.download_button(
        label,
        table,
        file_name=f"{key}.csv",
        mime="text/csv",
        key=f"{key}-table",
        icon=":material/download:",
        type="tertiary",
        help=hint,
        on_click="ignore",
    )


def picked(key: str, count: int) -> int | None:
    """Number of the mark picked in the chart ``key``, one of ``count`` from 0 on; `None` if none is."""
    try:
        points = st.session_state[key]["selection"]["points"]
        value = next(point["customdata"] for point in points if "customdata" in point)
        return index_of(value[0] if isinstance(value, list) else value, count)
    except (KeyError, TypeError, IndexError, StopIteration):  # a browser may send anything as a selection
        return None


def index_of(sent: object, count: int) -> int | None:
    """What a browser sent, if it is a whole number from 0 to ``count`` − 1."""
    if isinstance(sent, bool) or not isinstance(sent, int | float) or sent not in range(count):
        return None
    return int(sent)
