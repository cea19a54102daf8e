"""Rejection of values that no widget can have sent, on a hosted server, before anything fails on them."""

import functools
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata, unpack_widget_state_value
from streamlit.runtime.state.session_state import Serialized

from pages.shared.server import hosted

_MARK = "_halfbits_checked"

_LEFT_OUT = "value-left-out"

_TRUSTED = ("file_uploader_state_value", "chat_input_value")
"""Kinds of values that may be read only once."""


_WHOLE = ("int_value", "double_value")
"""Kinds of what a number field sends for a whole number, and of what Streamlit registers for it."""


def bound() -> None:
    """On a hosted server, check what a browser sends for a widget before Streamlit or a callback uses it."""
    if not hosted.is_hosted() or hasattr(SessionState, _MARK):
        return
    SessionState.on_script_will_rerun = _checked(SessionState.on_script_will_rerun)  # type: ignore[method-assign]
    SessionState.register_widget = _checked_once_known(SessionState.register_widget)  # type: ignore[method-assign]
    setattr(SessionState, _MARK, True)


def tell() -> None:
    """Tell the visitor, once, that a value was ignored."""
    if st.session_state.pop(_LEFT_OUT, False):
        st.toast(
            "Your browser sent a value that this page does not offer. It was ignored; nothing else has changed.",
            icon=":material/error:",
            duration="long",
        )


def fits(state: WidgetState, metadata: WidgetMetadata[Any]) -> bool:
    """Return whether a widget can have sent a value: of its kind, readable, and one of its options.

    Segmented controls with a default always have an option chosen.
    """
    kind = state.WhichOneof("value")
    if kind is None or kind in _TRUSTED:
        return kind is None or kind == metadata.value_type
    if kind != metadata.value_type and (kind, metadata.value_type) != _WHOLE:
        return False
    try:
        value = unpack_widget_state_value(state)
        metadata.deserializer(value)
    except Exception:  # Streamlit's own reading of a value raises whatever comes of it
        return False
    if metadata.formatted_options is None or kind not in ("string_value", "string_array_value"):
        return True
    if metadata.max_array_length == 1 and not value and metadata.deserializer(None) is not None:
        return False
    return {*([value] if kind == "string_value" else value)} <= {*metadata.formatted_options}


def _checked(prepare: Callable[..., None]) -> Callable[..., None]:
    """Check values of widgets that the last run has drawn, before their callbacks run."""

    @functools.wraps(prepare)
    def check(session: SessionState, fresh: WidgetStates | None, **rest: Any) -> None:
        if fresh is not None and hosted.is_hosted():
            known = session._new_widget_state.widget_metadata
            kept = [state for state in fresh.widgets if state.id not in known or fits(state, known[state.id])]
            if len(kept) < len(fresh.widgets):
                session[_LEFT_OUT] = True
                fresh = WidgetStates(widgets=kept)
        prepare(session, fresh, **rest)

    return check


def _checked_once_known(register: Callable[..., Any]) -> Callable[..., Any]:
    """Check values of widgets that are drawn for the first time."""

    @functools.wraps(register)
    def check(session: SessionState, metadata: WidgetMetadata[Any], user_key: str | None) -> Any:
        sent = session._new_widget_state.states.get(metadata.id)
        if hosted.is_hosted() and isinstance(sent, Serialized) and not fits(sent.value, metadata):
            del session._new_widget_state[metadata.id]
            session[_LEFT_OUT] = True
        return register(session, metadata, user_key)

    return check
