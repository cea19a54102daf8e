"""Defaults that depend on other choices, such as the image that float16 changes most easily in the active pair.

Streamlit leaves a widget's default out of the address, and does not look again when the default changes: the value that
is still shown would be missing there, and the address would lead to the new default.
"""

from collections.abc import Container
from typing import TypeVar

import streamlit as st

_NOTED = "address-defaults"

T = TypeVar("T")


def note(key: str, default: T, choices: Container[T]) -> T:
    """Return the default of a widget that is about to be drawn.

    If the default has changed since the widget was drawn last, its value goes into the address, unless the ``choices``
    no longer have it.
    """
    noted: dict[str, object] = st.session_state.setdefault(_NOTED, {})
    if noted.get(key, default) != default and st.session_state.get(key) in choices:
        st.session_state[key] = st.session_state[key]
    noted[key] = default
    return default
