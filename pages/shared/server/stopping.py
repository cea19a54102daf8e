"""Stopping of processes without keeping a page waiting: a button says at once that it was pressed."""

import threading
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_PATIENCE_S = 0.3
"""Time in which most processes are gone, so that the page can show the end at once."""

_STOPPING = "stopping"


def stop(job: object, end: Callable[[], object]) -> None:
    """Call ``end``, which returns once a job is gone, in a thread; `is_stopping` is true of the job until then.

    ``end`` must not use the session.
    """
    if is_stopping(job):
        return
    thread = threading.Thread(target=end, daemon=True)
    st.session_state[_STOPPING] = job, thread
    thread.start()
    thread.join(_PATIENCE_S)
    is_stopping(job)  # forgets a job that is gone


def is_stopping(job: object) -> bool:
    """Return whether this visitor has stopped a job that is not gone yet."""
    stopped, thread = st.session_state.get(_STOPPING, (None, None))
    if thread is not None and not thread.is_alive():
        del st.session_state[_STOPPING]
        return False
    return stopped is job and thread is not None


def button(row: DeltaGenerator, job: object, on_click: Callable[..., None], key: str, *args: object) -> None:
    """Show a button that stops a job, or says that it is being stopped."""
    stopping = is_stopping(job)
    row.button(
        "Stopping …" if stopping else "Stop",
        icon=":material/hourglass_top:" if stopping else ":material/stop_circle:",
        disabled=stopping,
        on_click=on_click,
        args=args,
        key=key,
    )
