"""A number's bits in float32 and, below them, in float16."""

import html

import numpy as np
import streamlit as st

from fp16core.numerics.bits import BinaryNumber, number_at
from fp16core.numerics.narrowing import narrow
from pages.your_model.story.words import number_text

_PARTS = ("sign", "exponent", "mantissa")
_MANTISSA = 10
"""Column of the first bit of both mantissas; exponents end before it."""


def show_bits(value: float) -> None:
    """Show a number as float32 and as float16 store it."""
    source = number_at(np.array([value], np.float32), 0)
    result = narrow(source).result
    words = f"{number_text(value)} → {number_text(result.as_float)}"
    rows = "".join(
        f'<div class="row-name {number.format.name}"><b>{number.format.name}</b> {html.escape(number.hex_text)}</div>'
        f'<div class="bit-row">{_cells(number)}</div>'
        for number in (source, result)
    )
    st.html(
        f'<figure class="bits" style="--columns: 32" role="img" aria-label="{html.escape(_spoken(source, result))}">'
        f"<figcaption>{html.escape(words)}</figcaption>{rows}</figure>"
    )


def _cells(number: BinaryNumber) -> str:
    starts = (1, _MANTISSA - number.format.exponent_bits, _MANTISSA)
    return "".join(
        f'<span class="bit {part} {number.format.name}" style="grid-column: {column}">{digit}</span>'
        for part, start, digits in zip(_PARTS, starts, number.fields, strict=True)
        for column, digit in enumerate(digits, start)
    )


def _spoken(*numbers: BinaryNumber) -> str:
    return "; ".join(
        f"{number.format.name}: sign {number.fields[0]}, exponent {number.fields[1]}, mantissa {number.fields[2]}"
        for number in numbers
    )
