"""A canvas to draw on with a mouse, a pen or a finger."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from fp16core.images.drawings.drawing import CANVAS_SIDE, PEN_WIDTHS, Drawing
from pages.shared.ui.button_css import BUTTON_CSS

_HTML = """
<div class="drawing">
  <canvas width="560" height="560" role="img" aria-label="Canvas: draw a digit with mouse, pen or finger"></canvas>
  <p class="hint">Draw a digit here</p>
  <div class="tools">
    <button type="button" class="undo">Undo</button>
    <button type="button" class="clear">Clear</button>
    <label>Pen <input type="range" class="pen"></label>
  </div>
</div>
"""

_component = st.components.v2.component(
    "canvas",
    html=_HTML,
    css=BUTTON_CSS + Path(__file__).with_name("canvas.css").read_text("utf-8"),
    js=Path(__file__).with_name("canvas.js").read_text("utf-8"),
)


def canvas(drawing: Drawing, asked: int, key: str, on_change: Callable[[], None]) -> None:
    """Show the canvas; `fp16core.images.drawings.drawing.drawing_of` reads what it has sent.

    Parameters
    ----------
    drawing
        On the canvas when it appears, and the last that was received: the canvas sends no other before it knows.
    asked
        Changes whenever the canvas must show ``drawing`` in place of its own.
    key
        The component's key; ``st.session_state[key].drawing`` holds what was sent when ``on_change`` runs.
    on_change
        Called while a stroke grows and after it, after one is undone, and after the canvas is cleared.
    """
    data = {
        "strokes": drawing.strokes,
        "width": drawing.pen,
        "number": drawing.number,
        "asked": asked,
        "side": CANVAS_SIDE,
        "widths": list(PEN_WIDTHS),
    }
    # In a tuple, as Streamlit would import pandas to look for tables in a dictionary.
    _component(data=(data,), key=key, on_drawing_change=on_change)
