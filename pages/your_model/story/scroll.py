"""Scrolls a part of the page until what is chosen in it is in sight."""

import streamlit as st

_JS = """
export default function ({ data: [data], parentElement }) {
    let part = parentElement.getRootNode().host ?? parentElement;
    while (part && !/auto|scroll/.test(getComputedStyle(part).overflowY)) part = part.parentElement;
    // A visitor who scrolls is left alone until another choice is made.
    if (!part || part.shownChoice === data.choice) return;
    part.shownChoice = data.choice;
    const isInSight = part.scrollTop <= data.top && data.top + data.height <= part.scrollTop + part.clientHeight;
    if (!isInSight) part.scrollTop = data.top - part.clientHeight / 3;
}
"""

_component = st.components.v2.component("scroll_into_sight", html="<span></span>", js=_JS)


def scroll_into_sight(key: str, choice: str, top_px: float, height_px: float) -> None:
    """Scroll the part of the page that this stands in, once for each choice.

    Parameters
    ----------
    key
        The component's key.
    choice
        Text that differs from choice to choice.
    top_px, height_px
        Place and height of what is chosen, from the top of the part.
    """
    # In a tuple, as Streamlit would import pandas to look for tables in a dictionary.
    _component(data=({"choice": choice, "top": top_px, "height": height_px},), key=key)
