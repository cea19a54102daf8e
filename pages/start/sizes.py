"""The sizes of both files as two bars."""

from pathlib import Path

import streamlit as st

from fp16core.figures.base.style import REFERENCE_COLOUR, REFERENCE_NAME, TARGET_COLOUR, TARGET_NAME
from fp16core.text import bytes_text, size_text
from fp16core.tflite.size_account import SizeAccount

LOOK = Path(__file__).with_name("start.css")
"""Styles of the page."""


def show_sizes(account: SizeAccount) -> None:
    """Show a bar for each file, its weights in the file's colour and all other bytes in grey."""
    most = max(account.reference_bytes, account.target_bytes)
    rows = (
        (REFERENCE_NAME, REFERENCE_COLOUR, account.reference_parameter_bytes, account.reference_rest_bytes),
        (TARGET_NAME, TARGET_COLOUR, account.target_parameter_bytes, account.target_rest_bytes),
    )
    sizes = (account.reference_bytes, account.target_bytes)
    st.html(
        f'<dl class="sizes" style="--most: {most}">'
        + "".join(
            f'<dt>{name}</dt><dd title="{bytes_text(weights)} of weights and biases, {bytes_text(rest)} of everything '
            f'else"><i style="--bytes: {weights}; --bar: {colour}"></i><i class="rest" style="--bytes: {rest}"></i>'
            f"<b>{size_text(size)}</b></dd>"
            for (name, colour, weights, rest), size in zip(rows, sizes, strict=True)
        )
        + "</dl>"
    )
