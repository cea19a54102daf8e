"""Drawing a digit that both models read while it is drawn."""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from fp16core.images.stages import StageName
from fp16core.vocabulary import HalfBitsError
from pages.shared.digit import answer_card, own_drawing
from pages.shared.digit.canvas import canvas
from pages.shared.server import hosted

if TYPE_CHECKING:
    from fp16core.reading.reading import Reading

_INVITATION = "Draw a digit with the mouse, a pen or a finger. Both models answer while you draw."


def draw_and_read(
    off: Collection[StageName] = (), is_page_concerned: bool = False, below_canvas: Callable[[], None] | None = None
) -> "Reading | None":
    """Show the canvas and the answer card, side by side, or below each other where there is no room.

    Both are a fragment: while the visitor draws, nothing else of the page runs. The drawing, its enlargement and
    the chosen digit are kept for the visit, the first two also in the address (``drawing``, ``enlarge``). A page
    shows them once.

    Parameters
    ----------
    off
        Stages to leave out.
    is_page_concerned
        True to run the entire page after each stroke, because it shows more of the drawing.
    below_canvas
        Shows what belongs below the canvas.

    Returns
    -------
    Reading or None
        For the rest of a page that is concerned, with thumbnails; `None` if there is nothing to show.
    """
    own_drawing.follow_link()
    answer_card.is_another_digit_chosen()
    st.session_state.pop(_STROKE_ENDED, None)
    _draw(frozenset(off), is_page_concerned, below_canvas)
    with suppress(HalfBitsError):  # said on the card
        return own_drawing.read(off, thumbnails=True) if is_page_concerned else None
    return None


_STROKE_ENDED = "stroke-ended"


@st.fragment
def _draw(off: frozenset[StageName], is_page_concerned: bool, below_canvas: Callable[[], None] | None) -> None:
    is_due = st.session_state.pop(_STROKE_ENDED, False) or answer_card.is_another_digit_chosen()
    if is_due and is_page_concerned:
        st.rerun()
    own_drawing.follow_link()
    with st.container(key="cards-draw", horizontal=True):
        with st.container(border=True):
            canvas(own_drawing.kept().drawing, own_drawing.times_asked(), key="canvas", on_change=_received)
            if below_canvas:
                below_canvas()
        with st.container(border=True):
            try:
                _show_card(own_drawing.read(off, thumbnails=is_page_concerned and not _is_going_on()), _INVITATION)
            except HalfBitsError as error:
                _show_card(None, hosted.shown(str(error)))


def _show_card(reading: "Reading | None", words: str) -> None:
    answer_card.answer_card(
        reading, key="drawing-card", about=own_drawing.kept().name, title="Your drawing", words=words
    )


def _received() -> None:
    own_drawing.receive("canvas")
    if not _is_going_on():
        st.session_state[_STROKE_ENDED] = True


def _is_going_on() -> bool:
    return own_drawing.kept().drawing.is_going_on
