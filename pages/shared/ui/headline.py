"""Headline numbers and cards: what lies side by side on a page, and below each other where there is no room.

Each is one message to the browser. Streamlit's columns would be three.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def headline(count: int, key: str = "headline") -> list[DeltaGenerator]:
    """Places in a row for headline numbers, to be filled one after another; ``key`` starts with "headline"."""
    return [st.container(key=key, horizontal=True)] * count


def number(place: DeltaGenerator, label: str, value: str, remark: str, hint: str) -> None:
    """One headline number with a remark below it and an explanation behind a question mark."""
    place.metric(label, value, remark, delta_color="off", delta_arrow="off", border=True, help=hint)


def cards(count: int, key: str = "cards") -> list[DeltaGenerator]:
    """Framed cards side by side; ``key`` starts with "cards"."""
    row = st.container(key=key, horizontal=True)
    return [row.container(border=True) for _ in range(count)]
