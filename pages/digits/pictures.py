"""A visitor's own pictures, kept for the visit: decoding and reading them."""

import time
from collections.abc import Collection

import streamlit as st

from fp16core.images.picture import Picture
from fp16core.images.stages import StageName
from fp16core.reading.gallery import Gallery
from fp16core.reading.gallery_picture import ALONE, AMONG_STRANGERS, GalleryPicture
from fp16core.reading.reading import Reading
from fp16core.reading.rule_check import RuleCheck, check_rule
from fp16core.text import count_text
from fp16core.vocabulary import BusyError
from pages.shared.digit import readings
from pages.shared.server import children, hosted, rate_limits, uploads
from pages.shared.server.turns import aside
from pages.shared.session import state
from pages.shared.session.cache import cached
from pages.shared.session.subject import subject
from pages.shared.ui.words import plain

_SLICE_S = 0.7
"""Seconds of reading before the page responds again."""

_DIGIT_COST = 0.05
"""Cost of reading a prepared digit again, in pictures: 2 ms; measured 0.6 to 1.5 ms with the bundled pairs."""


@cached("Measuring on pictures without a digit …")
def rule_check() -> RuleCheck:
    """Error rates of `likeness`, as measured; raises `HalfBitsError` as `state.results`."""
    return check_rule(readings.likeness(), state.results().comparison, readings.models()[0])


def gallery() -> Gallery:
    """The pictures of the visitor."""
    if "gallery" not in st.session_state:
        forget_pictures()
    kept: Gallery = st.session_state.gallery
    return kept


def forget_pictures() -> None:
    """Start again without pictures."""
    st.session_state.gallery = Gallery(AMONG_STRANGERS if hosted.is_hosted() else ALONE, _decode)
    uploads.count(st.session_state.gallery)


def _decode(data: bytes, name: str) -> Picture:
    """Decode a picture in another process; its processor time counts against the visitor's rate limit."""
    return children.pictures().open(
        data, name, spent=lambda cpu_s: rate_limits.charge("picture", cpu_s / rate_limits.PICTURE_S - 1)
    )


def view(picture: GalleryPicture, off: Collection[StageName]) -> Reading:
    """Both models' reading of a kept picture, with stages left out; raises `HalfBitsError`."""
    return gallery().view(picture, readings.models(), readings.likeness(), off, subject())


def read_inbox() -> None:
    """Read the waiting files, with progress and a button to stop."""
    waiting = gallery()
    if not waiting.waiting:
        return
    both, rule, now = readings.models(), readings.likeness(), subject()
    progress, stop = st.empty(), st.empty()
    if waiting.delivered > 1:
        done = waiting.delivered - waiting.waiting
        progress.progress(done / waiting.delivered, f"{done} of {waiting.delivered} files read")
        stop.button("Stop reading", icon=":material/stop:", key="stop-reading", on_click=waiting.stop)
    until = time.monotonic() + _SLICE_S
    try:
        with aside():
            while waiting.waiting and time.monotonic() < until:
                rate_limits.allow("picture")
                waiting.read_next(both, rule, now)
    except BusyError as error:
        progress.error(plain(str(error)), icon=":material/error:")
        stop.button(f"Continue with {count_text(waiting.waiting, 'file')}", icon=":material/play_arrow:", key="go-on")
        return
    if waiting.waiting:
        st.rerun()  # a click is heard only between runs
    progress.empty()
    stop.empty()


def read_again() -> None:
    """Read the pictures again that another pair has read, with progress; raises `HalfBitsError`."""
    kept, now = gallery(), subject()
    if not kept.outdated(now):
        return
    both, rule = readings.models(), readings.likeness()
    progress, total = st.empty(), len(kept.pictures)
    until = time.monotonic() + _SLICE_S
    with aside():
        while time.monotonic() < until and (digits := kept.read_again(both, rule, now)):
            rate_limits.charge("picture", digits * _DIGIT_COST)
            if left := kept.outdated(now):
                progress.progress(1 - left / total, f"{total - left} of {total} pictures read again by this pair")
    if kept.outdated(now):
        st.rerun()  # a click is heard only between runs
    progress.empty()
