"""The button that runs a plan on the visitor's own GPU, in the browser."""

import json
from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from pages.shared.ui.button_css import BUTTON_CSS
from pages.shared.ui.gpu import GPU_JS, REFUSALS

KEY = "gpu-run"

WORDS = REFUSALS | {
    "opening": "Opening WebGPU …",
    "fetching": "Fetching shaders, weights and images …",
    "single": "In float32",
    "half": "In float16",
    "timing": "Timing float32 and float16 in turns …",
    "cancelled": "Stopped.",
    "hidden": "The tab was hidden while times were taken, so they were dropped. Keep it in front, and run again.",
}
"""Sentences that the browser shows; those of a refusal say what to do."""

COUNTS = (1_000, 10_000)
"""Numbers of test images to choose from."""


def _html() -> str:
    options = "".join(f'<option value="{count}">{count:,} images</option>' for count in COUNTS)
    return f"""
<div class="gpu" data-words="{escape(json.dumps(WORDS))}">
  <div class="row">
    <button type="button" class="start">Run on this device's GPU</button>
    <button type="button" class="stop" hidden>Stop</button>
    <select class="count" aria-label="Test images">{options}</select>
    <progress class="bar" max="1" value="0" aria-label="Progress" hidden></progress>
    <span class="note" role="status"></span>
  </div>
  <p class="said" role="status"></p>
</div>
"""


_HERE = Path(__file__)

_component = st.components.v2.component(
    "gpu_run",
    html=_html(),
    css=BUTTON_CSS + _HERE.with_name("gpu_run.css").read_text("utf-8"),
    js=GPU_JS + _HERE.with_name("gpu_run.js").read_text("utf-8"),
)


def gpu_run(message: bytes | None, on_wanted: Callable[[], None], on_answer: Callable[[], None]) -> None:
    """Show the button.

    Parameters
    ----------
    message
        The plan with as many images as were wanted; `None` until some are.
    on_wanted, on_answer
        Called when the browser wants a plan, and when it has carried one out; `sent` tells what it sent.
    """
    _component(
        data=([],) if message is None else message,
        key=KEY,
        on_wanted_change=on_wanted,
        on_answer_change=on_answer,
    )


def sent(name: str) -> object:
    """Value that the browser has sent by that name, which may be anything."""
    return st.session_state[KEY].get(name)
