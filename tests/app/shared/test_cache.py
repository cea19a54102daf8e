"""Results from a subject are kept for everybody who may see them."""

import gc
import threading
import time
import weakref
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.server.turns import turn
from pages.shared.session import cache
from pages.shared.session.cache import cached
from pages.shared.session.subject import Subject, subject

OURS = Subject("Bundled pair", "pair", "dataset")
MINE = Subject("Mine", "pair", "dataset", own_pair=True)


class Result:
    """Something that can be looked for."""


computed: list[tuple[Subject, object, weakref.ref[Result]]] = []


@cached()
def of_subject() -> Result:
    result = Result()
    computed.append((subject(), None, weakref.ref(result)))
    return result


@cached("Computing …", kept=3, at_hand=3)
def of_setting(setting: int) -> Result:
    result = Result()
    computed.append((subject(), setting, weakref.ref(result)))
    return result


@pytest.fixture(autouse=True)
def nothing_computed(cold_caches: None) -> None:  # noqa: ARG001 - it must come first
    computed.clear()


def ask() -> None:
    """A page that asks for results."""
    import streamlit as st

    from pages.shared.session import cache, subject
    from tests.app.shared.test_cache import of_setting, of_subject

    subject.settle(st.session_state.subject)
    for _ in range(2):
        of_subject()
        of_setting(1)
        of_setting(2)
    if st.session_state.get("leaves"):
        cache.forget_private()


def asked(of: Subject, **state: Any) -> AppTest:
    app = AppTest.from_function(ask)
    app.session_state.subject = of
    for name, value in state.items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def settings() -> list[tuple[Subject, object]]:
    return [(now, setting) for now, setting, _ in computed]


ALL = (None, 1, 2)


def test_what_all_may_see_is_computed_once_for_all() -> None:
    asked(OURS)
    asked(OURS)
    assert settings() == [(OURS, setting) for setting in ALL]


def test_what_is_ones_own_is_kept_apart_and_forgotten() -> None:
    """Streamlit's test driver is one visitor, however often it comes."""
    asked(MINE).run()
    assert settings() == [(MINE, setting) for setting in ALL]
    asked(OURS)
    assert settings()[3:] == [(OURS, setting) for setting in ALL]
    asked(MINE, leaves=True)
    gc.collect()
    assert [result() is None for _, _, result in computed] == [True] * 3 + [False] * 3
    asked(MINE)
    assert settings()[6:] == [(MINE, setting) for setting in ALL]


def test_streamlits_clear_and_ours_forget_everything() -> None:
    asked(OURS)
    st.cache_resource.clear()
    cache.forget_at_hand()
    gc.collect()
    assert all(result() is None for _, _, result in computed)
    asked(OURS)
    assert len(computed) == 6


computing, may_end = threading.Event(), threading.Event()


@cached()
def slow() -> int:
    computing.set()
    may_end.wait(20)
    return 7


def test_who_waits_for_anothers_result_lets_others_draw() -> None:
    """Two visitors ask for the same; a third draws a page meanwhile, without waiting for a turn to be given up."""
    found = []

    def page() -> None:
        with turn():
            found.append(slow())

    visitors = [threading.Thread(target=page, daemon=True) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    assert computing.wait(20)
    time.sleep(0.2)  # the second waits for the first
    start = time.monotonic()
    with turn():
        waited_s = time.monotonic() - start
    may_end.set()
    for visitor in visitors:
        visitor.join(20)
    assert found == [7, 7]
    assert waited_s < 0.4
