"""Drawings as short texts for links: strokes on a grid, as differences from point to point.

The text is base64 for addresses, without padding, of these bytes: the version, then each stroke as its pen width,
its number of points, its first point and the differences that follow. Whole numbers are written in groups of seven
bits, the lowest first, each but the last with the eighth bit set; signed ones in the order 0, −1, 1, −2, 2, ….
"""

import base64
import binascii
import math
from typing import Any

from fp16core.images.drawings.drawing import CANVAS_SIDE, MAX_POINTS, MAX_STROKES, PEN_WIDTHS, check_strokes
from fp16core.vocabulary import ImageError

MAX_CHARACTERS = 2_000
"""Longest text."""

GRID = 2
"""Steps of the grid in a unit of the canvas."""

TOLERANCES = (0, 0.5, 1, 2, 4, 8)
"""Distances, in units of the canvas, within which a point may stand for those after it; the first that suffices."""

_VERSION = 1
_GROUP_BITS = 7
_MOST_GROUPS = 3
_FARTHEST = 10 * CANVAS_SIDE * GRID

_Point = tuple[int, int]
_Line = tuple[int, list[_Point]]
"""Pen width, and points of the grid."""


def stroke_code(strokes: list[Any]) -> str | None:
    """Write a drawing as a text.

    Points are moved to the nearest one of the grid. If the text is too long then, each point that lies within a
    tolerance of the last one kept is left out, but for the last point of a stroke.

    Parameters
    ----------
    strokes
        At least one, in the form that `fp16core.images.drawings.drawing.picture_of` takes.

    Returns
    -------
    str or None
        `None` if even the largest of the `TOLERANCES` leaves too much.

    Raises
    ------
    ImageError
        If the strokes do not have this form.
    """
    check_strokes(strokes)
    lines = [_on_grid(stroke) for stroke in strokes]
    for tolerance in TOLERANCES:
        text = _text([(width, _thinned(points, tolerance * GRID)) for width, points in lines])
        if len(text) <= MAX_CHARACTERS:
            return text
    return None


def strokes_of_code(text: str) -> list[dict[str, Any]]:
    """Read a drawing from the text that `stroke_code` has written.

    Raises
    ------
    ImageError
        If it is not such a text.
    """
    try:
        if len(text) > MAX_CHARACTERS:
            raise ValueError
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        lines = _lines(data)
    except (ValueError, UnicodeEncodeError, binascii.Error) as error:
        raise ImageError("The link holds no drawing that can be read; draw again.") from error
    return [
        {"width": width, "points": [value / GRID for point in points for value in point]} for width, points in lines
    ]


def _on_grid(stroke: Any) -> _Line:
    numbers = [round(value * GRID) for value in stroke["points"]]
    return round(stroke["width"]), list(zip(numbers[::2], numbers[1::2], strict=True))


def _thinned(points: list[_Point], tolerance: float) -> list[_Point]:
    kept = points[:1]
    for point in points[1:]:
        if math.dist(point, kept[-1]) > tolerance:
            kept.append(point)
    if kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _text(lines: list[_Line]) -> str:
    data = bytearray([_VERSION])
    for width, points in lines:
        _put(data, width)
        _put(data, len(points))
        x = y = 0
        for next_x, next_y in points:
            for step in (next_x - x, next_y - y):
                _put(data, 2 * step if step >= 0 else -2 * step - 1)
            x, y = next_x, next_y
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _put(data: bytearray, number: int) -> None:
    while number >> _GROUP_BITS:
        data.append(number & 127 | 128)
        number >>= _GROUP_BITS
    data.append(number)


def _lines(data: bytes) -> list[_Line]:
    """Strokes of the bytes; raises `ValueError` unless they are what `_text` writes."""
    if data[:1] != bytes([_VERSION]):
        raise ValueError
    lines: list[_Line] = []
    place, total = 1, 0
    while place < len(data):
        width, place = _number(data, place)
        count, place = _number(data, place)
        total += count
        if not PEN_WIDTHS[0] <= width <= PEN_WIDTHS[1] or count == 0 or total > MAX_POINTS or len(lines) >= MAX_STROKES:
            raise ValueError
        points = []
        x = y = 0
        for _ in range(count):
            right, place = _number(data, place)
            down, place = _number(data, place)
            x, y = x + _signed(right), y + _signed(down)
            if max(abs(x), abs(y)) > _FARTHEST:
                raise ValueError
            points.append((x, y))
        lines.append((width, points))
    if not lines:
        raise ValueError
    return lines


def _number(data: bytes, place: int) -> tuple[int, int]:
    """The number that begins at a place, and the place after it."""
    number = 0
    for group, byte in enumerate(data[place : place + _MOST_GROUPS]):
        number |= (byte & 127) << (_GROUP_BITS * group)
        if byte < 128:
            return number, place + group + 1
    raise ValueError


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2
