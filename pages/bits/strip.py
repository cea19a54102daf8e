"""One number's bits in float32 and below them in float16, with the dropped bits marked."""

import html
from collections.abc import Iterable, Sequence

import streamlit as st

from fp16core.numerics.bits import BinaryNumber, FloatClass
from fp16core.numerics.formats import FLOAT16, FLOAT32
from fp16core.numerics.narrowing import Narrowing
from fp16core.text import count_text, power_text
from pages.bits.words import decision_sentence, exponent_words

_MANTISSA = 2 + FLOAT32.exponent_bits
"""Column of the first mantissa bit in both rows; the sign's is 1."""

_CUT = _MANTISSA + FLOAT16.mantissa_bits
"""Column of the first dropped bit."""

_MOST_MOVED = 12
"""Places drawn to the right of float32's last bit; digits beyond them cannot affect rounding."""

_PARTS = ("sign", "exponent", "mantissa")


def bit_strip(found: Narrowing, stored: BinaryNumber | None = None) -> None:
    """Show the bits; ``stored`` is the number in the file, if it differs from the rounded one."""
    source, result = found.source, found.result
    moved = min(found.shift, _MOST_MOVED) if source.is_finite and source.float_class is not FloatClass.ZERO else 0
    columns = FLOAT32.width + moved
    drawn = [
        _label("float32", source.hex_text),
        _meaning(source),
        _row(_fields(source, dropped_from=_CUT)),
        _label("significand", _significand_words(found)),
        _row(_significand(found, columns) if source.is_finite else []),
        _label("float16", result.hex_text + (", framed: what adding 1 changed" if found.decision.adds_one else "")),
        _meaning(result),
        _row(
            [*_fields(result, before=found.towards_zero if found.decision.adds_one else result), _gone(found, columns)]
        ),
    ]
    if stored is not None:
        drawn += [_label("in the file", stored.hex_text), _meaning(stored), _row(_fields(stored))]
    alt = html.escape(_alternative(found, stored), quote=True)
    st.html(
        f'<figure class="bits" style="--columns: {columns}" role="img" aria-label="{alt}">{"".join(drawn)}</figure>'
    )


def legend(found: Narrowing) -> None:
    """Show the meaning of the colours, and of this number's fields."""
    sign = "1, minus" if found.source.sign else "0, plus"
    entries = (
        ("sign", "Sign", f"{sign}."),
        ("exponent", "Exponent", f"The power of two. {exponent_words(found.source)} {exponent_words(found.result)}"),
        (
            "mantissa",
            "Mantissa",
            "The binary digits after the point: the position between this power of two and the next. "
            "float32 stores 23, float16 stores 10.",
        ),
        ("dropped", "Dropped", "Bits that do not fit into float16. They only decide the direction of rounding."),
    )
    st.html('<dl class="bit-legend">' + "".join(_entry(*entry) for entry in entries) + "</dl>")


def _row(cells: Iterable[str]) -> str:
    return f'<div class="bit-row">{"".join(cells)}</div>'


def _cell(kind: str, column: int, text: str, title: str = "", end: int | None = None) -> str:
    kind += " cut" if column == _CUT else ""
    place = f"grid-column: {column} / {end or column + 1}"
    return f'<span class="{kind}" style="{place}" title="{html.escape(title)}">{html.escape(text)}</span>'


def _label(name: str, remark: str) -> str:
    return f'<div class="row-name {name}"><b>{name}</b> {html.escape(remark)}</div>'


def _exponent_column(number: BinaryNumber) -> int:
    """The exponents of both formats end where the mantissas begin."""
    return _MANTISSA - number.format.exponent_bits


def _meaning(number: BinaryNumber) -> str:
    """The meaning of each field, above it."""
    exponent, mantissa = {
        FloatClass.NAN: ("ones", "not 0: not a number"),
        FloatClass.INFINITE: ("ones", "0: infinite"),
        FloatClass.ZERO: ("zeros", "0: zero"),
    }.get(number.float_class, (power_text(2, number.exponent), f"× {number.significand_text}"))
    return _row(
        [
            _cell("meaning", 1, "−" if number.sign else "+"),
            _cell("meaning", _exponent_column(number), exponent, end=_MANTISSA),
            _cell("meaning start", _MANTISSA, mantissa, end=-1),
        ]
    )


def _fields(number: BinaryNumber, dropped_from: int | None = None, before: BinaryNumber | None = None) -> list[str]:
    """The stored bits; those that are dropped, and those that differ from ``before``, are marked."""
    columns, old = (1, _exponent_column(number), _MANTISSA), (before or number).fields
    cells = []
    for part, start, digits, was in zip(_PARTS, columns, number.fields, old, strict=True):
        for column, (digit, old_digit) in enumerate(zip(digits, was, strict=True), start):
            kind, title = f"bit {part} {number.format.name}", part
            if dropped_from is not None and column >= dropped_from:
                kind, title = kind + " dropped", title + ", dropped"
            if digit != old_digit:
                kind, title = kind + " changed", title + ", changed by rounding"
            cells.append(_cell(kind, column, digit, title))
    return cells


def _significand(found: Narrowing, columns: int) -> list[str]:
    digits = found.kept_digits + found.dropped_digits
    room = columns - (_MANTISSA - 2)
    shown = digits[:room] if len(digits) <= room or "1" not in digits[room - 1 :] else digits[: room - 1] + "…"
    cells = []
    for column, digit in enumerate(shown, _MANTISSA - 1):
        kind, title = ("bit dropped", "dropped") if column >= _CUT else ("bit mantissa float16", "kept")
        if found.source.hidden_bit and column == _MANTISSA - 1 + found.shift:
            kind, title = kind + " hidden", title + ", the leading 1"
        cells.append(_cell(kind, column, digit, title))
    return cells


def _significand_words(found: Narrowing) -> str:
    if not found.source.is_finite:
        return "none: there are no digits to round"
    if found.source.float_class is FloatClass.ZERO:
        return "no digit is 1"
    leading = "with the leading 1 that is not stored" if found.source.hidden_bit else "which has no leading 1"
    return leading + (f", moved right by {count_text(found.shift, 'place')}" if found.shift else "")


def _gone(found: Narrowing, columns: int) -> str:
    return _cell("gone", _CUT, "dropped", f"{found.dropped_count} bits", end=columns + 1)


def _entry(kind: str, name: str, words: str) -> str:
    return f'<div><dt><span class="bit {kind} float32"></span>{name}</dt><dd>{html.escape(words)}</dd></div>'


def _alternative(found: Narrowing, stored: BinaryNumber | None) -> str:
    """Text alternative of the picture."""
    sentences = [_spelled("float32", found.source.fields), _spelled("float16", found.result.fields)]
    if stored is not None:
        sentences.append(_spelled("in the file", stored.fields))
    if found.source.is_finite:
        sentences.insert(1, f"Significand: kept {found.kept_digits}, dropped {found.dropped_digits}")
    return ". ".join(sentences) + ". " + decision_sentence(found).replace("**", "")


def _spelled(name: str, fields: Sequence[str]) -> str:
    return f"{name}: " + ", ".join(f"{part} {digits}" for part, digits in zip(_PARTS, fields, strict=True))
