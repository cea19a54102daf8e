"""The browser's manners: one step of Back for each choice, pages that open at their top, a navigation that closes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

_INSTALLED_ON = "browser-installed-on"

_component = st.components.v2.component(
    "browser", html="<span></span>", js=Path(__file__).with_name("browser.js").read_text("utf-8")
)


@contextmanager
def behaving(page: str) -> Iterator[None]:
    """Install the manners in the visitor's browser.

    Once per page is enough, as the browser keeps the listeners. A page counts once it has been drawn to its
    end, as a browser may never receive what an interrupted run has sent.
    """
    if st.session_state.get(_INSTALLED_ON) != page:
        with st.sidebar:
            _component(key="browser")
    yield
    st.session_state[_INSTALLED_ON] = page
