"""Drawings as texts for links: what is written is read again, whatever is drawn; and what nobody has written."""

import base64
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fp16core.images.drawings.drawing import MAX_POINTS, MAX_STROKES, PEN_WIDTHS, check_strokes, picture_of
from fp16core.images.drawings.stroke_code import GRID, MAX_CHARACTERS, TOLERANCES, stroke_code, strokes_of_code
from fp16core.vocabulary import ImageError

Strokes = list[dict[str, Any]]

PLACES = st.floats(-2_800, 2_800).map(lambda value: round(value, 2))
STROKE = st.builds(
    lambda width, points: {"width": width, "points": [value for point in points for value in point]},
    st.integers(*PEN_WIDTHS),
    st.lists(st.tuples(PLACES, PLACES), min_size=1, max_size=60),
)
DRAWINGS = st.lists(STROKE, min_size=1, max_size=12)


def points_of(stroke: dict[str, Any]) -> list[tuple[float, float]]:
    numbers = stroke["points"]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def code_of(strokes: Strokes) -> str:
    text = stroke_code(strokes)
    assert text is not None
    return text


@given(DRAWINGS)
def test_a_drawing_returns_from_its_text_within_the_grid_and_a_stated_tolerance(strokes: Strokes) -> None:
    text = stroke_code(strokes)
    if text is None:
        return
    assert len(text) <= MAX_CHARACTERS
    again = strokes_of_code(text)
    assert [stroke["width"] for stroke in again] == [stroke["width"] for stroke in strokes]
    farthest = TOLERANCES[-1] + math.sqrt(2) / GRID
    for drawn, kept in zip(strokes, again, strict=True):
        ends = [points_of(each)[place] for place in (0, -1) for each in (drawn, kept)]
        assert math.dist(*ends[:2]) <= 1 / GRID
        assert math.dist(*ends[2:]) <= 1 / GRID
        assert all(min(math.dist(p, q) for q in points_of(kept)) <= farthest for p in points_of(drawn))


@given(DRAWINGS)
def test_what_a_text_says_is_written_as_the_same_text(strokes: Strokes) -> None:
    text = stroke_code(strokes)
    if text is not None:
        assert code_of(strokes_of_code(text)) == text


def test_points_of_the_grid_come_back_as_they_were() -> None:
    points = [0, 0, 0.5, -0.5, 280, 139.5, 2_800, -2_800]
    assert strokes_of_code(code_of([{"width": 22, "points": points}])) == [{"width": 22, "points": points}]


def test_the_form_of_a_text_is_what_links_of_today_have() -> None:
    """Version 1, pen 22, two points: (1, 2), then half a unit left and 40 units down, in groups of seven bits."""
    data = bytes([1, 22, 2, 4, 8, 1, 160, 1])
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert code_of([{"width": 22, "points": [1, 2, 0.5, 42]}]) == text
    assert strokes_of_code(text) == [{"width": 22, "points": [1, 2, 0.5, 42]}]


def spiral(turns: int, points: int) -> Strokes:
    angles = np.linspace(0, turns * 2 * np.pi, points)
    radii = np.linspace(10, 120, points)
    places = np.stack([140 + radii * np.cos(angles), 140 + radii * np.sin(angles)], axis=1)
    return [{"width": 18, "points": places.round(1).ravel().tolist()}]


def test_a_long_drawing_is_simplified_and_looks_the_same() -> None:
    long = spiral(4, 4_000)
    text = code_of(long)
    assert len(text) <= MAX_CHARACTERS
    before, after = (np.asarray(picture_of(strokes), float) for strokes in (long, strokes_of_code(text)))
    assert sum(len(stroke["points"]) for stroke in strokes_of_code(text)) < 1_600
    assert np.abs(before - after).mean() < 3, "of 255"


def test_a_drawing_of_many_pages_has_no_text() -> None:
    assert stroke_code(spiral(200, MAX_POINTS)) is None
    assert stroke_code([{"width": 9, "points": [5, 5]}] * MAX_STROKES) is None


def test_what_is_no_drawing_has_no_text() -> None:
    for strokes in ([{"width": 99, "points": [1, 2]}], [{"width": 9, "points": []}], "strokes"):
        with pytest.raises(ImageError):
            stroke_code(strokes)  # type: ignore[arg-type]


def refused_or_a_drawing(text: str) -> bool:
    """Return whether a sentence refuses a text; any other must be a drawing that can be shown and linked again."""
    try:
        strokes = strokes_of_code(text)
    except ImageError as error:
        if "holds no drawing" not in str(error):
            raise
        return True
    check_strokes(strokes)
    stroke_code(strokes)
    return False


@given(st.text(max_size=200))
def test_any_text_is_a_drawing_or_refused(text: str) -> None:
    refused_or_a_drawing(text)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_drawing_or_refused(data: bytes) -> None:
    refused_or_a_drawing(base64.urlsafe_b64encode(bytes([1]) + data).decode().rstrip("="))


@given(DRAWINGS, st.data())
def test_a_text_cut_off_or_altered_is_a_drawing_or_refused(strokes: Strokes, data: st.DataObject) -> None:
    text = stroke_code(strokes[:3]) or "AQ"
    place = data.draw(st.integers(0, len(text) - 1))
    refused_or_a_drawing(text[:place])
    refused_or_a_drawing(text[:place] + data.draw(st.sampled_from("AQg_-9z=+/ é")) + text[place + 1 :])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes([1]),
        bytes([2, 22, 1, 4, 4]),
        bytes([1, 22, 0]),
        bytes([1, 3, 1, 4, 4]),
        bytes([1, 41, 1, 4, 4]),
        bytes([1, 22, 2, 4, 4]),
        bytes([1, 22, 1, 4]),
        bytes([1, 22, 0xFF, 0xFF, 0x7F, 4, 4]),
        bytes([1, 22, 1, 0xFF, 0xFF, 0xFF, 0xFF, 1, 4]),
        bytes([1, 22, 1, 0xFF, 0xFF, 0x7F, 4]),
        bytes([1, *[22, 1, 4, 4] * (MAX_STROKES + 1)]),
    ],
)
def test_bytes_that_are_no_drawing_are_refused(data: bytes) -> None:
    assert refused_or_a_drawing(base64.urlsafe_b64encode(data).decode().rstrip("="))


def test_a_text_longer_than_any_of_ours_is_refused_unread() -> None:
    many = itertools.chain([1], *([22, 1, 4, 4] for _ in range(400)))
    assert refused_or_a_drawing(base64.urlsafe_b64encode(bytes(many)).decode().rstrip("="))
