"""What a visitor looks at: a pair of models and the test images they run on, and caches that go by it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from fp16core.data.mnist import dataset_path
from fp16core.runs.pair import BUNDLED, pair_folder
from pages.shared.server.turns import aside

P = ParamSpec("P")
R = TypeVar("R")

_STATE = "subject"

_PRIVATE: list[Callable[[], None]] = []
"""What empties each of the caches that belong to a visitor."""

_SHARED: list[Callable[[], None]] = []
"""What empties each of the caches in front of Streamlit's that belong to all visitors."""

_KEPT = 8
"""Of how many subjects something is remembered for all visitors, where nothing else is said."""

_KEPT_AT_HAND = 2
"""Of how many of them it is found at once."""


@dataclass(frozen=True)
class Subject:
    """A pair of models and the test images.

    Attributes
    ----------
    name
        What the sidebar calls the pair.
    pair
        The pair's folder, or the digest of the visitor's own files.
    dataset
        The data set's path, or the digest of the visitor's own.
    own_pair, own_dataset
        Which of them are the visitor's own.
    run
        Which of the store's runs the pair is, if it is one.
    """

    name: str
    pair: str
    dataset: str
    own_pair: bool = False
    own_dataset: bool = False
    run: str | None = None

    @property
    def is_private(self) -> bool:
        """Whether nobody else may see any of it."""
        return self.own_pair or self.own_dataset


def default_name() -> str:
    """Name of the server's own pair."""
    folder = pair_folder()
    return "Bundled pair" if folder == BUNDLED else folder.name


def default_subject() -> Subject:
    """What a visitor sees who has chosen nothing."""
    return Subject(default_name(), str(pair_folder()), str(dataset_path()))


def subject() -> Subject:
    """What the visitor looks at, as the router has settled at the start of this run."""
    chosen: Subject | None = st.session_state.get(_STATE)
    return default_subject() if chosen is None else chosen


def settle(chosen: Subject) -> None:
    """From now on the visitor looks at this."""
    st.session_state[_STATE] = chosen


def cached(
    spinner: str | bool = False, kept: int = _KEPT
) -> Callable[[Callable[Concatenate[Subject, P], R]], Callable[P, R]]:
    """Remember what a function computes from the visitor's subject, which it gets as its first argument.

    What comes from a visitor's own files is remembered for that visitor alone, and forgotten when the
    visit ends; everything else for all visitors.

    Parameters
    ----------
    spinner
        What to say while it computes.
    kept
        How many results to remember.
    """

    def decorate(compute: Callable[Concatenate[Subject, P], R]) -> Callable[P, R]:
        for_all, for_one = _caches(compute, spinner, kept)
        known = _at_once(for_all, _KEPT_AT_HAND)

        @functools.wraps(compute)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            now = subject()
            if now.is_private:
                return for_one(now, *args, **kwargs)
            # What hangs on the subject alone is asked for again and again.
            return for_all(now, *args, **kwargs) if args or kwargs else known(now)

        return answer

    return decorate


def cached_by_setting(kept: int) -> Callable[[Callable[Concatenate[Subject, P], R]], Callable[P, R]]:
    """As `cached`, for functions that a page calls dozens of times, with arguments that can be hashed."""

    def decorate(compute: Callable[Concatenate[Subject, P], R]) -> Callable[P, R]:
        for_all, for_one = _caches(compute, False, kept)
        known = _at_once(for_all, kept)

        @functools.wraps(compute)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            now = subject()
            found = (
                _known_to_one(f"{compute.__module__}.{compute.__qualname__}", for_one, kept)
                if now.is_private
                else known
            )
            return found(now, *args, **kwargs)

        return answer

    return decorate


def forget_private() -> None:
    """Forget all that was computed from the visitor's own files."""
    for empty in _PRIVATE:
        empty()


def forget_shared() -> None:
    """Forget what is found at once, which Streamlit's own ``clear`` does not reach."""
    for empty in _SHARED:
        empty()


def _at_once(for_all: Callable[..., R], kept: int) -> Callable[..., R]:
    """What Streamlit remembers for all visitors, found by a dictionary: it takes a fifth of a millisecond itself."""
    known = functools.lru_cache(kept)(for_all)
    _SHARED.append(known.cache_clear)
    return known


def _caches(
    compute: Callable[Concatenate[Subject, P], R], spinner: str | bool, kept: int
) -> tuple[Callable[..., R], Callable[..., R]]:
    """The function, remembered for all visitors, one of whom computes while the others wait; and for each alone."""

    @functools.wraps(compute)
    def computed(now: Subject, *args: P.args, **kwargs: P.kwargs) -> R:
        with aside():
            return compute(now, *args, **kwargs)

    for_all = st.cache_resource(show_spinner=spinner, max_entries=kept)(computed)
    for_one = st.cache_resource(show_spinner=spinner, max_entries=kept, scope="session")(computed)
    _PRIVATE.append(for_one.clear)
    return for_all, for_one


@st.cache_resource(show_spinner=False, scope="session")
def _known_to_one(function: str, _for_one: Callable[..., R], _kept: int) -> Callable[..., R]:
    """The same of a visitor's own files, for as long as the visit lasts."""
    return functools.lru_cache(_kept)(_for_one)


_PRIVATE.append(_known_to_one.clear)
