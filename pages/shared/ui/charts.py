"""Charts with the table behind them, and the marks that visitors pick in them."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from fp16core.figures.base.enlarged import enlarged
from fp16core.figures.base.table import figure_csv
from pages.shared.ui.presentation import ENLARGEMENT, is_presenting

_CONFIG = {"displayModeBar": False}


def chart(draw: Callable[[], go.Figure], key: str, alt: str, on_click: Callable[[], None] | None = None) -> None:
    """Show the figure that ``draw`` returns, offer its data as CSV, and call ``on_click`` when a mark is picked."""
    st.plotly_chart(
        enlarged(draw(), ENLARGEMENT) if is_presenting() else draw(),
        key=key,
        alt=alt,
        config=_CONFIG,
        on_select=on_click or "ignore",
        selection_mode="points",
    )
    # Drawn again when the table is asked for: otherwise every session keeps the figure while the page is open.
    table_button(lambda: figure_csv(draw()), key, "The numbers behind this chart, as CSV")


def table_button(table: Callable[[], str], key: str, hint: str, label: str = "CSV") -> None:
    """Offer a table as CSV, made on demand."""
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
    """Number of the mark picked in the chart ``key``, from 0 to ``count`` − 1; `None` if none is picked."""
    try:
        points = st.session_state[key]["selection"]["points"]
        value = next(point["customdata"] for point in points if "customdata" in point)
        return index_of(value[0] if isinstance(value, list) else value, count)
    except (KeyError, TypeError, IndexError, StopIteration):  # a browser may send anything as a selection
        return None


def index_of(sent: object, count: int) -> int | None:
    """The value that a browser sent as an integer, if it is one from 0 to ``count`` − 1."""
    if isinstance(sent, bool) or not isinstance(sent, int | float) or sent not in range(count):
        return None
    return int(sent)
