"""Connected components of ink, filtered by shape and size."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fp16core.images.box import Box
from fp16core.images.levels import EIGHT_NEIGHBOURS, Mask
from fp16core.text import count_text

_LINE_SHARE = 0.02
"""Largest mean thickness of a single printed line, as a share of its length."""

_STRIP_SHARE, _LOW_STRIP_SHARE = 0.03, 0.08
"""Largest thickness of a strip along the edge, as a share of the picture's longer side, and of its shorter side."""

_COVERED_SHARE = 0.3
"""Share of a side of the picture beyond which what covers it may be a table or a shadow."""

_STROKE_REACH, _STROKE_SPREAD = 0.3, 1.6
"""A digit that covers so much of a side reaches at least so far into the picture, as a share of it, and its strokes
are at most so many times as thick as the largest other mark's."""

_SIDE_WIDTH, _SIDE_THINNESS, _SIDE_HEIGHT = 0.12, 0.6, 1.1
"""Largest width of the side of a printed box, in its heights, its largest thickness and least height, in those of the
largest other mark."""

_CLEAR_SHARE = 0.25
"""Smallest height, as a share of the picture's, of a digit within a rim."""

_SPECK_SHARE = 0.02
"""Share of the largest component's area below which a component is a speck."""


@dataclass(frozen=True, eq=False)
class Components:
    """Connected components of ink.

    Attributes
    ----------
    labels : int32, shape (h, w)
        0 for paper, k for component k.
    boxes
        Bounding box of component k at index k − 1.
    areas : int64, shape (k,)
        Number of pixels of each component.
    """

    labels: npt.NDArray[np.int32]
    boxes: tuple[Box, ...]
    areas: npt.NDArray[np.int64]

    def mask(self, kept: npt.NDArray[np.bool_]) -> Mask:
        """Pixels of some components, given a bool for each component."""
        return np.concatenate([[False], kept])[self.labels]


def connected_components(mask: Mask) -> Components:
    """Find the connected components of a mask, diagonal neighbours included."""
    labels, count = ndimage.label(mask, EIGHT_NEIGHBOURS)
    boxes = tuple(map(Box.of_cells, ndimage.find_objects(labels)))
    return Components(labels.astype(np.int32, copy=False), boxes, np.bincount(labels.ravel(), minlength=count + 1)[1:])


_Test = Callable[[Components, int, npt.NDArray[np.bool_]], bool]


def worth_keeping(components: Components, least_area_px: float) -> tuple[npt.NDArray[np.bool_], str]:
    """Select the components that may belong to a digit: no specks, no edges of the picture, no frames.

    Parameters
    ----------
    components
        All components.
    least_area_px
        Number of pixels below which a component is a speck, however small the others are.

    Returns
    -------
    kept : bool, shape (k,)
    decision
        Summary in words of what was dropped.
    """
    dropped: list[str] = []
    tiny = components.areas < least_area_px
    kept = ~tiny
    rims = np.zeros_like(kept)
    across = np.zeros_like(kept)
    for found, test in (
        (rims, _lies_along_edge),
        (across, _crosses_picture),
        (rims, _covers_edge),
        (rims, _is_rim),
    ):
        flawed = _those(components, kept, test)
        if flawed.sum() < kept.sum():  # otherwise it is a digit that fills the picture
            kept &= ~flawed
            found |= flawed
    if rims.any():
        dropped.append(count_text(int(rims.sum()), "mark") + " along the picture's edge")
    if across.any():
        dropped.append(count_text(int(across.sum()), "line") + " across the picture")
    sides = _those(components, kept, _is_side)
    if sides.sum() > 1:  # a lone one may be a slender 1
        kept &= ~sides
        dropped.append(count_text(int(sides.sum()), "side") + " of printed boxes")
    frames = _those(components, kept, _is_frame)
    if frames.any():
        kept &= ~frames
        dropped.append("a frame around the ink")
    small = kept & (components.areas < _SPECK_SHARE * components.areas[kept].max(initial=0))
    kept &= ~small
    if (specks := int(tiny.sum() + small.sum())) > 0:
        dropped.append(count_text(specks, "speck"))
    return kept, "dropped " + " and ".join(dropped) if dropped else "nothing to drop"


def _those(components: Components, kept: npt.NDArray[np.bool_], test: _Test) -> npt.NDArray[np.bool_]:
    """Mark those of the kept components for which a test is true."""
    found = np.zeros_like(kept)
    for place in np.flatnonzero(kept).tolist():
        found[place] = test(components, place, kept)
    return found


def _lies_along_edge(components: Components, place: int, _kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component is a thin strip along the picture's edge, such as part of a line or a shadow."""
    box = components.boxes[place]
    height, width = components.labels.shape
    thin = min(_STRIP_SHARE * max(height, width), _LOW_STRIP_SHARE * min(height, width))
    if (box.top == 0 or box.bottom == height) and box.height <= thin and box.width > 2 * box.height:
        return True
    return (box.left == 0 or box.right == width) and box.width <= thin and box.height > 2 * box.width


def _crosses_picture(components: Components, place: int, _kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component is a thin line across the whole picture, such as a margin line."""
    box = components.boxes[place]
    height, width = components.labels.shape
    crosses = box.height == height or box.width == width
    return crosses and bool(components.areas[place] <= _LINE_SHARE * max(box.height, box.width) ** 2)


def _covers_edge(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component covers much of one side of the picture: a table, a hand, a deep shadow.

    A digit may reach the edge as well, but it is all strokes.
    """
    box = components.boxes[place]
    height, width = components.labels.shape
    sides = [
        (box.top == 0, components.labels[0], width, box.height / height),
        (box.bottom == height, components.labels[-1], width, box.height / height),
        (box.left == 0, components.labels[:, 0], height, box.width / width),
        (box.right == width, components.labels[:, -1], height, box.width / width),
    ]
    covered = [
        reach
        for touches, edge, length, reach in sides
        if touches and (edge == place + 1).sum() > _COVERED_SHARE * length
    ]
    if not covered:
        return False
    return min(covered) < _STROKE_REACH or not _is_stroke_like(components, place, kept)


def _is_stroke_like(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component is as thin as the others that do not lie at the picture's edge."""
    box = components.boxes[place]
    if components.areas[place] > 0.5 * box.height * box.width:
        return False
    others = [other for other in np.flatnonzero(kept).tolist() if other != place]
    largest = max(others, key=lambda other: int(components.areas[other]), default=None)
    if largest is None:
        return True
    return _thickness_px(components, place) <= _STROKE_SPREAD * _thickness_px(components, largest)


def _thickness_px(components: Components, place: int) -> float:
    """Diameter of the largest circle within a component; beyond the picture's edge, it is taken to go on."""
    mask = components.labels[components.boxes[place].cells] == place + 1
    return 2 * float(ndimage.distance_transform_edt(mask).max()) - 1


def _is_rim(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component goes from the left edge to the right one, and the digit lies clear of all edges."""
    height, width = components.labels.shape
    if components.boxes[place].width < width:
        return False
    inner = (components.boxes[other] for other in np.flatnonzero(kept) if other != place)
    picture = Box(0, 0, height, width)
    return any(picture.encloses(other) and other.height > _CLEAR_SHARE * height for other in inner)


def _is_side(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component is the upright side of a printed box: thinner than strokes, and higher than digits."""
    box = components.boxes[place]
    others = [other for other in np.flatnonzero(kept).tolist() if other != place]
    if box.width > _SIDE_WIDTH * box.height or not others:
        return False
    largest = max(others, key=lambda other: int(components.areas[other]))
    thinner = components.areas[place] / box.height <= _SIDE_THINNESS * _thickness_px(components, largest)
    return thinner and box.height >= _SIDE_HEIGHT * components.boxes[largest].height


def _is_frame(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component encloses another that is large enough to be the digit."""
    box = components.boxes[place]
    inner = (components.boxes[other] for other in np.flatnonzero(kept))
    return any(box.encloses(other) and other.height > 0.35 * box.height for other in inner)
