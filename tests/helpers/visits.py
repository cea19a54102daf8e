"""A server as nobody has visited it yet, for tests that drive pages without one."""

from collections.abc import Iterator

import pytest
import streamlit as st

from fp16core.singleton import reset_singletons
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
