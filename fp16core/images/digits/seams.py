"""Candidate cuts through a piece of ink: paths from top to bottom that cross as little ink as possible."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from fp16core.images.levels import Mask

ROWS = 40
"""Height in pixels of the copy that cuts are searched in."""

_REACH_PX = 12
"""Columns by which a path may leave its starting column."""

_STEP_COST, _AWAY_COST = 0.04, 0.003
"""Cost of a step aside, and of each column of distance from the start, in pixels of ink."""

_THINNEST_PX = 3.0
"""Strokes of the copy are made at least this wide."""

_SURVEY_ROWS = 100
"""Height of the copy whose stroke width is measured, at least, if the piece is higher."""

_MOST_CUTS = 60


@dataclass(frozen=True, eq=False)
class Cuts:
    """Candidate cuts of a piece of ink, from left to right, the outer edges among them.

    Attributes
    ----------
    ink : bool, shape (ROWS, w)
        The piece, scaled.
    paths : int, shape (n, ROWS)
        For each candidate the first column, in each row, to the right of it.
    """

    ink: Mask
    paths: npt.NDArray[np.intp] = field(repr=False)

    def between(self, left: int, right: int) -> Mask:
        """Ink between two of the candidates."""
        columns = np.arange(self.ink.shape[1])
        part: Mask = self.ink & (columns >= self.paths[left][:, None]) & (columns < self.paths[right][:, None])
        return part


def scaled_ink(mask: Mask) -> Mask:
    """Scale a piece to `ROWS` rows; strokes that are too thin to survive are widened."""
    mask = _reduced(mask)
    scale = ROWS / mask.shape[0]
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))
    ridge = distance[(distance > 0) & (distance == ndimage.maximum_filter(distance, 3))]
    width = (2 * float(np.median(ridge)) - 1) * scale
    if width < _THINNEST_PX:
        grow = (_THINNEST_PX - width) / 2 / scale
        margin = int(np.ceil(grow))
        mask = ndimage.distance_transform_edt(~np.pad(mask, margin)) <= grow
        scale = ROWS / mask.shape[0]
    size = max(2, round(mask.shape[1] * scale)), ROWS
    scaled = np.asarray(Image.fromarray(mask.astype(np.float32)).resize(size, Image.Resampling.BOX))
    return np.asarray(scaled > 0.5)


def _reduced(mask: Mask) -> Mask:
    """Shrink a large piece by a whole factor; a pixel is ink if any of its pixels was, so that hairlines survive."""
    factor = mask.shape[0] // _SURVEY_ROWS
    if factor < 2:
        return mask
    height, width = (-(-length // factor) for length in mask.shape)
    padded = np.pad(mask, ((0, height * factor - mask.shape[0]), (0, width * factor - mask.shape[1])))
    blocks = padded.reshape(height, factor, width, factor)
    return np.asarray(blocks.max(axis=(1, 3)))


def candidate_cuts(ink: Mask, apart_px: int, straight: bool = True) -> Cuts:
    """Find paths from top to bottom that cross less ink than their neighbours do.

    Parameters
    ----------
    ink : bool, shape (ROWS, w)
        A piece as `scaled_ink` returns it.
    apart_px
        Smallest distance between the middles of two candidates, and to the edges.
    straight
        Whether straight cuts fill the gaps between the paths: along a wall that two digits share, all paths leave for
        the open middle of one of them.
    """
    crossed, paths = _cheapest_paths(ink)
    paths = paths[np.argsort(crossed, kind="stable")]
    if straight:
        paths = np.concatenate([paths, np.repeat(np.arange(ink.shape[1])[:, None], ROWS, axis=1)])
    middles = paths.mean(axis=1)
    chosen: list[int] = []
    for place, middle in enumerate(middles.tolist()):
        apart = all(abs(middle - middles[other]) >= apart_px for other in chosen)
        if apart and apart_px <= middle <= ink.shape[1] - apart_px:
            chosen.append(place)
    chosen = sorted(chosen[:_MOST_CUTS], key=lambda place: float(middles[place]))
    edges = np.zeros((1, ROWS), np.intp), np.full((1, ROWS), ink.shape[1], np.intp)
    return Cuts(ink, np.concatenate([edges[0], paths[chosen], edges[1]]))


def _cheapest_paths(ink: Mask) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.intp]]:
    """Ink crossed by the cheapest path from each column, and its column in each row."""
    rows, width = ink.shape
    span = 2 * _REACH_PX + 1
    wide = np.pad(ink.astype(np.float32), ((0, 0), (_REACH_PX, _REACH_PX)))
    around = np.lib.stride_tricks.sliding_window_view(wide, span, axis=1)
    away = np.abs(np.arange(span) - _REACH_PX).astype(np.float32) * np.float32(_AWAY_COST)
    cost = around[0] + away
    came_from = np.zeros((rows, width, span), np.int8)
    for row in range(1, rows):
        beside = np.pad(cost, ((0, 0), (1, 1)), constant_values=np.inf)
        left, right = beside[:, :-2] + np.float32(_STEP_COST), beside[:, 2:] + np.float32(_STEP_COST)
        best = np.minimum(left, right)
        came_from[row] = np.where(best < cost, np.where(left <= right, -1, 1), 0)
        cost = np.minimum(cost, best) + around[row] + away
    place = cost.argmin(axis=1)
    starts = np.arange(width)
    paths = np.empty((width, rows), np.intp)
    for row in range(rows - 1, -1, -1):
        paths[:, row] = starts + place - _REACH_PX
        place = place + came_from[row, starts, place]
    crossed = ink[np.arange(rows)[None, :], paths.clip(0, width - 1)] & (paths >= 0) & (paths < width)
    return crossed.sum(axis=1).astype(np.float32), paths
