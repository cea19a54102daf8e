"""What a visitor looks at: a pair of models and the test images they run on, and caches that go by it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from fp16core.data.mnist import dataset_path
from fp16core.models.pair import BUNDLED, pair_folder
from pages.shared.turns import aside

P = ParamSpec("P")
R = TypeVar("R")

_STATE = "subject"

_PRIVATE: list[Callable[[], None]] = []
"""What empties each of the caches that belong to a visitor."""

_KEPT = 8
"""Of how many subjects something is remembered for all visitors, where nothing else is said."""


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
        @functools.wraps(compute)
        def computed(now: Subject, *args: P.args, **kwargs: P.kwargs) -> R:
            with aside():
                return compute(now, *args, **kwargs)

        for_all = st.cache_resource(show_spinner=spinner, max_entries=kept)(computed)
        for_one = st.cache_resource(show_spinner=spinner, max_entries=kept, scope="session")(computed)
        _PRIVATE.append(for_one.clear)

        @functools.wraps(compute)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            now = subject()
            return (for_one if now.is_private else for_all)(now, *args, **kwargs)

        return answer

    return decorate


def cached_by_setting(kept: int) -> Callable[[Callable[Concatenate[Subject, P], R]], Callable[P, R]]:
    """As `cached`, for functions that a page calls dozens of times, with arguments that can be hashed.

    Streamlit takes a fifth of a millisecond to find what it has cached; a dictionary finds it at once.
    """

    def decorate(compute: Callable[Concatenate[Subject, P], R]) -> Callable[P, R]:
        look_up = cached(kept=kept)(compute)

        @functools.wraps(compute)
        def answer(*args: P.args, **kwargs: P.kwargs) -> R:
            now = subject()
            known: dict[Any, R] = (_known_to_one if now.is_private else _known_to_all)(
                now, f"{compute.__module__}.{compute.__qualname__}"
            )
            setting = (args, tuple(kwargs.items()))
            if setting in known:
                return known[setting]
            found = look_up(*args, **kwargs)
            if len(known) < kept:
                known[setting] = found
            return found

        return answer

    return decorate


def forget_private() -> None:
    """Forget all that was computed from the visitor's own files."""
    for empty in _PRIVATE:
        empty()


@functools.lru_cache(4 * _KEPT)
def _known_to_all(subject: Subject, function: str) -> dict[Any, Any]:
    """What a function has answered, by its arguments; filled by `cached_by_setting`."""
    return {}


@st.cache_resource(show_spinner=False, max_entries=4 * _KEPT, scope="session")
def _known_to_one(subject: Subject, function: str) -> dict[Any, Any]:
    """The same of a visitor's own files."""
    return {}


_PRIVATE.append(_known_to_one.clear)
