"""Parameters of the address that belong to our own components; Streamlit binds only its own widgets."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_WRITTEN = "address-written"


def is_asked(name: str) -> bool:
    """Return whether the address says something else than `write` has last put there.

    Then a link or a step of *Back* has set it, and the caller takes ``st.query_params.get(name)``, `None` for the
    default. A parameter that is missing since the visitor changed the page counts as said before.
    """
    now, written = st.query_params.get(name), _written().get(name)
    if now is None:
        context = get_script_run_ctx()
        return written is not None and context is not None and context.is_history_navigation
    return now != written


def write(name: str, text: str | None) -> None:
    """Put a parameter into the address, or remove it with `None`, as is right for the default."""
    _written()[name] = text
    if text is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != text:
        st.query_params[name] = text


def _written() -> dict[str, str | None]:
    kept: dict[str, str | None] = st.session_state.setdefault(_WRITTEN, {})
    return kept
