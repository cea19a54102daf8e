"""Drawings: strokes that a canvas in the browser sends, rendered as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from PIL import Image, ImageDraw

from fp16core.vocabulary import ImageError

CANVAS_SIDE = 280
"""Height and width of the canvas, in the units of the strokes' coordinates."""

MAX_STROKES = 500
MAX_POINTS = 20_000
"""Most strokes and points of one drawing: minutes of drawing without a pause."""

PEN_WIDTHS = (4, 40)
"""Narrowest and widest pen."""

USUAL_PEN = 22
"""Initial pen width: about as wide for the canvas as MNIST's strokes are for their digits."""

PICTURE_SIDE_PX = 196
"""Height and width of the picture: seven times MNIST's, and quick to prepare."""

_SUPERSAMPLING = 2

_MOST_MESSAGES = 2**53


@dataclass(frozen=True)
class Drawing:
    """A drawing as the canvas has sent it.

    Attributes
    ----------
    strokes
        In the form that `picture_of` takes.
    pen
        Width of the pen for the next stroke.
    is_going_on
        True if the last stroke is still being drawn.
    number
        Of the message, counted by the canvas.
    """

    strokes: list[Any] = field(default_factory=list)
    pen: float = USUAL_PEN
    is_going_on: bool = False
    number: int = 0


def drawing_of(sent: Any) -> Drawing:
    """Read a drawing from what the canvas sent.

    Raises
    ------
    ImageError
        If it does not have the form that the canvas sends.
    """
    if isinstance(sent, Mapping):
        strokes, number = sent.get("strokes"), sent.get("number", 0)
        if isinstance(strokes, list) and _is_pen(pen := sent.get("width")) and _is_number(number):
            check_strokes(strokes)
            if 0 <= number < _MOST_MESSAGES:
                return Drawing(strokes, float(pen), sent.get("live") is True, int(number))
    raise ImageError("The canvas did not send a drawing; reload the page and draw again.")


def picture_of(strokes: Any) -> Image.Image:
    """Draw strokes in white on black.

    Parameters
    ----------
    strokes
        List of mappings with ``width`` and ``points``, a flat list x0, y0, x1, y1, … in units of a
        canvas of `CANVAS_SIDE`.

    Returns
    -------
    PIL.Image.Image
        Mode L, `PICTURE_SIDE_PX` pixels wide and high.

    Raises
    ------
    ImageError
        If nothing is drawn, or the strokes do not have this form.
    """
    check_strokes(strokes)
    if not strokes:
        raise ImageError("The canvas is empty; draw a digit.")
    side = PICTURE_SIDE_PX * _SUPERSAMPLING
    scale = side / CANVAS_SIDE
    large = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(large)
    for stroke in strokes:
        width = round(stroke["width"] * scale)
        numbers = [value * scale for value in stroke["points"]]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        pen.line(points, fill=255, width=width)
        radius = width / 2
        for x, y in points:  # round ends and round joints
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return large.reduce(_SUPERSAMPLING)


def check_strokes(strokes: Any) -> None:
    """Raise `ImageError` unless strokes have the form that `picture_of` takes."""
    if not isinstance(strokes, Sequence) or isinstance(strokes, str | bytes):
        raise ImageError(f"A drawing is a list of strokes, not {type(strokes).__name__}; draw again.")
    if len(strokes) > MAX_STROKES:
        raise ImageError(f"The drawing has {len(strokes)} strokes; at most {MAX_STROKES} are read. Clear the canvas.")
    total = 0
    for stroke in strokes:
        points = stroke.get("points") if isinstance(stroke, Mapping) else None
        if not isinstance(points, list) or len(points) < 2 or len(points) % 2:
            raise ImageError("A stroke of the drawing has no points; clear the canvas and draw again.")
        if not _is_pen(stroke.get("width")):
            low, high = PEN_WIDTHS
            raise ImageError(f"A stroke of the drawing is not {low} to {high} wide, as a pen is; clear the canvas.")
        total += len(points) // 2
        # A pen may leave the canvas, but not by astronomical distances.
        if not all(_is_number(value) and -10 * CANVAS_SIDE <= value <= 10 * CANVAS_SIDE for value in points):
            raise ImageError("A stroke of the drawing lies outside the canvas; clear it and draw again.")
    if total > MAX_POINTS:
        raise ImageError(f"The drawing has {total:,} points; at most {MAX_POINTS:,} are read. Clear the canvas.")


def _is_pen(value: Any) -> TypeGuard[float]:
    return _is_number(value) and PEN_WIDTHS[0] <= value <= PEN_WIDTHS[1]


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
