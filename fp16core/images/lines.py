"""Ruled and squared paper: its lines, found and told from strokes."""

from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from fp16core.images.paper import EIGHT_NEIGHBOURS, Levels, Mask
from fp16core.text import count_text

_LINE_REACH = 0.7
"""Share of the picture that a printed line crosses at least."""

_LINE_COVER = 0.85
"""Share of a printed line's length on which there is ink, its own or a stroke's, at least."""

_LINE_SHARE = 0.02
"""Thickness of the thickest printed line as a share of the picture's longer side."""


@dataclass(frozen=True, eq=False)
class PrintedLines:
    """Ruled or squared paper's lines.

    Attributes
    ----------
    mask : bool, shape (h, w)
        Their pixels, without those where a stroke crosses.
    horizontal, vertical
        Number of lines.
    thickness_px
        Median thickness, 0 if there are none.
    """

    mask: Mask = field(repr=False)
    horizontal: int
    vertical: int
    thickness_px: int

    @property
    def count(self) -> int:
        """Number of lines."""
        return self.horizontal + self.vertical

    @property
    def decision(self) -> str:
        """What was found, in words."""
        kinds = [(self.horizontal, "horizontal"), (self.vertical, "vertical")]
        found = [count_text(number, f"{kind} line") for number, kind in kinds if number]
        return "removed " + " and ".join(found) if found else "no printed lines, or too faint to be taken for ink"


def printed_lines(ink: Levels, threshold: float) -> PrintedLines:
    """Find ruled or squared paper's lines.

    A line is straight, tilted by at most 9 degrees, and crosses most of the picture; lines come in
    parallels, so a lone one, which may be a stroke, is left.

    Parameters
    ----------
    ink : float32, shape (h, w)
        Ink bright (1) on paper (0).
    threshold
        Level above which a pixel may belong to a line.
    """
    marks = ink > threshold
    rows, horizontal, thickness = _lines_along_rows(marks)
    columns, vertical, other_thickness = _lines_along_rows(np.ascontiguousarray(marks.T))
    return PrintedLines(rows | columns.T, horizontal, vertical, max(thickness, other_thickness))


def _lines_along_rows(marks: Mask) -> tuple[Mask, int, int]:
    """Mask, number and thickness of the lines that run along rows, up to a tilt."""
    height, width = marks.shape
    none = np.zeros_like(marks), 0, 0
    # Lines run out of the picture; this spares most pictures the rest.
    if min(height, width) < 32 or min(marks[:, :2].any(axis=1).sum(), marks[:, -2:].any(axis=1).sum()) < 2:
        return none
    slope = _tilt(marks)
    # Sheared so that lines run along rows, up to what perspective and the lens bend.
    shift = np.rint(slope * (np.arange(width) - width / 2)).astype(np.intp)
    source = np.arange(height)[:, None] + shift[None, :]
    inside = (source >= 0) & (source < height)
    columns = np.broadcast_to(np.arange(width), source.shape)
    level = marks[source.clip(0, height - 1), columns] & inside
    # Strokes are thicker than lines; where one crosses, ink goes on above and below the line.
    thickest = max(4, round(_LINE_SHARE * max(height, width)))
    half = np.ascontiguousarray(level[:, ::2])  # along a line, every other pixel is enough
    thin = half & ~_opened(half, thickest + 1, axis=0)
    runs = _opened(_closed(_dilated(thin, 3, axis=0), thickest, axis=1), max(6, width // 28), axis=1)
    bands, _ = ndimage.label(_closed(runs, width // 4, axis=1), EIGHT_NEIGHBOURS)
    reach = np.array([1] + [cells.stop - cells.start for _, cells in ndimage.find_objects(bands)])
    at, along = np.nonzero((bands > 0) & half)
    inked = np.unique(bands[at, along].astype(np.int64) * width + along) // width
    # A row of digits has its tops in line too, but with paper between them.
    unbroken = np.bincount(inked, minlength=len(reach)) >= _LINE_COVER * reach
    kept = unbroken & (reach >= _LINE_REACH * inside[:, ::2].any(axis=0).sum())
    kept[0] = False
    if kept.sum() < 2:
        return none
    found = kept[bands] & runs & thin
    lengths = np.diff(np.flatnonzero(np.diff(np.pad(found, 1).T.ravel().view(np.int8))))[::2]
    if lengths.size == 0:
        return none
    thickness = int(np.median(lengths))
    lines = np.repeat(found, 2, axis=1)[:, :width] & level & ~_opened(level, thickness + 2, axis=0)
    back = np.zeros_like(marks)
    back[source[lines], columns[lines]] = True
    return back, int(kept.sum()), thickness


def _tilt(marks: Mask) -> float:
    """Slope along which most marks line up, within ±9 degrees of the rows."""
    width = marks.shape[1]
    at, along = np.nonzero(marks[:, ::3])
    offset = along * 3 - width / 2
    slopes = np.tan(np.radians(np.arange(-9, 9.1, 1.0)))
    margin = int(abs(slopes[0]) * width / 2) + 1
    concentration = [
        np.square(np.bincount((at - slope * offset + margin).astype(np.intp)), dtype=np.float64).sum()
        for slope in slopes
    ]
    return float(slopes[int(np.argmax(concentration))])


def _dilated(mask: Mask, size: int, axis: int) -> Mask:
    return ndimage.maximum_filter1d(mask.view(np.uint8), size, axis=axis).view(bool)


def _eroded(mask: Mask, size: int, axis: int) -> Mask:
    return ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=axis).view(bool)


def _opened(mask: Mask, size: int, axis: int) -> Mask:
    """What is at least ``size`` pixels long along an axis."""
    origin = -1 if size % 2 == 0 else 0  # an even window is lopsided; the second filter must lean the other way
    eroded = ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, size, axis=axis, origin=origin, mode="constant").view(bool)


def _closed(mask: Mask, size: int, axis: int) -> Mask:
    """The mask with gaps shorter than ``size`` pixels along an axis filled."""
    size |= 1
    return _eroded(_dilated(mask, size, axis), size, axis)
