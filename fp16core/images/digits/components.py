"""Connected components of ink, filtered by shape and size."""

import functools
from collections.abc import Callable, Sequence
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

_ENCLOSED_SHARE = 0.35
"""Smallest height, as a share of a frame's, of a digit within it."""

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

    @functools.cached_property
    def bounds(self) -> npt.NDArray[np.int64]:
        """Top, left, bottom and right of each bounding box, shape (k, 4)."""
        return np.array([(box.top, box.left, box.bottom, box.right) for box in self.boxes], np.int64).reshape(-1, 4)

    def largest_other(self, place: int, kept: npt.NDArray[np.bool_]) -> int | None:
        """Index of the largest of the kept components that is not this one; `None` if there is no other."""
        areas = np.where(kept, self.areas, -1)
        areas[place] = -1
        largest = int(areas.argmax())
        return largest if areas[largest] >= 0 else None

    def thickness_px(self, place: int) -> float:
        """Diameter of the largest circle within a component; beyond the picture's edge, it is taken to go on."""
        if place not in self._thicknesses_px:
            mask = self.labels[self.boxes[place].cells] == place + 1
            self._thicknesses_px[place] = 2 * float(ndimage.distance_transform_edt(mask).max()) - 1
        return self._thicknesses_px[place]

    @functools.cached_property
    def _thicknesses_px(self) -> dict[int, float]:
        return {}

    def box(self, group: Sequence[int]) -> Box:
        """Smallest rectangle around some components, given their indices."""
        return Box.around(self.boxes[place] for place in group)

    def crop(self, group: Sequence[int]) -> Mask:
        """Pixels of some components, cropped to them."""
        return np.isin(self.labels[self.box(group).cells], np.add(group, 1))

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
    frames = _frames(components, kept)
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
    largest = components.largest_other(place, kept)
    return largest is None or components.thickness_px(place) <= _STROKE_SPREAD * components.thickness_px(largest)


def _is_rim(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component goes from the left edge to the right one, and the digit lies clear of all edges."""
    height, width = components.labels.shape
    if components.boxes[place].width < width:
        return False
    top, left, bottom, right = components.bounds[kept].T
    clear = (top > 0) & (left > 0) & (bottom < height) & (right < width)
    return bool((clear & (bottom - top > _CLEAR_SHARE * height)).any())


def _is_side(components: Components, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Return whether a component is the upright side of a printed box: thinner than strokes, and higher than digits."""
    box = components.boxes[place]
    if box.width > _SIDE_WIDTH * box.height or (largest := components.largest_other(place, kept)) is None:
        return False
    thinner = components.areas[place] / box.height <= _SIDE_THINNESS * components.thickness_px(largest)
    return thinner and box.height >= _SIDE_HEIGHT * components.boxes[largest].height


def _frames(components: Components, kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark those of the kept components that enclose another which is large enough to be the digit."""
    found = np.zeros_like(kept)
    places = np.flatnonzero(kept)
    places = places[np.argsort(components.bounds[places, 0], kind="stable")]
    top, left, bottom, right = components.bounds[places].T
    height = bottom - top
    # There may be thousands: each is compared only with those that begin within its height.
    first, last = np.searchsorted(top, top, "right"), np.searchsorted(top, bottom)
    for number in np.flatnonzero((last > first) & (height > height.min(initial=0) + 1)).tolist():
        within = slice(first[number], last[number])
        enclosed = (bottom[within] < bottom[number]) & (left[within] > left[number]) & (right[within] < right[number])
        found[places[number]] = (enclosed & (height[within] > _ENCLOSED_SHARE * height[number])).any()
    return found
