"""Warnings that precede all numbers: weights that are not stored as float16, or are too large for it."""

import streamlit as st

from fp16core.evaluate.casting import NO_FLOAT16, Casting, casting
from fp16core.evaluate.comparison import Comparison
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from pages.shared.session import state
from pages.shared.session.cache import cached


def say_if_not_float16() -> None:
    """Show a warning if the active pair's target holds no float16 weights."""
    try:
        holds_float16 = _target_holds_float16()
    except HalfBitsError:
        return  # the page that needs the pair explains the error
    if not holds_float16:
        st.warning(NO_FLOAT16, icon=":material/warning:")


def say_if_out_of_range(comparison: Comparison) -> None:
    """Show a warning if weights of the active pair are too large for float16, with the effect on the answers."""
    if found := active_casting().out_of_range(comparison):
        st.warning("  \n".join(found), icon=":material/warning:")


def say_first(comparison: Comparison) -> tuple[str, ...]:
    """Show both warnings; returns their sentences."""
    say_if_not_float16()
    say_if_out_of_range(comparison)
    return active_casting().remarks(comparison)


def active_casting() -> Casting:
    """Effects of the cast on the active pair's weights; raises `HalfBitsError` if they cannot be read."""
    return casting(state.roundings(), _target_holds_float16())


@cached()
def _target_holds_float16() -> bool:
    return state.measure(measures.holds_float16)
