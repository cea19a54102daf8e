"""A preview of the answer to a drawing, by the visitor's own GPU while the pen moves."""

import json
from collections.abc import Collection
from html import escape
from pathlib import Path

import streamlit as st

from fp16core.figures.base.style import REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.images.stages import StageName
from fp16core.vocabulary import HalfBitsError
from fp16core.webgpu.software import FALLBACK
from fp16core.webgpu.words import software_text
from pages.shared.server import hosted
from pages.shared.session import own_gpu
from pages.shared.ui.button_css import BUTTON_CSS
from pages.shared.ui.gpu import GPU_JS, REFUSALS
from pages.shared.ui.words import plain

KEY = "gpu-preview"

WORDS = REFUSALS | {
    "opening": "Opening WebGPU …",
    "on": "A preview of the float16 file, from pixels that your browser prepared: the answer card counts.",
    "single": "No float16 arithmetic in this browser.",
    "software": f"{software_text(FALLBACK)}.",
    "none": "no number",
    "gpuStart": "Let this device's GPU read while you draw",
    "gpuName": "Your GPU, while you draw",
    "softwareStart": "Let this device's processor read while you draw",
    "softwareName": "Your processor, while you draw",
}
"""Sentences that the browser shows; those of a refusal say what to do."""

_HTML = f"""
<div class="preview" data-state="offered" data-words="{escape(json.dumps(WORDS))}">
  <button type="button" class="start"></button>
  <div class="row">
    <span class="name"></span>
    <button type="button" class="stop" aria-label="Stop the preview">Stop</button>
    <div class="answers">
      <span class="tile single" style="border-color: {REFERENCE_COLOUR}">in float32 <b></b> <small></small></span>
      <span class="tile half" style="border-color: {TARGET_COLOUR}" hidden>in float16 <b></b> <small></small></span>
      <small class="note"></small>
    </div>
  </div>
  <p class="said" role="status"></p>
</div>
"""

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "gpu_preview",
    html=_HTML,
    css=BUTTON_CSS + (_HERE / "preview.css").read_text("utf-8"),
    js=GPU_JS + (_HERE / "stages.js").read_text("utf-8") + (_HERE / "preview.js").read_text("utf-8"),
)


def preview(off: Collection[StageName]) -> None:
    """Show the GPU's answers to the drawing, or a button that lets it read; nothing in a browser without WebGPU.

    Only the browser knows its adapter: it says whether a GPU or a software driver answers.

    Shaders and weights are sent once the GPU has been opened, here or on the page *Size and speed*.
    """
    message = None
    if own_gpu.is_opened():
        try:
            message = own_gpu.plan().drawing_message
        except HalfBitsError as error:
            st.caption(f"Your browser cannot read the drawing: {plain(hosted.shown(str(error)))}")
            return
        if off:
            st.caption("Your browser reads the drawing with all steps.")
    _component(data=([],) if message is None else message, key=KEY, on_wanted_change=_wanted)


def _wanted() -> None:
    own_gpu.note_opened(st.session_state[KEY].get("wanted") == "yes")
