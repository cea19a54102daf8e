"""Recordings that a visitor pastes: checked, shown for the visit, never kept."""

from dataclasses import replace

import streamlit as st

from fp16core.recordings.reading import read_recording
from fp16core.recordings.recording import Origin, Recording
from fp16core.vocabulary import HalfBitsError
from pages.shared.server import rate_limits
from pages.shared.server.turns import aside
from pages.shared.session.measuring.measurements import OWN_GPU
from pages.shared.ui.words import plain

MOST = 5
"""Recordings that a visitor can paste; a further one takes the place of the first."""

MOST_CHARACTERS = 300_000
"""Longest text that can be pasted; a recording of all modes has some 80,000."""

_KEPT, _TEXT, _ERROR = "pasted-recordings", "pasted-recording", "pasted-recording-error"


def pasted() -> tuple[Recording, ...]:
    """The visitor's own recordings, the last one first."""
    kept: tuple[Recording, ...] = st.session_state.get(_KEPT, ())
    return kept


def show() -> None:
    """Show the field, and the reason why the last text was refused."""
    error = st.session_state.pop(_ERROR, None)
    with st.expander("Add a recording of yours, for this visit", icon=":material/content_paste:", expanded=bool(error)):
        st.caption(
            f"The JSON of *{OWN_GPU}*, or what `python -m fp16core runtimes --record FILE` writes on a machine of "
            "yours. It is checked, shown to you alone beside the others, and gone when your visit ends; it decides no "
            "claim."
        )
        with st.form("paste-recording", clear_on_submit=True, border=False):
            st.text_area(
                "Recording, as JSON",
                key=_TEXT,
                height=90,
                max_chars=MOST_CHARACTERS,
                placeholder="Paste it here",
                label_visibility="collapsed",
            )
            st.form_submit_button("Show it", icon=":material/add:", on_click=_take)
        if error:
            st.error(plain(error), icon=":material/error:")
        if pasted():
            st.button("Remove what was pasted", icon=":material/delete:", key="forget-recordings", on_click=_forget)


def _take() -> None:
    text = str(st.session_state.get(_TEXT) or "").strip()
    if not text:
        st.session_state[_ERROR] = "There is nothing to show; paste a recording first."
        return
    try:
        rate_limits.allow("trial")
        with aside():
            found = read_recording(text.encode("utf-8", "replace"), "The pasted text", Origin.PASTED)
    except HalfBitsError as error:
        st.session_state[_ERROR] = str(error)
        return
    same = replace(found, name=f"pasted {_count()}")
    st.session_state[_KEPT] = (same, *pasted())[:MOST]


def _count() -> int:
    """Number of the recording, which no other of this visit has had."""
    count: int = st.session_state.get(f"{_KEPT}-count", 0) + 1
    st.session_state[f"{_KEPT}-count"] = count
    return count


def _forget() -> None:
    st.session_state.pop(_KEPT, None)
