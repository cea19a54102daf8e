"""Deep links that work on a server nobody has visited yet, and that anybody may have written.

Until ``st.navigation`` has run once, Streamlit takes the files in ``pages/`` for pages of their
own and runs one without ``app.py``. Each page therefore begins with `through_app`, which sends
such a visitor through the router and back, with the query parameters kept.
"""

import math
from pathlib import Path

import streamlit as st

from fp16core.figures.base.pictures import png_url
from pages.shared import browser_messages, hosted, links, uploads, widget_values

ICON = png_url(Path(__file__).with_name("icon.png").read_bytes())
"""The page's icon, as Streamlit need not look at it on each run."""

_TEXTS = ("bits_number", "compare")
"""Parameters that may be empty, or a number without end."""

_LONGEST = 500
"""Characters of a parameter: more than any that our pages write."""


def begin() -> None:
    """Where every run begins, be it the router's or that of a page without it."""
    hosted.settle()
    browser_messages.bound()
    widget_values.bound()
    uploads.bound()


def through_app(page: str) -> None:
    """Send a visitor who came to ``page`` past the router through it, and leave out parameters that are no use.

    Streamlit's widgets fail at some that are empty, infinite or endless.
    """
    begin()
    query = {key: st.query_params.get_all(key) for key in st.query_params}
    usable = {key: values for key, values in query.items() if all(_is_usable(key, value) for value in values)}
    if "routed" not in st.session_state:
        links.miss({key: values for key, values in query.items() if key not in usable})
        st.session_state.goto = (page, usable)
        st.switch_page("app.py")
    if usable != query:
        links.miss({key: values for key, values in query.items() if key not in usable})
        st.switch_page(page, query_params=usable)


def resume_deep_link() -> None:
    """Called by the router: go on to the page that `through_app` interrupted, if any."""
    st.session_state.routed = True
    if (goto := st.session_state.pop("goto", None)) is not None:
        page, query = goto
        st.switch_page(page, query_params=query)


def _is_usable(key: str, value: str) -> bool:
    if len(value) > _LONGEST or key in _TEXTS:
        return len(value) <= _LONGEST
    try:
        return math.isfinite(float(value))
    except ValueError:
        return value != ""
