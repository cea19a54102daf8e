"""Drawings: strokes that a canvas in the browser sends, rendered as a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

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


def strokes_and_pen(sent: Any) -> tuple[list[Any], float]:
    """Read strokes and pen width from what the canvas sent; no strokes and the usual pen if it sent nothing.

    Raises
    ------
    ImageError
        If it does not have the form that the canvas sends; the strokes themselves are checked by `picture_of`.
    """
    if sent is None:
        return [], USUAL_PEN
    low, high = PEN_WIDTHS
    if isinstance(sent, Mapping):
        strokes, width = sent.get("strokes"), sent.get("width")
        if isinstance(strokes, list) and isinstance(width, int | float) and low <= width <= high:
            return strokes, float(width)
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
    _check(strokes)
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


def _check(strokes: Any) -> None:
    if not isinstance(strokes, Sequence) or isinstance(strokes, str | bytes):
        raise ImageError(f"A drawing is a list of strokes, not {type(strokes).__name__}; draw again.")
    if len(strokes) > MAX_STROKES:
        raise ImageError(f"The drawing has {len(strokes)} strokes; at most {MAX_STROKES} are read. Clear the canvas.")
    total = 0
    for stroke in strokes:
        points = stroke.get("points") if isinstance(stroke, Mapping) else None
        if not isinstance(points, list) or len(points) < 2 or len(points) % 2:
            raise ImageError("A stroke of the drawing has no points; clear the canvas and draw again.")
        low, high = PEN_WIDTHS
        if not _is_number(width := stroke.get("width")) or not low <= width <= high:
            raise ImageError(f"A stroke of the drawing is {width!r} wide; expected {low} to {high}. Clear the canvas.")
        total += len(points) // 2
        # A pen may leave the canvas, but not by astronomical distances.
        if not all(_is_number(value) and -10 * CANVAS_SIDE <= value <= 10 * CANVAS_SIDE for value in points):
            raise ImageError("A stroke of the drawing lies outside the canvas; clear it and draw again.")
    if total > MAX_POINTS:
        raise ImageError(f"The drawing has {total:,} points; at most {MAX_POINTS:,} are read. Clear the canvas.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
