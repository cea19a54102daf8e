"""Strokes as a canvas sends them, and malformed ones."""

from typing import Any

import numpy as np
import pytest

from fp16core.images.drawings.drawing import (
    CANVAS_SIDE,
    MAX_POINTS,
    MAX_STROKES,
    PICTURE_SIDE_PX,
    Drawing,
    drawing_of,
    picture_of,
)
from fp16core.vocabulary import ImageError


def test_a_stroke_is_drawn_where_and_as_wide_as_it_was() -> None:
    drawn = np.asarray(picture_of([{"width": 20, "points": [70, 140, 210, 140]}]))
    assert drawn.shape == (PICTURE_SIDE_PX, PICTURE_SIDE_PX)
    scale = PICTURE_SIDE_PX / CANVAS_SIDE
    rows, columns = np.nonzero(drawn > 127)
    assert np.ptp(rows) + 1 == pytest.approx(20 * scale, abs=1.5)
    assert np.ptp(columns) + 1 == pytest.approx((140 + 20) * scale, abs=1.5), "with round ends"
    assert (rows.mean(), columns.mean()) == pytest.approx((140 * scale, 140 * scale), abs=1)


def test_a_tap_is_a_dot() -> None:
    drawn = np.asarray(picture_of([{"width": 20, "points": [140, 140]}])) > 127
    assert drawn.sum() == pytest.approx(np.pi * (10 * PICTURE_SIDE_PX / CANVAS_SIDE) ** 2, rel=0.15)


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ([], "The canvas is empty"),
        ("strokes", "not str"),
        (None, "not NoneType"),
        ([7], "no points"),
        ([{"width": 20}], "no points"),
        ([{"width": 20, "points": [1]}], "no points"),
        ([{"width": 20, "points": [1, 2, 3]}], "no points"),
        ([{"points": [1, 2]}], "is not 4 to 40 wide"),
        ([{"width": 1e9, "points": [1, 2]}], "is not 4 to 40 wide"),
        ([{"width": True, "points": [1, 2]}], "is not 4 to 40 wide"),
        ([{"width": 20, "points": [1, float("nan")]}], "outside the canvas"),
        ([{"width": 20, "points": [1, "2"]}], "outside the canvas"),
        ([{"width": 20, "points": [1, 1e12]}], "outside the canvas"),
        ([{"width": 20, "points": [1, 10**400]}], "outside the canvas"),
        ([{"width": 10**400, "points": [1, 2]}], "is not 4 to 40 wide"),
        ([{"width": 20, "points": [1, 2]}] * (MAX_STROKES + 1), "501 strokes"),
        ([{"width": 20, "points": [1, 2] * (MAX_POINTS + 1)}], "20,001 points"),
    ],
)
def test_what_is_no_drawing_is_refused(strokes: Any, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        picture_of(strokes)


LINE = {"width": 20, "points": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    "sent",
    [
        *(None, 7, "x", {}, {"strokes": 3, "width": 9}, {"strokes": [], "width": None}, {"strokes": []}),
        *({"strokes": [], "width": 9, "number": number} for number in (-1, 2**53, 10**400, "1", True, float("nan"))),
        {"strokes": [], "width": 10**400},
    ],
)
def test_what_no_canvas_sends_is_refused(sent: Any) -> None:
    with pytest.raises(ImageError, match="did not send a drawing"):
        drawing_of(sent)


def test_strokes_that_no_canvas_sends_are_refused() -> None:
    with pytest.raises(ImageError, match="has no points"):
        drawing_of({"strokes": [{"width": 20, "points": []}], "width": 9})


def test_a_drawing_knows_whether_its_last_stroke_is_still_being_drawn() -> None:
    assert drawing_of({"strokes": [LINE], "width": 9}) == Drawing([LINE], 9.0, False, 0)
    assert drawing_of({"strokes": [LINE], "width": 9, "live": True, "number": 7}) == Drawing([LINE], 9.0, True, 7)
    assert drawing_of({"strokes": [], "width": 9, "live": "yes"}) == Drawing([], 9.0)
