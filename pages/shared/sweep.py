"""Many measurements one after another, while the page stays at hand: they show as they come, and can be stopped."""

import time
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import streamlit as st

_Setting = TypeVar("_Setting", bound=Hashable)
_Result = TypeVar("_Result")

_SLICE_S = 0.7
"""How long is measured before the page is drawn and listens again."""


def sweep(key: str, settings: Sequence[_Setting], measure: Callable[[_Setting], _Result], what: str) -> list[_Result]:
    """Results of the first settings, of as many as were measured so far; a page that sweeps ends with `go_on`.

    Parameters
    ----------
    key
        Names the sweep on the page.
    settings
        What to measure, in this order.
    measure
        Measures one setting, and answers at once where it was measured before.
    what
        What is measured, in the plural, with where it is measured.
    """
    asked = hash(tuple(settings))
    stopped_for, stopped_at = st.session_state.get(_stopped(key), (None, 0))
    stopped = stopped_for == asked
    results: list[_Result] = []
    deadline = time.monotonic() + _SLICE_S
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.empty()
        for setting in settings[: stopped_at if stopped else None]:
            if results and not stopped and time.monotonic() > deadline:
                break
            results.append(measure(setting))
        done, total = len(results), len(settings)
        if done == total:
            bar.caption(f"{total:,} {what}.")
            return results
        bar.progress(done / total, text=f"{done:,} of {total:,} {what}" + (", stopped" if stopped else " …"))
        if stopped:
            st.button("Go on", icon=":material/play_arrow:", key=f"{key}-on", on_click=_stop, args=(key, None, 0))
        else:
            st.button("Stop", icon=":material/stop:", key=f"{key}-stop", on_click=_stop, args=(key, asked, done))
            st.session_state[_UNFINISHED] = True
    return results


def go_on() -> None:
    """At the end of a page: if a sweep has more to measure, draw the page again."""
    if st.session_state.pop(_UNFINISHED, False):
        st.rerun()


_UNFINISHED = "sweep-unfinished"


def _stopped(key: str) -> str:
    return f"{key}-stopped"


def _stop(key: str, asked: int | None, done: int) -> None:
    st.session_state[_stopped(key)] = (asked, done)
