"""The visitor's drawing: kept for the visit, in the link, and read by both models.

What prepares and reads pictures is imported with the first drawing: SciPy and scikit-image would make the first page
slower, and take 30 MB of a server on which nobody draws.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import streamlit as st

from fp16core.images.drawings.drawing import Drawing, drawing_of, picture_of
from fp16core.images.drawings.stroke_code import stroke_code, strokes_of_code
from fp16core.images.stages import StageName
from fp16core.vocabulary import BusyError, HalfBitsError, ImageError
from pages.shared.address import links, parameter
from pages.shared.server import rate_limits
from pages.shared.server.turns import aside
from pages.shared.session.subject import Subject, subject

if TYPE_CHECKING:
    from fp16core.reading.reading import Reading

PARAMETER = "drawing"

_KEPT, _ASKED, _READ, _REFUSAL = "own-drawing", "own-drawing-asked", "own-drawing-read", "own-drawing-refusal"

_MOST_READ = 2
"""Readings that are kept: with stages left out, and with all of them."""

_Setting = tuple[Subject, frozenset[StageName]]
_Readings: TypeAlias = "tuple[tuple[str, _Setting, Reading | ImageError], ...]"


@dataclass(frozen=True)
class Kept:
    """A drawing with its text for links, `None` if it is empty or too long for one."""

    drawing: Drawing
    code: str | None = None

    @property
    def name(self) -> str:
        """Identity of the drawing."""
        return hashlib.sha256((self.code or repr(self.drawing.strokes)).encode()).hexdigest()[:16]


def kept() -> Kept:
    """The visitor's drawing; empty if nothing has been drawn."""
    found: Kept = st.session_state.setdefault(_KEPT, Kept(Drawing()))
    return found


def times_asked() -> int:
    """Number of drawings that have come from links, and from steps of *Back*."""
    count: int = st.session_state.get(_ASKED, 0)
    return count


def receive(key: str) -> None:
    """Keep what the canvas has sent."""
    try:
        drawing = drawing_of(st.session_state[key].get("drawing"))
        code = stroke_code(drawing.strokes) if drawing.strokes else None
    except ImageError as error:
        st.session_state[_REFUSAL] = str(error)
    else:
        st.session_state.pop(_REFUSAL, None)
        st.session_state[_KEPT] = Kept(drawing, code)


def follow_link() -> None:
    """Take the drawing that the address asks for, if it asks for another one; then write the visitor's there.

    Nothing is written while a stroke grows.
    """
    now = kept()
    if parameter.is_asked(PARAMETER):
        asked = st.query_params.get(PARAMETER)
        try:
            strokes = [] if asked is None else strokes_of_code(asked)
        except ImageError:
            links.damaged("drawing")
        else:
            width = strokes[-1]["width"] if strokes else now.drawing.pen
            now = Kept(Drawing(strokes, width, number=now.drawing.number), asked)
            st.session_state[_KEPT] = now
            st.session_state.pop(_REFUSAL, None)
            st.session_state[_ASKED] = times_asked() + 1
    if not now.drawing.is_going_on:
        parameter.write(PARAMETER, now.code)


def leave_address() -> None:
    """Take the drawing out of the address, as long as something else is shown."""
    parameter.write(PARAMETER, None)


def read(off: Collection[StageName] = (), thumbnails: bool = False) -> "Reading | None":
    """Both models' reading of the drawing, `None` if it is empty.

    A drawing is read once in a setting, however often it is shown. What is read is what a link shows, which may be a
    simplified drawing.

    Parameters
    ----------
    off
        Stages to leave out.
    thumbnails
        True to keep a thumbnail of each stage.

    Raises
    ------
    HalfBitsError
        If no digit is found, the runtime fails on a model, or the rate limit is reached. While a stroke grows,
        the last reading in the same setting is returned instead if the rate limit is reached.
    """
    if refusal := st.session_state.get(_REFUSAL):
        raise ImageError(refusal)
    now = kept()
    if not now.drawing.strokes:
        return None
    from fp16core.images.prepare import prepare_image
    from fp16core.reading.reading import read_picture
    from pages.shared.digit import readings

    setting = subject(), frozenset(off)
    found = _found(now.name, setting)
    if found is not None and (not thumbnails or _has_thumbnails(found)):
        return _keep(now.name, setting, found)
    try:
        if now.drawing.is_going_on:
            rate_limits.allow("drawing")
        else:
            rate_limits.allow("picture", rate_limits.STROKE)
    except BusyError:
        if now.drawing.is_going_on and (last := _found(None, setting)) is not None:
            return _result(last)
        raise
    strokes = strokes_of_code(now.code) if now.code else now.drawing.strokes
    try:
        with aside():
            prepared = prepare_image(picture_of(strokes), "Your drawing", off, thumbnails)
            found = read_picture(readings.models(), readings.likeness(), prepared)
    except ImageError as error:
        found = error
    return _keep(now.name, setting, found)


def _found(name: str | None, setting: _Setting) -> "Reading | ImageError | None":
    """The outcome that is kept of a drawing in a setting; with `None`, of the last drawing."""
    return next((found for of, how, found in _readings() if how == setting and name in (None, of)), None)


def _keep(name: str, setting: _Setting, found: "Reading | ImageError") -> "Reading":
    """Keep an outcome as the latest; returns the reading or raises the error."""
    others = [each for each in _readings() if each[:2] != (name, setting)]
    st.session_state[_READ] = ((name, setting, found), *others[: _MOST_READ - 1])
    return _result(found)


def _readings() -> _Readings:
    """Outcomes that are kept, the latest first."""
    kept_readings: _Readings = st.session_state.get(_READ, ())
    return kept_readings


def _result(found: "Reading | ImageError") -> "Reading":
    if isinstance(found, ImageError):
        raise found
    return found


def _has_thumbnails(found: "Reading | HalfBitsError") -> bool:
    return isinstance(found, HalfBitsError) or any(stage.picture is not None for stage in found.prepared.stages)
