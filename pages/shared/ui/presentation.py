"""The tour as a presentation: whether one is on, and how much larger everything is then."""

from typing import Final

import streamlit as st

PRESENT: Final = "present"
"""Parameter of the address that switches it on, ``1``, or off."""

ENLARGEMENT: Final = 1.45

_PRESENTING = "presenting"


def is_presenting() -> bool:
    """Return whether the tour is shown as a presentation, as ``?present=1`` asks."""
    if PRESENT in st.query_params:
        st.session_state[_PRESENTING] = st.query_params[PRESENT] == "1"
    return bool(st.session_state.get(_PRESENTING))
