"""Deep links that work on a server nobody has visited yet.

Until ``st.navigation`` has run once, Streamlit takes the files in ``pages/`` for pages of their
own and runs one without ``app.py``. Each page therefore begins with `through_app`, which sends
such a visitor through the router and back, with the query parameters kept.
"""

from pathlib import Path

import streamlit as st

from pages.shared import hosted, uploads

ICON = str(Path(__file__).with_name("icon.png"))


def begin() -> None:
    """Where every run begins, be it the router's or that of a page without it."""
    hosted.settle()
    uploads.bound()


def through_app(page: str) -> None:
    """Send a visitor who came to ``page`` past the router through it; does nothing otherwise."""
    begin()
    if "routed" not in st.session_state:
        st.session_state.goto = (page, st.query_params.to_dict())
        st.switch_page("app.py")


def resume_deep_link() -> None:
    """Called by the router: go on to the page that `through_app` interrupted, if any."""
    st.session_state.routed = True
    if (goto := st.session_state.pop("goto", None)) is not None:
        page, query = goto
        st.switch_page(page, query_params=query)
