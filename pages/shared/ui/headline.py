"""Headline numbers and cards: side by side, and below each other where there is no room.

Each is one message to the browser; a column of Streamlit's is three.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def headline(key: str = "headline") -> DeltaGenerator:
    """Row for headline numbers; ``key`` starts with "headline"."""
    return st.container(key=key, horizontal=True)


def number(row: DeltaGenerator, label: str, value: str, remark: str, hint: str) -> None:
    """Add a headline number with a remark below it and an explanation behind a question mark."""
    row.metric(label, value, remark, delta_color="off", delta_arrow="off", border=True, help=hint)


def cards(count: int, key: str = "cards") -> list[DeltaGenerator]:
    """Framed cards side by side; ``key`` starts with "cards"."""
    row = st.container(key=key, horizontal=True)
    return [row.container(border=True) for _ in range(count)]
