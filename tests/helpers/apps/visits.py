"""A server as nobody has visited it yet, for tests that drive pages without one."""

from collections.abc import Iterator

import pytest
import streamlit as st

from fp16core.serving.rate_limit import Rate
from fp16core.singleton import reset_singletons
from pages.shared.server import rate_limits
from pages.shared.session.cache import forget_at_hand


def forget() -> None:
    """No visitor has been here yet."""
    st.cache_resource.clear()
    forget_at_hand()
    reset_singletons()


@pytest.fixture
def cold_caches() -> Iterator[None]:
    forget()
    yield
    forget()


def only(monkeypatch: pytest.MonkeyPatch, kind: rate_limits.RequestKind, at_once: float) -> None:
    """Let one address ask for so many of a kind at once."""
    monkeypatch.setitem(rate_limits.RATES, kind, (Rate(at_once, 1), Rate(100, 100)))
    monkeypatch.setattr(rate_limits, "address", lambda: "8.8.8.8")
