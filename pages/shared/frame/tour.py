"""The end of every page: the way back and the way on; and the tour as a presentation."""

from pathlib import Path

import streamlit as st

from pages.shared.frame.page_list import START, TOUR, StoryPage, neighbours, place_text
from pages.shared.ui.presentation import ENLARGEMENT, PRESENT, is_presenting

_PRESENTING_CSS = Path(__file__).with_name("presenting.css").read_text("utf-8")

_presenter = st.components.v2.component(
    "presenter", html="<span></span>", js=Path(__file__).with_name("presenting.js").read_text("utf-8")
)
"""Arrow keys lead from figure to figure, and from page to page."""


def present() -> None:
    """Show a page of the tour as a presentation: large type, a figure a screen, without the navigation."""
    if is_presenting():
        st.html(f"<style>:root {{ --enlargement: {ENLARGEMENT}; }}\n{_PRESENTING_CSS}</style>")
        _presenter(key="presenter")


def show_end(page: StoryPage) -> None:
    """Show the links to the pages before and after a page."""
    before, after = neighbours(page)
    asked = {PRESENT: "1"} if is_presenting() else {}
    with st.container(key="frame-end", horizontal=True, vertical_alignment="center"):
        if before is not None:
            st.page_link(before.file, label=f"Back: {before.name}", icon=":material/arrow_back:", query_params=asked)
        if page in TOUR:
            st.html(f'<span class="frame-place">{place_text(page)}</span>')
        if after is not None:
            with st.container(key="frame-next", width="content"):
                st.page_link(
                    after.file, label=f"Next: {after.name}", icon=":material/arrow_forward:", query_params=asked
                )
        if page in (START, *TOUR):
            switch = (
                ("Leave the presentation", ":material/close:", "0")
                if asked
                else ("Present", ":material/slideshow:", "1")
            )
            st.page_link(page.file, label=switch[0], icon=switch[1], query_params={PRESENT: switch[2]})
