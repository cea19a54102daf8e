"""The visitor's own GPU: has it been opened in this visit, and the work that is made for it."""

import streamlit as st

from fp16core.webgpu.plan import Plan
from fp16core.workbench import measures
from pages.shared.session import state
from pages.shared.session.cache import cached

_OPENED = "own-gpu-opened"


def is_opened() -> bool:
    """Return whether the visitor has had the browser open its GPU, and has not stopped that since."""
    return bool(st.session_state.get(_OPENED, False))


def note_opened(opened: bool) -> None:
    """Keep for the visit whether the GPU is to be opened again where it is of use."""
    st.session_state[_OPENED] = opened


@cached("Writing shaders …", kept=4)
def plan() -> Plan:
    """The active float16 file as work for a GPU; raises `HalfBitsError` if no browser can run it."""
    return state.measure(measures.gpu_plan)
