"""Choosing a test image: filters, a sheet of images, a number."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.evaluate.browse import (
    COLUMNS,
    Indices,
    Show,
    any_image,
    select_images,
    sheet_count,
    sheet_images,
    sheet_of,
)
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.contact_sheet import sheet_entries
from fp16core.figures.base.pictures import sprite_png
from fp16core.figures.base.style import REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.text import count_text
from pages.shared.address import defaults
from pages.shared.session import state
from pages.shared.ui.charts import index_of
from pages.shared.ui.contact_sheet import contact_sheet

ANY = "any"
_ALL = "all images"
_SHOW = {
    _ALL: Show.ALL,
    "closest to differing": Show.CLOSEST,
    "models differ": Show.DIFFER,
    "both wrong": Show.BOTH_WRONG,
}


def choose(filters: DeltaGenerator, sheet: DeltaGenerator) -> int:
    """Show the filters and the images that pass them, in two containers; returns the index of the chosen image.

    The page opens at the image whose answer the smallest multiple of float16's error changes.
    """
    comparison = _comparison()
    with filters:
        index = _filter(comparison)
    with sheet:
        _show_sheet(comparison, index)
    return index


def _filter(comparison: Comparison) -> int:
    st.pills(
        "Show",
        list(_SHOW),
        default=_ALL,
        required=True,
        key="show",
        bind="query-params",
        on_change=_filtered,
        label_visibility="collapsed",
    )
    with st.container(key="filters", horizontal=True, vertical_alignment="bottom"):
        options = [ANY, *map(str, range(10))]
        st.selectbox("True digit", options, key="true", bind="query-params", on_change=_filtered)
        st.selectbox(
            "Predicted", options, key="predicted", bind="query-params", on_change=_filtered, help="By either model."
        )
        index = st.number_input(
            f"Image number, 0\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{comparison.images - 1:,}",  # on two lines
            0,
            comparison.images - 1,
            defaults.note("image", comparison.changed_or_closest_image, range(comparison.images)),
            key="image",
            bind="query-params",
            on_change=_numbered,
        )
        hint = "Another image at random; they are numbered from 0"
        st.button("", icon=":material/casino:", key="random", help=hint, on_click=_another)
    return int(index)


def _show_sheet(comparison: Comparison, index: int) -> None:
    listed = _chosen_images(comparison)
    if not len(listed):
        st.markdown("No image fits these filters.")
        st.button("Clear the filters", icon=":material/filter_alt_off:", on_click=_cleared)
        return
    # Drawn above the page numbers, but after them: it shows what they are set to.
    above = st.container()
    sheets = sheet_count(listed)
    number = 1
    if sheets > 1:
        default = defaults.note("sheet", sheet_of(listed, index), range(1, sheets + 1))
        number = st.pagination(sheets, default=default, max_visible_pages=5, key="sheet", bind="query-params")
    shown = sheet_images(listed, number)
    with above:
        st.caption(_sheet_words(index, listed))
        contact_sheet(
            sprite_png(state.results().images[shown], COLUMNS),
            COLUMNS,
            sheet_entries(comparison, shown, index),
            (REFERENCE_COLOUR, TARGET_COLOUR),
            key="contact-sheet",
            on_pick=_clicked,
        )


def _comparison() -> Comparison:
    return state.results().comparison


def _filtered() -> None:
    """Show the new list from its beginning, with its first image chosen."""
    st.session_state.sheet = 1
    listed = _chosen_images(_comparison())
    if len(listed):
        st.session_state.image = int(listed[0])


def _clicked() -> None:
    """Choose the image that was clicked."""
    if (picked := index_of(st.session_state["contact-sheet"].picked, _comparison().images)) is not None:
        st.session_state.image = picked


def _cleared() -> None:
    """List all images again."""
    st.session_state.show = _ALL
    st.session_state["true"] = st.session_state.predicted = ANY
    _filtered()


def _numbered() -> None:
    """Show the sheet that holds the image whose number was typed."""
    st.session_state.sheet = sheet_of(_chosen_images(_comparison()), st.session_state.image)


def _another() -> None:
    """Choose a test image at random."""
    st.session_state.image = any_image(_comparison())
    _numbered()


def _sheet_words(index: int, listed: Indices) -> str:
    """Caption of the contact sheet: its content, and the meaning of the frames."""
    count = count_text(len(listed), "image")
    if _SHOW[st.session_state.get("show") or _ALL] is Show.CLOSEST:
        count += " whose answers a larger float16 error would change, the closest first"
    frames = "Pick one: blue frames the chosen image, orange a changed answer."
    return (
        f"{count}. {frames}" if index in listed else f"{count}; the chosen image {index:,} is not among them. {frames}"
    )


def _digit_filter(key: str) -> int | None:
    """The digit a select box was set to, if any."""
    value = st.session_state.get(key) or ANY
    return None if value == ANY else int(value)


def _chosen_images(comparison: Comparison) -> Indices:
    """Indices of the images that pass all three filters."""
    show = _SHOW[st.session_state.get("show") or _ALL]
    return select_images(comparison, show, _digit_filter("true"), _digit_filter("predicted"))
