"""What the visitor has to know before any other number: weights that are not float16, or too large for it."""

import streamlit as st

from fp16core.evaluate.casting import NO_FLOAT16, Casting, casting
from fp16core.evaluate.comparison import Comparison
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from pages.shared.session import state
from pages.shared.session.cache import cached


def say_if_not_float16() -> None:
    """One sentence if the active pair's target holds no float16 weights."""
    try:
        holds_float16 = _target_holds_float16()
    except HalfBitsError:
        return  # the page that needs the pair says what is wrong with it
    if not holds_float16:
        st.warning(NO_FLOAT16, icon=":material/warning:")


def say_if_out_of_range(comparison: Comparison) -> None:
    """How many of the active pair's weights are too large for float16, and what that does to the answers."""
    if found := _casting().out_of_range(comparison):
        st.warning("  \n".join(found), icon=":material/warning:")


def say_first(comparison: Comparison) -> tuple[str, ...]:
    """Both; returns the sentences that were said."""
    say_if_not_float16()
    say_if_out_of_range(comparison)
    return _casting().remarks(comparison)


def _casting() -> Casting:
    return casting(state.roundings(), _target_holds_float16())


@cached()
def _target_holds_float16() -> bool:
    return state.measure(measures.holds_float16)
