"""The server's kept runs."""

import streamlit as st

from fp16core.models.run import Run
from fp16core.models.runs import RunStore
from fp16core.vocabulary import HalfBitsError


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """The store that all visitors share; raises `HalfBitsError` if its settings are wrong."""
    found = RunStore()
    found.remove_stale_partials()
    return found


def runs() -> tuple[Run, ...]:
    """The runs that can be used, newest first; none if the store cannot be read, which its own page explains."""
    try:
        return store().runs()
    except HalfBitsError:
        return ()
