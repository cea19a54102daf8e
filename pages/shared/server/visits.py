"""Identity of visitors, and whether they still have the page open."""

import secrets
from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def visitor() -> str:
    """Return the identity of this visitor, drawn at random and kept for the session."""
    if "visitor" not in st.session_state:
        st.session_state.visitor = secrets.token_hex(8)
    return str(st.session_state.visitor)


def presence() -> Callable[[], bool]:
    """Return a function, for any thread, that tells whether this page's visitor still has it open."""
    context = get_script_run_ctx()
    return partial(is_present, None if context is None else context.session_id)


def is_present(session_id: str | None) -> bool:
    """Return whether a session's browser is connected; always true without a server, as in a test."""
    if session_id is None or not runtime.exists():
        return True
    return bool(runtime.get_instance().is_active_session(session_id))
