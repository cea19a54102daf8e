"""A menu of images that stand out; not on the page itself, all of which its callback would keep for the visit."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.evaluate.browse import any_image
from fp16core.evaluate.comparison import Comparison
from pages.shared.session import state

_SPECIAL: dict[str, Callable[[Comparison], int]] = {
    "Closest to changing": lambda measured: measured.closest_image,
    "Largest change": lambda measured: measured.most_changed_image,
    "At random": any_image,
}


def special_images(row: DeltaGenerator) -> None:
    """Show the menu in a row."""
    row.menu_button(
        "Special images",
        list(_SPECIAL),
        key="layer-special",
        icon=":material/star:",
        on_click=_chosen,
        help="The image whose answer the smallest multiple of float16's error changes; the one with the largest logit "
        "change; or any.",
    )


def _chosen() -> None:
    """Show the image that the menu names."""
    if (pick := _SPECIAL.get(st.session_state["layer-special"])) is not None:
        with state.explained():
            st.session_state.layer_image = pick(state.results().comparison)
