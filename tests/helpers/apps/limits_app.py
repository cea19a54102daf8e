"""A page for `tests.hosted.test_messages`: what limits visitors and owns what is theirs, and something in a cache."""

import streamlit as st

from fp16core.serving.rate_limit import Rate
from fp16core.vocabulary import BusyError
from pages.claims import report
from pages.shared.server import children, rate_limits, turns, upload_limits
from pages.shared.session import diagnoses, store, training, trials
from pages.shared.session.measuring import measurements
from pages.size import state

rate_limits.RATES["trial"] = Rate(3, 0.001), Rate(100, 100)

SHARED = (
    children.memory,
    trials.queue,
    diagnoses.queue,
    state.conversion_queue,
    report._making,
    measurements._shared,
    store.store,
    training.queue,
    turns._places,
    upload_limits.memory_budget,
)

# What is made is kept alive, so that no two have the same address.
_MADE: list[object] = []


@st.cache_resource(show_spinner=False)
def cached() -> object:
    """Something that a message may empty."""
    _MADE.append(object())
    return _MADE[-1]


st.markdown(str(id(cached())))
try:
    rate_limits.allow("trial")
    st.markdown("allowed")
except BusyError:
    st.markdown("wait")
for owner in SHARED:
    st.markdown(f"{owner.__module__}.{owner.__name__} {id(owner())}")
