"""Detection of a picture within the picture: inside a border, on a plate, in the axes of a figure."""

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from fp16core.images.box import Box
from fp16core.images.colours import grey_levels
from fp16core.images.levels import Mask
from fp16core.images.surroundings.sheet import find_sheet, on_sheet

_LEAST_DIFFERENCE = 24
"""Difference in one of the channels, of 255, from which a pixel is of another colour: more than JPEG's ripples."""

_EVEN_SHARE = 0.9
"""Least share of the outermost pixels that have one colour, if they belong to a margin."""

_SIDE_SHARE = 0.85
"""Least share of each side of a rectangle that is covered; less than all of it, for corners may be round."""

_LEAST_SIDE_PX, _LEAST_AREA_SHARE, _LEAST_BOX_SHARE = 16, 0.1, 0.01
"""Least side of a rectangle, and least share of the picture that it fills, alone or as one of several."""

_CONTENT_SHARES = 0.002, 0.7
"""Share of the innermost rectangle that ink takes up."""

_EDGE_PX = 3
"""Pixels in which an edge may fade."""

_MOST_LEVELS = 6
"""A plate, its line, and what smoothing makes of their edges."""

Colours = npt.NDArray[np.int16]
"""Channels of each pixel, 0 to 255, shape (h, w, bands)."""


def inside_frame(image: Image.Image) -> tuple[Image.Image, str]:
    """Crop a picture to what is inside its borders, plates and lines; return it with a summary in words.

    A margin of one colour is removed if it surrounds a rectangle, and what is left is looked at again. A rectangle
    that holds no ink is no frame but a stroke, perhaps a square 0. What surrounds several takes their tone.
    Transparency is ignored.
    """
    colours = _colours(image)
    whole = Box(0, 0, *colours.shape[:2])
    inside = _inside(colours, whole)
    if len(inside) > 1:
        return _in_boxes(colours, inside, image.mode), f"what surrounds {len(inside)} boxes painted over"
    if not inside or inside == [whole]:
        return _on_its_sheet(image)
    (place,) = inside
    words = f"cropped to the {place.width} × {place.height} pixels inside a border"
    return image.crop((place.left, place.top, place.right, place.bottom)), words


def _inside(colours: Colours, place: Box, level: int = 0) -> list[Box]:
    """Boxes of ink inside all borders within a part of a picture; the part itself if there is no border."""
    within = colours[place.cells]
    differs = _differs_from_margin(within) if level < _MOST_LEVELS else None
    found = [] if differs is None else _rectangles(differs)
    if len(found) == 1 and found[0].height * found[0].width < _LEAST_AREA_SHARE * within.shape[0] * within.shape[1]:
        found = []
    if not found:
        return [place] if level == 0 or _holds_ink(within) else []
    if level and len(found) == 1 and _crosses(within[found[0].cells]):
        return []  # a bar from side to side, as in the 8 of seven segments
    return [box for each in found for box in _inside(colours, each.moved(place.top, place.left), level + 1)]


def _in_boxes(colours: Colours, boxes: list[Box], mode: str) -> Image.Image:
    """The smallest picture of all boxes, on paper of their own tone."""
    whole = Box.around(boxes)
    paper = np.median(np.concatenate([_ring(colours[box.cells]) for box in boxes]), axis=0)
    sheet = np.broadcast_to(paper.astype(np.uint8), (whole.height, whole.width, colours.shape[2])).copy()
    for box in boxes:
        sheet[box.moved(-whole.top, -whole.left).cells] = colours[box.cells]
    return Image.fromarray(sheet[:, :, 0] if mode in ("L", "F") else sheet)


def _on_its_sheet(image: Image.Image) -> tuple[Image.Image, str]:
    """Crop a photograph to the sheet or plate on which the digit stands."""
    sheet = find_sheet(grey_levels(image))
    if sheet is None:
        return image, "nothing around the picture"
    plain = image if image.mode in ("L", "RGB") else image.convert("L" if image.mode in ("F", "LA") else "RGB")
    cropped = Image.fromarray(on_sheet(np.asarray(plain), sheet))
    around = "what a line encloses" if sheet.is_outline else "a sheet or plate"
    return cropped, f"cropped to {around}, {cropped.width} × {cropped.height} pixels"


def _colours(image: Image.Image) -> Colours:
    bands = np.asarray(image if image.mode in ("L", "RGB", "F") else image.convert("RGB"))
    levels = bands.astype(np.int16)  # of mode F, too, whose levels go from 0 to 255
    return levels[..., None] if levels.ndim == 2 else levels


def _ring(colours: Colours) -> Colours:
    """The outermost pixels, shape (k, bands)."""
    return np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])


def _differs_from_margin(colours: Colours) -> Mask | None:
    """Mark pixels of another colour than the margin's; `None` if the outermost pixels are of several."""
    ring = _ring(colours)
    if _unlike_median(ring, ring).mean() > 1 - _EVEN_SHARE:
        return None
    return _unlike_median(colours, ring)


def _unlike_median(colours: Colours, ring: Colours) -> npt.NDArray[np.bool_]:
    """Mark the pixels of another colour than the median of the outermost ones."""
    margin = np.median(ring, axis=0).astype(np.int16)
    return np.asarray(np.abs(colours - margin).max(axis=-1) >= _LEAST_DIFFERENCE)


def _rectangles(marks: Mask) -> list[Box]:
    """Boxes of large connected marks that are rectangles, filled or not, with sides along the picture's."""
    height, width = marks.shape
    least = _LEAST_BOX_SHARE**0.5 / 2
    # Most pictures have no two rows or columns that are covered so far: this is faster than finding components.
    for counts, length in ((marks.sum(axis=1), width), (marks.sum(axis=0), height)):
        if (counts >= max(_LEAST_SIDE_PX, least * length) * _SIDE_SHARE).sum() < 2:
            return []
    labels, _ = ndimage.label(marks)
    places = ndimage.find_objects(labels)
    long = np.bincount(labels.ravel()) >= _SIDE_SHARE * 2 * (_LEAST_BOX_SHARE * marks.size) ** 0.5
    found = []
    for place in (np.flatnonzero(long[1:]) + 1).tolist():
        box = Box.of_cells(places[place - 1])
        is_large = box.height * box.width >= _LEAST_BOX_SHARE * marks.size
        if is_large and min(box.height, box.width) >= _LEAST_SIDE_PX:
            found.append(_squared(labels[box.cells] == place, box))
    return [box for box in found if box is not None]


def _squared(marks: Mask, box: Box) -> Box | None:
    """The box without the rows and columns in which its sides fade; `None` if a side is not covered."""
    insets = []
    for counts, length in ((marks.sum(axis=1), box.width), (marks.sum(axis=0), box.height)):
        covered = counts >= _SIDE_SHARE * length
        for ends in (covered[:_EDGE_PX], covered[::-1][:_EDGE_PX]):
            if not ends.any():
                return None
            insets.append(int(ends.argmax()))
    top, bottom, left, right = insets
    return Box(box.top + top, box.left + left, box.bottom - bottom, box.right - right)


def _crosses(colours: Colours) -> bool:
    """Return whether marks on even paper reach two opposite sides."""
    differs = _differs_from_margin(colours)
    if differs is None:
        return False
    return bool((differs[0].any() and differs[-1].any()) or (differs[:, 0].any() and differs[:, -1].any()))


def _holds_ink(colours: Colours) -> bool:
    share = float(_unlike_median(colours, _ring(colours)).mean())
    least, most = _CONTENT_SHARES
    return least <= share <= most
