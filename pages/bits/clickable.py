"""A number whose bits can be toggled in float32 and in float16, with the same number in narrower formats below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from fp16core.numerics.bits import BinaryNumber
from fp16core.numerics.formats import BFLOAT16, FLOAT16, FLOAT32, FP8_E4M3, FP8_E5M2
from fp16core.numerics.number_text import read_number, written
from pages.shared.ui.charts import index_of

FORMATS = (FLOAT32, FLOAT16, BFLOAT16, FP8_E5M2, FP8_E4M3)
"""Formats shown: the first two can be edited."""

_KEY, _SEEN, _SCROLLS = "bits-clickable", "bits-seen", "bits-scrolls"

_HTML = """
<div class="number">
  <div class="both"></div>
  <dl class="errors"></dl>
  <div class="others"></div>
  <div class="presets" role="group" aria-label="Numbers to try"></div>
  <details class="digits">
    <summary>Every decimal digit</summary>
    <dl><dt>float32, exactly</dt><dd></dd><dt>float16, exactly</dt><dd></dd><dt>float16 − float32</dt><dd></dd></dl>
  </details>
  <p class="told" aria-live="polite"></p>
</div>
"""

_HERE = Path(__file__)

NUMERICS_JS = _HERE.with_name("numerics.js").read_text("utf-8")
"""The arithmetic of the browser, which tests compare with the core's."""

_component = st.components.v2.component(
    "clickable_bits",
    html=_HTML,
    css=_HERE.with_name("clickable.css").read_text("utf-8"),
    js=NUMERICS_JS + _HERE.with_name("clickable.js").read_text("utf-8"),
)


@dataclass(frozen=True)
class Preset:
    """A number to try.

    Attributes
    ----------
    label
        Text of its button.
    text
        The number as `read_number` reads it.
    hint
        Its property worth seeing.
    """

    label: str
    text: str
    hint: str


PRESETS = (
    Preset("0.1", "0.1", "No binary format holds it exactly"),
    Preset("1/3", "1/3", "Its binary digits never end"),
    Preset("π", "3.14159265358979324", "In float16, 3.140625"),
    Preset("e", "2.71828182845904524", "In float16, 2.71875"),
    Preset("2049", "2049", "The first integer that float16 cannot hold: a tie"),
    Preset("65504", "65504", "The largest finite float16 number"),
    Preset("65519", "65519", "The last integer that float16 rounds down to 65504"),
    Preset("65520", "65520", "A tie between 65504 and what would come next: infinite in float16"),
    Preset("70000", "70000", "Too large for float16"),
    Preset("2⁻¹⁴", "0x1p-14", "The smallest normal float16 number"),
    Preset("2⁻²⁴", "0x1p-24", "The smallest float16 number above 0, a subnormal one"),
    Preset("6e-8", "6e-8", "Becomes subnormal in float16, with one digit left"),
    Preset("1e-8", "1e-8", "Too small for float16: becomes 0"),
    Preset("rounded twice", "1.000488281250001", "Rounding to float32 first makes it a tie"),
    Preset("−0", "-0", "Zero has a sign"),
    Preset("inf", "inf", "Infinity: exponent bits all 1, mantissa 0"),
    Preset("nan", "nan", "Not a number: exponent bits all 1, mantissa not 0"),
)

_PRESETS = [{"label": p.label, "number": read_number(p.text).float32.bits, "hint": p.hint} for p in PRESETS]

_FORMATS = [
    {"name": each.name, "exponent": each.exponent_bits, "mantissa": each.mantissa_bits, "infinity": each.has_infinity}
    for each in FORMATS
]


def formats_for_the_browser() -> Sequence[dict[str, object]]:
    """The formats as the browser's arithmetic takes them."""
    return _FORMATS


def clickable_bits(number: BinaryNumber, stored: BinaryNumber | None, on_change: Callable[[], None]) -> None:
    """Show a number; ``on_change`` is called a moment after a visitor has changed it.

    Parameters
    ----------
    number
        A float32 number.
    stored
        The float16 number in the file, if it differs from the rounded one.
    on_change
        Called with `changed_to` telling the new number.
    """
    data = {
        "formats": _FORMATS,
        "presets": _PRESETS,
        "number": number.bits,
        "stored": None if stored is None else stored.bits,
        "seq": st.session_state.get(_SEEN, 0),
        "scroll": st.session_state.get(_SCROLLS, 0),
    }
    # In a tuple, as Streamlit would import pandas to look for tables in a dictionary.
    _component(data=(data,), key=_KEY, on_number_change=on_change)


def changed_to() -> str | None:
    """The number that a visitor has made, as `read_number` reads it; `None` if the browser sent none.

    A number from a preset is told as the preset writes it.
    """
    sent = st.session_state[_KEY].get("number")
    if not isinstance(sent, dict):
        return None
    seen, bits, preset = index_of(sent.get("seq"), 2**53), index_of(sent.get("bits"), 2**32), sent.get("preset")
    if seen is None or bits is None:
        return None
    st.session_state[_SEEN] = seen
    place = index_of(preset, len(PRESETS))
    if place is not None and _PRESETS[place]["number"] == bits:
        return PRESETS[place].text
    return written(BinaryNumber(FLOAT32, bits))


def scroll_here() -> None:
    """Scroll the number into view."""
    st.session_state[_SCROLLS] = st.session_state.get(_SCROLLS, 0) + 1
