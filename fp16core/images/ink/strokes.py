"""Strength of strokes: each is judged by its own, so that a pale part of a digit is ink, too."""

from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from scipy import ndimage

from fp16core.images.levels import EIGHT_NEIGHBOURS, Levels, Mask, resized

_SIDE_PX = 256
"""Longer side of the picture in which strokes are looked for."""

_WIDTHS_PX = (2, 4, 8, 16)
"""Distances at which the paper on both sides of a stroke is looked for."""

_REACH_PX = 3
"""Distance from the middle of a stroke to which its strength counts."""

_THINNEST_SHARE = 0.4
"""Width of a pale stroke, as a share of the usual width, below which it is a line."""

_PALE, _NOT_PALE = 0.6, 0.8
"""Strength below which a stroke is enhanced in full, and from which it is not at all."""

_LENGTH_SHARE = 0.3
"""Length of a separate pale stroke, as a share of the longest stroke's, below which it is no stroke."""


@dataclass(frozen=True, eq=False)
class EvenedInk:
    """Ink in which pale strokes are as strong as the others.

    Attributes
    ----------
    ink : float32, shape (h, w)
        The ink, its pale strokes enhanced.
    palest
        Level of the palest strokes in the ink as it was; that of the strongest if there are no pale ones.
    """

    ink: Levels = field(repr=False)
    palest: float


def evened(ink: Levels, strongest: float, least: float) -> EvenedInk:
    """Enhance pale strokes to the level of the strongest ones.

    A stroke has less than half of its own level on both sides, and is nowhere much stronger between them;
    so neither the soft edge of a strong stroke nor the paper between two strokes passes for one.

    Parameters
    ----------
    ink : float32, shape (h, w)
        Ink (1) on paper (0).
    strongest
        Level of the strongest strokes.
    least
        Level below which nothing is a stroke.
    """
    coarse = ink if max(ink.shape) <= _SIDE_PX else resized(ink, _SIDE_PX, Image.Resampling.BOX)
    coarse = coarse / np.float32(strongest)
    least /= strongest
    strong = coarse > 0.5
    edge_px = 2 + max(coarse.shape) // 100
    around = ndimage.maximum_filter(strong.view(np.uint8), 2 * edge_px + 1).view(bool)
    if least >= 0.5 or not ((coarse > least) & ~around).any():
        return EvenedInk(ink, strongest)
    middles = _middles(coarse, least)
    middles &= strong | _pale_pieces(middles & ~strong, middles & ~around, _width_px(middles & strong))
    middles = _long_enough(middles, strong)
    own = np.where(middles, coarse, np.float32(0))
    nearby = ndimage.maximum_filter(own, 2 * _REACH_PX + 1)
    # Where a pale stroke meets a strong one, it is still judged by itself.
    strength = np.where(middles, np.minimum(nearby, 1.5 * coarse), nearby)
    strength = np.where(strength > _PALE, 1 + (strength - _NOT_PALE) * 2, strength)
    is_pale = (strength > 0) & (strength < 1)
    if not is_pale.any():
        return EvenedInk(ink, strongest)
    gain = np.ones_like(coarse)
    gain[is_pale] = 1 / strength[is_pale]
    fine = np.asarray(Image.fromarray(gain).resize(ink.shape[::-1], Image.Resampling.BILINEAR))
    return EvenedInk(np.clip(ink * fine, 0, 1), float(own[middles].min()) * strongest)


def _middles(coarse: Levels, least: float) -> Mask:
    """Pixels that lie in the middle of a stroke, whatever its strength."""
    margin = max(_WIDTHS_PX)
    wide = np.pad(coarse, margin, mode="edge")
    height, width = coarse.shape

    def beside(rows: int, columns: int) -> Levels:
        """Stronger of the two levels at a distance, on either side."""
        there, back = (wide[margin + sign * rows :, margin + sign * columns :][:height, :width] for sign in (1, -1))
        return np.maximum(there, back)

    found = np.zeros(coarse.shape, bool)
    half, limit = coarse * np.float32(0.5), coarse * np.float32(1.2)
    for rows, columns in ((0, 1), (1, 0), (0.7, 0.7), (0.7, -0.7)):
        within = beside(round(rows), round(columns))
        for distance in _WIDTHS_PX:
            level = beside(round(rows * distance), round(columns * distance))
            found |= (level < half) & (within <= limit)
            within = np.maximum(within, level)
    return found & (coarse > least)


def _pale_pieces(weak: Mask, apart: Mask, usual_width_px: float) -> Mask:
    """Weak pieces that reach beyond the edges of strong strokes, without printed lines.

    Lines run out of the picture, or are much thinner than strokes.
    """
    labels, count = ndimage.label(weak, EIGHT_NEIGHBOURS)
    areas = np.bincount(labels[apart], minlength=count + 1)
    inner = np.bincount(labels[_inside(apart)], minlength=count + 1)
    kept: Mask = 2 * areas > _THINNEST_SHARE * usual_width_px * (areas - inner)
    for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        kept[side] = False
    kept[0] = False
    pale: Mask = kept[labels]
    return pale


def _width_px(strokes: Mask) -> float:
    """Mean width of strokes: twice their area for each pixel of their edges."""
    area, inner = int(np.count_nonzero(strokes)), int(np.count_nonzero(_inside(strokes)))
    return 2 * area / max(1, area - inner)


def _inside(mask: Mask) -> Mask:
    return np.asarray(ndimage.minimum_filter(mask.view(np.uint8), 3).view(bool))


def _long_enough(middles: Mask, strong: Mask) -> Mask:
    """Those that are strong somewhere, or nearly as long as strokes that are."""
    labels, count = ndimage.label(middles, EIGHT_NEIGHBOURS)
    if count == 0:
        return middles
    lengths = np.array([0] + [max(side.stop - side.start for side in box) for box in ndimage.find_objects(labels)])
    is_strong = np.bincount(labels[strong], minlength=count + 1) > 0
    is_strong[0] = False
    kept = is_strong | (lengths >= _LENGTH_SHARE * lengths[is_strong].max(initial=1))
    kept[0] = False
    long: Mask = kept[labels]
    return long
