"""The headline numbers at the top of a page."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def headline(count: int, key: str = "headline") -> list[DeltaGenerator]:
    """A row of columns for headline numbers, which wrap on narrow screens; ``key`` starts with "headline"."""
    return st.container(key=key).columns(count)


def number(column: DeltaGenerator, label: str, value: str, remark: str, hint: str) -> None:
    """One headline number with a remark below it and an explanation behind a question mark."""
    column.metric(label, value, remark, delta_color="off", delta_arrow="off", border=True, help=hint)
