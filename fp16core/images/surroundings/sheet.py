"""Detection of the sheet, plate or box that a digit stands on, photographed with what lies around it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from fp16core.images.box import Box
from fp16core.images.levels import EIGHT_NEIGHBOURS, Levels, Mask, resized

_SURVEY_SIDE_PX = 160
"""Longer side of the picture that is searched."""

_LEAST_CONTRAST = 0.1
"""Share of white by which a sheet differs from what lies around it."""

_MOST_OF_RING, _MOST_OF_CUT_RING = 0.15, 0.5
"""Largest share of the outermost pixels that may be as light, or as dark, as the sheet; the same if none is in a
corner, as for a plate that the picture cuts: what is in the light when half of a page is not has corners."""

_LEAST_SIDE_PX, _LEAST_AREA_SHARE = 12, 0.1
"""Least side of a sheet in the survey, and least share of the picture that it fills."""

_SQUARENESS, _ROUNDNESS = 0.88, 0.93
"""Least share of a rectangle that a sheet fills, and of its convex hull that a drawn outline or a round plate does.

An ellipse fills π/4 = 0.79 of a rectangle, so that a bold 0 is no sheet with a stroke on it.
"""

_TILTS = np.radians(np.arange(-15, 16, 3.0))

_SHARPNESS = 0.6
"""Least share of the contrast that lies within three pixels of the sheet's edge, as it does not for a lamp's light."""

_CONTENT_SHARES, _CONTENT_HEIGHT = (0.004, 0.6), 0.25
"""Share of the sheet that ink covers, and least height of the ink as a share of the sheet's."""

_ROOM_SHARE, _ROOM_COMPACTNESS = 0.05, 0.6
"""Least share of a bold 8 that each of its two holes has, and of its box that the hole fills; a stroke fills less."""

_HOLE_SOLIDITY, _ONE_SHARE = 0.6, 0.2
"""Least share of its convex hull that the hole of a bold 0 fills, and largest share of a plate that a 1 on it does."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A sheet in a picture.

    Attributes
    ----------
    mask : bool, shape (h, w)
        Pixels that are surely on it; a survey's, at most 160 pixels long.
    is_outline
        True if it is what a drawn or printed line encloses.
    """

    mask: Mask = field(repr=False)
    is_outline: bool


def find_sheet(grey: Levels) -> Sheet | None:
    """Find the sheet on which the ink of a picture is, if the picture shows more than it; grey levels, 0 to 1."""
    survey = resized(grey, min(_SURVEY_SIDE_PX, max(grey.shape)), Image.Resampling.BOX)
    if min(survey.shape) < 2 * _LEAST_SIDE_PX:
        return None
    around = float(np.median(_ring(survey)))
    for end in np.quantile(survey, (0.98, 0.02)).tolist():
        contrast = end - around
        if abs(contrast) < _LEAST_CONTRAST:
            continue
        marks = (survey > around + contrast / 2) == (contrast > 0)
        limit = _MOST_OF_RING if marks[:: len(marks) - 1, :: marks.shape[1] - 1].any() else _MOST_OF_CUT_RING
        if _ring(marks).mean() > limit:
            continue
        found = _sheet_of(marks, survey, contrast)
        if found is not None:
            return found
    return None


def _ring(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The outermost pixels, each once."""
    return np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])


def on_sheet(levels: npt.NDArray[np.uint8], sheet: Sheet) -> npt.NDArray[np.uint8]:
    """Crop a picture, uint8 (h, w) or (h, w, bands), to a sheet; what is left around it takes the sheet's tone."""
    height, width = levels.shape[:2]
    mask = np.asarray(Image.fromarray(sheet.mask).resize((width, height), Image.Resampling.NEAREST))
    cells = Box.of_ink(mask).cells
    within, inside = levels[cells].copy(), mask[cells]
    rim = inside & ~ndimage.binary_erosion(inside, EIGHT_NEIGHBOURS, iterations=2)
    within[~inside] = np.median(within[rim], axis=0).astype(np.uint8)
    return within


def _sheet_of(marks: Mask, survey: Levels, contrast: float) -> Sheet | None:
    """The sheet among the parts that are as light, or as dark, as one might be."""
    labels, count = ndimage.label(marks, EIGHT_NEIGHBOURS)
    if count == 0:
        return None
    places = ndimage.find_objects(labels)
    place = int(np.argmax([Box.of_cells(cells).area for cells in places]))
    part = labels == place + 1
    filled = ndimage.binary_fill_holes(part)
    if filled.sum() < _LEAST_AREA_SHARE * filled.size or min(Box.of_ink(filled).sides) < _LEAST_SIDE_PX:
        return None
    is_outline = bool(part.sum() < 0.5 * filled.sum())
    if is_outline:
        inside = _largest(ndimage.binary_erosion(filled & ~part, EIGHT_NEIGHBOURS) | (marks & filled & ~part))
        inside = ndimage.binary_fill_holes(inside)
        ink = marks & inside
    else:
        inside = ndimage.binary_erosion(filled, EIGHT_NEIGHBOURS)
        ink = inside & ~marks
    is_round = is_outline or not _is_compact(ink)
    if not inside.any() or not _is_shape(filled, is_round) or not _is_sharp(filled, survey, contrast):
        return None
    if not is_outline and (_has_two_rooms(ink, filled) or _is_room(inside & ~part, ink, filled)):
        return None
    return Sheet(inside, is_outline) if _holds(ink, inside) else None


def _is_room(hole: Mask, ink: Mask, filled: Mask) -> bool:
    """Return whether a hole is that of a bold 0: too wide for a 1, as compact as one, and empty, as no written 0 is."""
    is_empty = bool(hole.sum() < 1.02 * ink.sum())
    return is_empty and bool(hole.sum() > _ONE_SHARE * filled.sum()) and _is_compact(hole)


def _has_two_rooms(holes: Mask, filled: Mask) -> bool:
    """Return whether a part has two large compact holes, as an 8 has in bold type or of seven segments."""
    labels, _ = ndimage.label(holes)
    areas = np.bincount(labels.ravel())[1:]
    boxes = np.array([Box.of_cells(cells).area for cells in ndimage.find_objects(labels)])
    return bool(((areas >= _ROOM_SHARE * filled.sum()) & (areas >= _ROOM_COMPACTNESS * boxes)).sum() >= 2)


def _largest(marks: Mask) -> Mask:
    labels, count = ndimage.label(marks)
    return labels == 1 + int(np.argmax(np.bincount(labels.ravel())[1:])) if count else marks


def _holds(ink: Mask, inside: Mask) -> bool:
    """Return whether there is as much ink on a sheet, and as high, as a digit has."""
    if not ink.any():
        return False
    least, most = _CONTENT_SHARES
    highest = max(Box.of_cells(cells).height for cells in ndimage.find_objects(ndimage.label(ink)[0]))
    return bool(least <= ink.sum() / inside.sum() <= most and highest >= _CONTENT_HEIGHT * Box.of_ink(inside).height)


def _is_compact(ink: Mask) -> bool:
    """Return whether ink fills most of its convex hull, as the hole of a bold 0 does, and a 1, but no other digit."""
    largest = _largest(ink)
    hull = _hull(largest)
    return hull is None or bool(largest.sum() > _HOLE_SOLIDITY * hull.volume)


def _hull(part: Mask) -> ConvexHull | None:
    """Convex hull of the pixels of a part; `None` if there are none."""
    points = np.argwhere(part & ~ndimage.binary_erosion(part)).astype(np.float64)
    try:
        return ConvexHull(np.concatenate([points - 0.5, points + 0.5]))
    except (QhullError, ValueError):
        return None


def _is_shape(filled: Mask, is_round: bool) -> bool:
    """Return whether a part is a rectangle, perhaps tilted, with corners that may be round; or of any convex shape."""
    hull = _hull(filled)
    if hull is None:
        return False
    if is_round:
        return bool(filled.sum() >= _ROUNDNESS * hull.volume)
    corners = hull.points[hull.vertices]
    turned = [corners @ [[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]] for tilt in _TILTS]
    return bool(filled.sum() >= _SQUARENESS * min(float(np.prod(np.ptp(each, axis=0))) for each in turned))


def _is_sharp(filled: Mask, survey: Levels, contrast: float) -> bool:
    """Return whether most of the contrast lies at the edge."""
    outside = ndimage.binary_dilation(filled, EIGHT_NEIGHBOURS, iterations=3) & ~ndimage.binary_dilation(
        filled, EIGHT_NEIGHBOURS
    )
    inside = filled & ~ndimage.binary_erosion(filled, EIGHT_NEIGHBOURS, iterations=3)
    if not outside.any():
        return True
    step = float(np.median(survey[inside])) - float(np.median(survey[outside]))
    return step / contrast >= _SHARPNESS
