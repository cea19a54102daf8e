"""Turning a picture that was taken sideways: by a click, or where the upright reading is doubtful, by an offer."""

from collections.abc import Callable

import streamlit as st

from fp16core.reading.gallery_picture import GalleryPicture
from fp16core.reading.reading import Reading
from fp16core.reading.turning import Turn, offered_turn
from fp16core.vocabulary import HalfBitsError
from pages.digits import pictures
from pages.shared.digit import readings
from pages.shared.server import rate_limits
from pages.shared.server.turns import aside
from pages.shared.session.subject import subject
from pages.shared.ui.words import plain

_OFFER, _TAKEN = "turn-offer", "turn-taken"


def show_turn_button(picture: GalleryPicture) -> None:
    """Show a button that turns the picture by a quarter."""
    st.button(
        "Turn left",
        icon=":material/rotate_90_degrees_ccw:",
        type="tertiary",
        key="turn-left",
        on_click=_turn,
        args=(*_place_and_digest(picture), 90),
    )


def offer_turn(picture: GalleryPicture, reading: Reading) -> None:
    """Offer to turn the picture, if its reading is doubtful and another way to hold it is much better.

    In place of an offer that was taken stands the way back.
    """
    turned, back = st.session_state.get(_TAKEN, ("", 0))
    if turned == picture.kept.digest:
        _show_turn("Turned, as offered.", "Turn it back", "turn-back", _turn, picture, back)
        return
    try:
        turn = _offered(picture, reading)
    except HalfBitsError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if turn is not None:
        _show_turn(plain(turn.words), "Turn it", "turn-it", _take, picture, turn.degrees)


def _show_turn(
    words: str, label: str, key: str, turn: Callable[[int, str, int], None], picture: GalleryPicture, degrees: int
) -> None:
    with st.container(key="turn-offer-row", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":material/screen_rotation: {words}")
        st.button(label, key=key, on_click=turn, args=(*_place_and_digest(picture), degrees))


def _offered(picture: GalleryPicture, reading: Reading) -> Turn | None:
    """The offer, computed once for the picture in view and the models that read it."""
    now = picture.kept.digest, subject()
    known, offer = st.session_state.get(_OFFER, (None, None))
    if known != now:
        with aside():
            offer = offered_turn(readings.models(), readings.likeness(), picture.picture(), reading)
        st.session_state[_OFFER] = now, offer
    found: Turn | None = offer
    return found


def _place_and_digest(picture: GalleryPicture) -> tuple[int, str]:
    """Place and identity by which a click knows its picture, which itself would be held as long as the visit lasts."""
    place = next((at for at, kept in enumerate(pictures.gallery().pictures) if kept.kept is picture.kept), 0)
    return place, picture.kept.digest


def _take(place: int, digest: str, degrees: int) -> None:
    """Turn as offered, and remember the way back."""
    _turn(place, digest, degrees)
    taken = pictures.gallery().pictures[place : place + 1]
    if taken and taken[0].kept.digest != digest:
        st.session_state[_TAKEN] = taken[0].kept.digest, 360 - degrees


def _turn(place: int, digest: str, degrees: int) -> None:
    gallery = pictures.gallery()
    if not any(kept.kept.digest == digest for kept in gallery.pictures[place : place + 1]):
        return  # removed meanwhile
    try:
        rate_limits.allow("picture")
        gallery.turn(place, degrees, readings.models(), readings.likeness(), subject())
    except HalfBitsError as error:
        gallery.refuse(str(error))
