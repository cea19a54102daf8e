"""Results computed from the active subject, kept for everybody who may see them."""

import contextlib
import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from pages.shared.server.turns import aside
from pages.shared.session.subject import Subject, subject

P = ParamSpec("P")
R = TypeVar("R")

_KEPT = 8
"""Results of a function that are kept by default."""

_AT_HAND = 2
"""Results of a function that a dictionary finds by default; Streamlit's own lookup takes a fifth of a millisecond."""

_FORGET_AT_HAND: list[Callable[[], None]] = []
"""Empties the dictionary in front of each of Streamlit's caches."""


def cached(spinner: str = "", kept: int = _KEPT, at_hand: int = _AT_HAND) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function computes from the active subject and from its arguments, which must be hashable.

    The subject is part of the key and no parameter. Results from a visitor's own files are kept for that
    visitor alone, until the browser disconnects; all others are kept for everybody, and one visitor
    computes while the others wait.

    Parameters
    ----------
    spinner
        Text to show during the computation.
    kept
        Results to keep.
    at_hand
        How many of those kept for everybody a dictionary finds: as many as a page asks for in one run.
    """

    def decorate(compute: Callable[P, R]) -> Callable[P, R]:
        def computed(key: Subject, *args: P.args, **kwargs: P.kwargs) -> R:  # noqa: ARG001 - Streamlit's key
            return compute(*args, **kwargs)

        # Streamlit tells functions apart by these; `functools.wraps` would also hide the parameter ``key`` from it.
        computed.__module__, computed.__qualname__ = compute.__module__, compute.__qualname__
        kept_for_all = st.cache_resource(show_spinner=spinner or False, max_entries=kept)(computed)

        def looked_up(key: Subject, *args: P.args, **kwargs: P.kwargs) -> R:
            with aside():  # also while another visitor computes it
                shared: R = kept_for_all(key, *args, **kwargs)
            return shared

        found = functools.lru_cache(min(at_hand, kept))(looked_up)
        _FORGET_AT_HAND.append(found.cache_clear)
        public: Callable[..., R] = found

        @functools.wraps(compute)
        def result(*args: P.args, **kwargs: P.kwargs) -> R:
            now = subject()
            if not now.is_private:
                return public(now, *args, **kwargs)
            private = _private().setdefault(compute, functools.lru_cache(kept)(_with_spinner(computed, spinner)))
            own: R = private(now, *args, **kwargs)
            return own

        return result

    return decorate


def forget_private() -> None:
    """Forget all results from the visitor's own files."""
    _private.clear()


def forget_at_hand() -> None:
    """Empty the dictionaries in front of Streamlit's caches, which its own ``clear`` does not reach."""
    for forget in _FORGET_AT_HAND:
        forget()


def _with_spinner(computed: Callable[..., R], text: str) -> Callable[..., R]:
    def compute(*args: Any, **kwargs: Any) -> R:
        with st.spinner(text) if text else contextlib.nullcontext(), aside():
            return computed(*args, **kwargs)

    return compute


@st.cache_resource(show_spinner=False, scope="session")
def _private() -> dict[Callable[..., Any], Callable[..., Any]]:
    """Functions with the results from this visitor's own files, by the function that computes them."""
    return {}
