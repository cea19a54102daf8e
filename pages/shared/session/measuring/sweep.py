"""Many measurements one after another on a responsive page: results appear as they come, and it can be stopped."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.address import links
from pages.shared.server.turns import aside
from pages.shared.session.subject import subject

_Setting = TypeVar("_Setting", bound=Hashable)
_Result = TypeVar("_Result")

_SLICE_S = 0.7
"""Seconds of measuring before the page is drawn again and responds."""

_SENDING_S = 0.1
"""Seconds that a page gets to reach the browser before it is drawn again."""

_UNFINISHED = "sweep-unfinished"


def sweep(key: str, settings: Sequence[_Setting], measure: Callable[[_Setting], _Result], what: str) -> list[_Result]:
    """Results of the settings measured so far, at least one, in order; the page must end with `go_on`.

    Parameters
    ----------
    key
        Identifies the sweep on the page.
    settings
        Settings to measure, in this order. A measurement depends on nothing else but the subject.
    measure
        Measures one setting; returns at once if it was measured before.
    what
        Noun for the settings, in the plural, and the images on which they are measured.
    """
    total, asked = len(settings), hash((subject(), *settings))
    asked_before, done, stopped = st.session_state.get(_state(key), (None, 0, False))
    if asked_before != asked:
        done, stopped = 0, False
    if stopped:
        done = max(done, 1)
    st.session_state[_state(key)] = (asked, done, stopped)
    place = st.empty()
    if done < total:
        # Also before measuring: an element that is drawn late appears late.
        _show(place, key, done, total, what, stopped)
    results: list[_Result] = []
    deadline = time.monotonic() + _SLICE_S
    for setting in settings[: done if stopped else None]:
        if results and not stopped and time.monotonic() > deadline:
            break
        results.append(measure(setting))
    st.session_state[_state(key)] = (asked, len(results), stopped)
    if len(results) == total:
        place.caption(f"{total:,} {what}.")
    elif not stopped:
        st.session_state[_UNFINISHED] = True
    return results


def go_on() -> None:
    """Draw the page again if a sweep has more to measure; called at the end of a page."""
    if st.session_state.pop(_UNFINISHED, False):
        links.tell()
        # A new run discards what the last one has not sent yet.
        with aside():
            time.sleep(_SENDING_S)
        st.rerun()


def _show(place: DeltaGenerator, key: str, done: int, total: int, what: str, stopped: bool) -> None:
    row = place.container(horizontal=True, vertical_alignment="center")
    row.progress(done / total, text=f"{done:,} of {total:,} {what}" + (", stopped" if stopped else " …"))
    if stopped:
        row.button("Continue", icon=":material/play_arrow:", key=f"{key}-on", on_click=_set_stopped, args=(key, False))
    else:
        row.button("Stop", icon=":material/stop:", key=f"{key}-stop", on_click=_set_stopped, args=(key, True))


def _state(key: str) -> str:
    return f"{key}-sweep"


def _set_stopped(key: str, stopped: bool) -> None:
    asked, done, _ = st.session_state[_state(key)]
    st.session_state[_state(key)] = (asked, done, stopped)
