"""Parameters of the address that belong to our own components; Streamlit binds only its own widgets."""

from collections import deque

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_WRITTEN, _EARLIER = "address-written", "address-written-earlier"

_KEPT = 20
"""Texts of a parameter that are remembered."""


def is_asked(name: str) -> bool:
    """Return whether the address says something else than `write` has last put there.

    Then a link or a step of *Back* has set it, and the caller takes ``st.query_params.get(name)``, `None` for the
    default. A parameter that is missing since the visitor changed the page counts as said before, and so does a text
    that this page has written earlier: a fast visitor's browser asks before it has received the latest one.
    """
    now, written = st.query_params.get(name), _written().get(name)
    context = get_script_run_ctx()
    is_a_step = context is not None and context.is_history_navigation
    if now is None:
        return written is not None and is_a_step
    return now != written and (is_a_step or now not in _earlier(name))


def write(name: str, text: str | None) -> None:
    """Put a parameter into the address, or remove it with `None`, as is right for the default."""
    _written()[name] = text
    if text is not None and text not in _earlier(name):
        _earlier(name).append(text)
    if text is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text


def _written() -> dict[str, str | None]:
    kept: dict[str, str | None] = st.session_state.setdefault(_WRITTEN, {})
    return kept


def _earlier(name: str) -> deque[str]:
    context = get_script_run_ctx()
    page = context.page_script_hash if context is not None else ""
    kept_for, texts = st.session_state.get(_EARLIER, ("", {}))
    if kept_for != page:
        texts = {}
        st.session_state[_EARLIER] = page, texts
    found: deque[str] = texts.setdefault(name, deque(maxlen=_KEPT))
    return found
