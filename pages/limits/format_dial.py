"""The dial: exponent and mantissa bits on two sliders, beside the map of all formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from fp16core.numerics.formats import PRESETS, FloatFormat
from pages.shared.address.live import SWITCH, Live, numbers
from pages.shared.ui.live_slider import HELD_CSS, HELD_JS, slider_spec

EXPONENTS = range(2, 9)
MANTISSAS = range(24)

DIAL = Live(
    "format-dial",
    {"exponent": numbers(EXPONENTS), "mantissa": numbers(MANTISSAS), "signed": SWITCH, "infinity": SWITCH},
    {"exponent": 5, "mantissa": 10, "signed": True, "infinity": True},
)

_HERE = Path(__file__).parent

_HTML = """
<div class="frame"><div class="dial">
  <div class="presets" role="group" aria-label="Formats supported by hardware"></div>
  <div class="controls">
    <div class="sliders"></div>
    <div class="reading"></div>
    <details>
      <summary>Sign, infinity, and what the bits are for</summary>
      <label><input type="checkbox" name="signed"> Sign bit. <span>Without it, negative weights become 0.</span></label>
      <label><input type="checkbox" name="infinity"> Infinity. <span>Reserves the largest exponent for infinity and for
      NaN (not a number), as IEEE 754 does. Without it, as in FP8 E4M3, the largest exponent holds further numbers, and
      only the last pattern is NaN.</span></label>
      <p>Exponent bits give a number’s magnitude: the power of two at or below it. With too few, small weights become 0
      and large ones infinite. Mantissa bits give its position between two powers of two. Each bit less doubles the
      rounding error.</p>
      <p>The named formats are those of hardware: float32 and float16 (IEEE 754), TF32 (NVIDIA), bfloat16 (Google), and
      two formats of 8 bits (Open Compute Project).</p>
    </details>
  </div>
  <figure class="map">
    <p class="axis">exponent bits</p>
    <div class="grid" role="img" aria-label="Map of the formats; the sliders choose the same"></div>
    <p class="axis"><span></span><span>mantissa bits</span></p>
    <div class="legend"><span>Changed answers:</span><span class="ticks"></span>
    <span>× a point of accuracy or more is lost</span></div>
  </figure>
</div></div>
"""

_component = st.components.v2.component(
    "format_dial",
    html=_HTML,
    css=HELD_CSS + (_HERE / "format_dial.css").read_text("utf-8"),
    js=HELD_JS + (_HERE / "format_dial.js").read_text("utf-8"),
)

_SPECS = [
    slider_spec("exponent", "Exponent bits", EXPONENTS),
    slider_spec("mantissa", "Mantissa bits", MANTISSAS),
]


_PRESETS = [
    {
        "name": name,
        "values": {
            "exponent": form.exponent_bits,
            "mantissa": form.mantissa_bits,
            "signed": form.has_sign,
            "infinity": form.has_infinity,
        },
    }
    for name, form in PRESETS.items()
]


def chosen_format() -> FloatFormat:
    """The format that the dial is set to."""
    values = DIAL.values()
    return FloatFormat(values["exponent"], values["mantissa"], bool(values["signed"]), bool(values["infinity"]))


def format_dial(chosen: FloatFormat, cells: list[dict[str, Any]], ticks: Sequence[dict[str, Any]], images: int) -> None:
    """Draw the dial.

    Parameters
    ----------
    chosen
        The format in force.
    cells
        Of the formats measured so far, of `fp16core.figures.lab.format_map.format_cells`.
    ticks
        The legend, of `scale_ticks`.
    images
        Number of test images.
    """
    _component(
        data={
            "key": DIAL.key,
            "version": DIAL.version,
            "values": {name: st.session_state[name] for name in DIAL.usual},
            "specs": _SPECS,
            "exponents": list(reversed(EXPONENTS)),
            "mantissas": list(reversed(MANTISSAS)),
            "presets": _PRESETS,
            "cells": cells,
            "cellsAreOf": [chosen.has_sign, chosen.has_infinity],
            "ticks": list(ticks),
            "images": f"{images:,}",
        },
        key=DIAL.key,
        on_value_change=_nothing,
    )


def _nothing() -> None:
    """Let the run take the values."""
