"""Parameters of the address that belong to our own components; Streamlit binds only its own widgets."""

from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

_WRITTEN = "address-written"


@dataclass
class _Written:
    """A parameter as it was last put into the address, on which page, and the texts that it has had there."""

    text: str | None = None
    page: str = ""
    before: set[str | None] = field(default_factory=set)


def is_asked(name: str) -> bool:
    """Return whether the address says something else than `write` has last put there.

    Then a link or a step of *Back* has set it, and the caller takes ``st.query_params.get(name)``, `None` for the
    default. A parameter that is missing since the visitor changed the page counts as said before, and so does an
    older text of the same page, which a busy browser still sends along.
    """
    now, known, context = st.query_params.get(name), _written(name), get_script_run_ctx()
    if now == known.text or context is None:
        return now != known.text
    if context.is_history_navigation or now is None:
        return context.is_history_navigation
    return known.page != context.page_script_hash or now not in known.before


def write(name: str, text: str | None) -> None:
    """Put a parameter into the address, or remove it with `None`, as is right for the default."""
    known, context, now = _written(name), get_script_run_ctx(), st.query_params.get(name)
    page = "" if context is None else context.page_script_hash
    if page != known.page:
        known.page, known.before = page, set()
    known.text = text
    known.before |= {text, now}
    if text is None:
        st.query_params.pop(name, None)
    elif now != text:
        st.query_params[name] = text


def _written(name: str) -> _Written:
    kept: dict[str, _Written] = st.session_state.setdefault(_WRITTEN, {})
    return kept.setdefault(name, _Written())
