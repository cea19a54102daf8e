"""A canvas to draw on with a mouse, a pen or a finger."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from fp16core.images.drawing import CANVAS_SIDE, PEN_WIDTHS
from pages.try_digit.button_css import BUTTON_CSS

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

_CSS = """
.drawing { position: relative; max-width: 22rem; font-family: var(--st-font); color: var(--st-text-color); }
canvas {
    display: block; width: 100%; aspect-ratio: 1; background: black; cursor: crosshair; touch-action: none;
    border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); box-sizing: border-box;
}
.hint { position: absolute; top: 9rem; width: 100%; margin: 0; text-align: center; color: #b8bec8; }
.hint { pointer-events: none; }
.drawn .hint { display: none; }
@media (max-width: 640px) { .drawing { max-width: 15rem; } .hint { top: 6rem; } }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin-top: 0.5rem; }
label { display: flex; align-items: center; gap: 0.4rem; flex: 1 1 8rem; }
input { flex: 1; min-width: 5rem; accent-color: var(--st-primary-color); }
"""

_JS = """
export default function ({ data, parentElement, setStateValue }) {
    const root = parentElement.querySelector(".drawing");
    root.send = setStateValue;
    if (root.strokes) return;  // a rerun: the canvas is newer than the server's copy

    const canvas = root.querySelector("canvas"), ink = canvas.getContext("2d");
    const pen = root.querySelector(".pen"), undo = root.querySelector(".undo"), clear = root.querySelector(".clear");
    const scale = canvas.width / data.side;
    let stroke = null;
    root.strokes = data.strokes;
    [pen.min, pen.max] = data.widths;
    pen.value = data.width;

    const line = ({ width, points }, from) => {
        ink.strokeStyle = "white";
        ink.lineCap = ink.lineJoin = "round";
        ink.lineWidth = width * scale;
        ink.beginPath();
        ink.moveTo(points[from] * scale, points[from + 1] * scale);
        for (let at = from; at < points.length; at += 2) ink.lineTo(points[at] * scale, points[at + 1] * scale);
        ink.stroke();
    };
    const show = () => {
        ink.clearRect(0, 0, canvas.width, canvas.height);
        root.strokes.forEach((drawn) => line(drawn, 0));
        undo.disabled = clear.disabled = root.strokes.length === 0;
        root.classList.toggle("drawn", root.strokes.length > 0 || stroke !== null);
    };
    const tell = () => {
        show();
        root.send("drawing", { strokes: root.strokes, width: Number(pen.value) });
    };
    const add = (event) => {
        const box = canvas.getBoundingClientRect();
        const round = (value) => Math.round(value * 10) / 10;
        const x = round(((event.clientX - box.left) / box.width) * data.side);
        const y = round(((event.clientY - box.top) / box.height) * data.side);
        const last = stroke.points.length - 2;
        if (last >= 0 && Math.hypot(x - stroke.points[last], y - stroke.points[last + 1]) < 1) return;
        stroke.points.push(x, y);
        line(stroke, Math.max(0, last));
    };
    canvas.onpointerdown = (event) => {
        if (stroke || event.button !== 0) return;
        canvas.setPointerCapture(event.pointerId);
        stroke = { pointer: event.pointerId, width: Number(pen.value), points: [] };
        root.classList.add("drawn");
        add(event);
    };
    canvas.onpointermove = (event) => {
        if (stroke?.pointer !== event.pointerId) return;
        const all = event.getCoalescedEvents?.() ?? [];
        (all.length ? all : [event]).forEach(add);
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
        if (stroke?.pointer !== event.pointerId) return;
        root.strokes = [...root.strokes, { width: stroke.width, points: stroke.points }];
        stroke = null;
        tell();
    };
    pen.onchange = tell;
    undo.onclick = () => { root.strokes = root.strokes.slice(0, -1); tell(); };
    clear.onclick = () => { root.strokes = []; tell(); };
    show();
}
"""

_component = st.components.v2.component("canvas", html=_HTML, css=BUTTON_CSS + _CSS, js=_JS)


def canvas(strokes: list[Any], width: float, key: str, on_change: Callable[[], None]) -> None:
    """Draw the canvas; ``st.session_state[key].drawing`` holds ``strokes`` and ``width`` when ``on_change`` runs.

    Parameters
    ----------
    strokes
        The drawing when the canvas appears, in the form that `fp16core.images.drawing.picture_of` takes.
    width
        The pen's width then, in the units of the strokes.
    key
        The component's key.
    on_change
        Called after a stroke is finished or undone, and after the canvas is cleared.
    """
    data = {"strokes": strokes, "width": width, "side": CANVAS_SIDE, "widths": list(PEN_WIDTHS)}
    _component(data=data, key=key, on_drawing_change=on_change)
