"""Detection of the printed lines of ruled and squared paper."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fp16core.images.levels import EIGHT_NEIGHBOURS, Levels, Mask
from fp16core.text import count_text

_LINE_REACH = 0.7
"""Smallest share of the picture that a printed line crosses."""

_LINE_COVER = 0.85
"""Smallest share of a printed line's length that is covered by ink, its own or a stroke's."""

_STRIP_REACH, _STRIP_SHAPE = 0.95, 2.0
"""The same across a strip, at least so many times as long as wide, where upright strokes reach far, too."""

_LINE_SHARE = 0.02
"""Largest thickness of a printed line, as a share of the picture's side along it, and"""

_SMALL_SHARE, _SMALL_PX = 0.04, 4
"""of its shorter side, up to some pixels: in a small picture, lines are no thinner than these."""

_ROOM_PX = 4
"""Paper added above and below a mark, as its lines may lie at its very edge."""

_LONE_REACH = 0.95
"""Smallest share of the picture that a line without a parallel crosses."""

_LONE_LENGTH, _LONE_THIN_LENGTH, _LONE_THINNESS = 1.5, 1.0, 0.6
"""Smallest length of such a line, in heights of the largest mark that is left without it: longer than any stroke of
that mark; the same for one that is thinner than this share of its strokes."""


@dataclass(frozen=True, eq=False)
class PrintedLines:
    """Lines of ruled or squared paper.

    Attributes
    ----------
    mask : bool, shape (h, w)
        Their pixels, except where a stroke crosses.
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
        """Summary in words."""
        kinds = [(self.horizontal, "horizontal"), (self.vertical, "vertical")]
        found = [count_text(number, f"{kind} line") for number, kind in kinds if number]
        return (
            "removed " + " and ".join(found)
            if found
            else "no printed lines, or only ones too faint to be taken for ink"
        )


def printed_lines(ink: Levels, threshold: float) -> PrintedLines:
    """Find ruled or squared paper's lines.

    A line is straight, tilted by at most 9 degrees, and crosses most of the picture. A line without a
    parallel may be a stroke, and is kept unless it crosses the whole picture and is longer than strokes are.

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


def lines_of_mark(mark: Mask) -> PrintedLines:
    """Find the lines of a mark that is a printed box, or several marks joined by a printed rule.

    A box has lines in both directions. A rule has no parallel; a lone upright line would be a stroke.

    Parameters
    ----------
    mark : bool, shape (h, w)
        The mark, cropped to its ink.
    """
    rows, horizontal, thickness = _lines_along_rows(np.pad(mark, ((_ROOM_PX, _ROOM_PX), (0, 0))))
    rows = rows[_ROOM_PX:-_ROOM_PX]
    if horizontal < 2:
        return PrintedLines(rows, horizontal, 0, thickness)
    columns, vertical, other = _lines_along_rows(np.pad(mark.T, ((_ROOM_PX, _ROOM_PX), (0, 0))))
    if vertical < 2:
        return PrintedLines(np.zeros_like(mark), 0, 0, 0)
    return PrintedLines(rows | columns[_ROOM_PX:-_ROOM_PX].T, horizontal, vertical, max(thickness, other))


@dataclass(frozen=True, eq=False)
class _Sheared:
    """Marks sheared so that lines run along rows, up to the curvature that perspective and the lens add.

    Attributes
    ----------
    marks : bool, shape (h, w)
        The sheared marks.
    inside : bool, shape (h, w)
        Pixels that lie within the picture.
    rows, columns : int, shape (h, w)
        Position of each pixel in the picture.
    """

    marks: Mask
    inside: Mask
    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]

    def restored(self, mask: Mask) -> Mask:
        """Undo the shear of a mask, all of which is inside."""
        picture = np.zeros_like(mask)
        picture[self.rows[mask], self.columns[mask]] = True
        return picture


def _lines_along_rows(marks: Mask) -> tuple[Mask, int, int]:
    """Mask, number and median thickness of the lines that run along rows, up to a tilt."""
    none = np.zeros_like(marks), 0, 0
    if not _may_hold_lines(marks):
        return none
    sheared = _sheared(marks)
    height, width = marks.shape
    half = np.ascontiguousarray(sheared.marks[:, ::2])  # along a line, every other pixel is enough
    thickest = max(round(_LINE_SHARE * width), min(_SMALL_PX, round(_SMALL_SHARE * min(height, width))), 1)
    # Strokes are thicker than lines; where one crosses, ink goes on above and below the line.
    thin = half & ~_opened(half, thickest + 1, axis=0)
    runs = _opened(_closed(_dilated(thin, 3, axis=0), thickest, axis=1), max(6, width // 28), axis=1)
    bands, _ = ndimage.label(_closed(runs, width // 4, axis=1), EIGHT_NEIGHBOURS)
    across = float(sheared.inside[:, ::2].any(axis=0).sum())
    reach = _STRIP_REACH if height > _STRIP_SHAPE * width else _LINE_REACH
    is_line = _are_lines(bands, half, reach * across)
    found = is_line[bands] & runs & thin
    if not found.any():
        return none
    thickness = _median_thickness(found)
    lines = np.repeat(found, 2, axis=1)[:, :width] & sheared.marks & ~_opened(sheared.marks, thickness + 2, axis=0)
    if is_line.sum() == 1 and not (
        _are_lines(bands, half, _LONE_REACH * across).any() and _is_rule(sheared.marks & ~lines, width, thickness)
    ):
        return none
    return sheared.restored(lines), int(is_line.sum()), thickness


def _is_rule(rest: Mask, length_px: int, thickness_px: int) -> bool:
    """Return whether a lone line is longer than a stroke of the largest mark that is left without it."""
    labels, count = ndimage.label(rest, EIGHT_NEIGHBOURS)
    if count == 0:
        return False
    largest = int(np.bincount(labels.ravel())[1:].argmax())
    rows, _ = cells = ndimage.find_objects(labels)[largest]
    height = rows.stop - rows.start
    if length_px >= _LONE_LENGTH * height:
        return True
    stroke_px = 2 * float(ndimage.distance_transform_edt(labels[cells] == largest + 1).max()) - 1
    return length_px >= _LONE_THIN_LENGTH * height and thickness_px <= _LONE_THINNESS * stroke_px


def _may_hold_lines(marks: Mask) -> bool:
    """Return whether a line may run out of the picture on either side: most pictures hold none."""
    ends = (marks[:, edge].any(axis=1).sum() for edge in (slice(None, 2), slice(-2, None)))
    return min(marks.shape) >= 32 and bool(min(ends) >= 1)


def _sheared(marks: Mask) -> _Sheared:
    height, width = marks.shape
    shift = np.rint(_tilt(marks) * (np.arange(width) - width / 2)).astype(np.intp)
    rows = np.arange(height)[:, None] + shift[None, :]
    columns = np.broadcast_to(np.arange(width), rows.shape)
    inside = (rows >= 0) & (rows < height)
    return _Sheared(marks[rows.clip(0, height - 1), columns] & inside, inside, rows, columns)


def _are_lines(bands: npt.NDArray[np.signedinteger], marks: Mask, least_reach: float) -> npt.NDArray[np.bool_]:
    """Return for each label of ``bands`` whether it is a line: long enough, and inked nearly all along.

    A row of digits has its tops in line as well, but with paper between them.
    """
    width = marks.shape[1]
    reach = np.array([1] + [cells.stop - cells.start for _, cells in ndimage.find_objects(bands)])
    at, along = np.nonzero((bands > 0) & marks)
    inked = np.unique(bands[at, along].astype(np.int64) * width + along) // width
    cover = np.bincount(inked, minlength=len(reach))
    is_line: npt.NDArray[np.bool_] = (cover >= _LINE_COVER * reach) & (reach >= least_reach)
    is_line[0] = False
    return is_line


def _median_thickness(lines: Mask) -> int:
    """Median length, in pixels, of the runs along columns; the mask holds at least one."""
    ends = np.flatnonzero(np.diff(np.pad(lines, 1).T.ravel().view(np.int8)))
    return int(np.median(np.diff(ends)[::2]))


def _tilt(marks: Mask) -> float:
    """Slope, within ±9 degrees of the rows, along which marks line up best."""
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
    """Morphological opening: keep runs of at least ``size`` pixels along an axis."""
    origin = -1 if size % 2 == 0 else 0  # an even window is lopsided; the second filter must lean the other way
    eroded = ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, size, axis=axis, origin=origin, mode="constant").view(bool)


def _closed(mask: Mask, size: int, axis: int) -> Mask:
    """Morphological closing: fill gaps shorter than ``size`` pixels along an axis."""
    size |= 1
    return _eroded(_dilated(mask, size, axis), size, axis)
