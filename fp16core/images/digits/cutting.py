"""Division of a piece of ink into the digits that touch in it."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fp16core.images.box import Box
from fp16core.images.digits.judge import NO_DIGIT, log_probabilities
from fp16core.images.digits.judged import as_judged
from fp16core.images.digits.seams import ROWS, Cuts, candidate_cuts, scaled_ink
from fp16core.images.levels import Mask

_CUTS_APART_PX = 2
"""Distance between the cuts that are tried, in the scaled copy; the price of trying grows with its square."""

_NARROWEST, _WIDEST = 0.08, 1.5
"""Widths of a part, as shares of the piece's height."""

_LOWEST = 0.45
"""Smallest height of a part, as a share of the piece's."""

_WIDEST_DIGIT = 2.1
"""Width of a piece, as a share of its height, from which it is never one digit; MNIST's widest has 2."""

_LONGEST = 40.0
"""The same, from which it is a line and no row of digits."""

_BAR = 0.6
"""Width of the widest stroke, as a share of the piece's height, from which a piece is a bar: digits are written with
finer strokes."""

_SURE = math.log(0.5)
"""Log probability above which a piece is one digit, without any search."""

_PLAUSIBLE = math.log(0.5)
"""Log probability that parts must exceed on average; a letter or a scribble has none that do."""

_CUT_LEAD, _CUT_COST = 1.0, 0.2
"""Lead in log probability that parts must have over the whole, as most pieces are one digit, and the price of each
part but one."""

_SHARED_PX, _SHARED_COST = 8, 0.3
"""Widest stroke of the scaled copy that two neighbours may share, and its price."""

_SLIM_COST, _SLIM = 2.5, 1.5
"""The same for each height by which the piece is slimmer than so many: a slim piece is rarely two digits."""


def digit_parts(mask: Mask) -> list[Mask] | None:
    """Divide a piece of ink into digits from left to right, each with the shape of the piece; `None` for one digit.

    Neighbours share a stroke that both need, such as the wall between two zeros.

    Parameters
    ----------
    mask : bool, shape (h, w)
        The piece, cropped to its ink.
    """
    if mask.shape[1] > _LONGEST * mask.shape[0]:
        return None
    ink = scaled_ink(mask)
    aspect = ink.shape[1] / ink.shape[0]
    whole = _looks(as_judged(ink)[None])[0] if aspect < _WIDEST_DIGIT else -np.inf
    if whole > _SURE or _is_bar(mask):
        return None
    cuts = candidate_cuts(ink, _CUTS_APART_PX)
    rows = (np.arange(mask.shape[0]) * ROWS / mask.shape[0]).astype(np.intp)
    columns = (np.arange(mask.shape[1]) + 0.5) * ink.shape[1] / mask.shape[1]
    beyond = [columns >= path[rows][:, None] for path in cuts.paths]
    parts = [
        mask & beyond[left] & ~beyond[right]
        for left, right in _best_parts(cuts, whole + _CUT_LEAD + _SLIM_COST * max(0.0, _SLIM - aspect))
    ]
    parts = [part for part in parts if part.any()]
    return parts if len(parts) > 1 else None


def _is_bar(mask: Mask) -> bool:
    """Return whether a piece is nearly as high as its widest stroke."""
    widest_px = 2 * float(ndimage.distance_transform_edt(np.pad(mask, 1)).max()) - 1
    return bool(widest_px > _BAR * mask.shape[0])


def look(masks: Sequence[Mask]) -> list[float]:
    """Return for each piece of ink how much it looks like one digit: the log probability of the likeliest.

    Parameters
    ----------
    masks : list of bool, shape (h, w)
        The pieces, each cropped to its ink.
    """
    return [log_probability for _, log_probability in likeliest(masks)]


def likeliest(masks: Sequence[Mask]) -> list[tuple[int, float]]:
    """Return for each piece of ink, cropped to it, the digit that it most looks like, and its log probability."""
    found = log_probabilities(np.stack([as_judged(scaled_ink(mask)) for mask in masks]))[:, :NO_DIGIT]
    return list(zip(found.argmax(axis=1).tolist(), found.max(axis=1).tolist(), strict=True))


def _looks(images: npt.NDArray[np.float32]) -> list[float]:
    best: list[float] = log_probabilities(images)[:, :NO_DIGIT].max(axis=1).tolist()
    return best


def _best_parts(cuts: Cuts, least: float) -> list[tuple[int, int]]:
    """Candidates on either side of the parts that look most like digits; none if they do less than ``least``."""
    last = len(cuts.paths) - 1
    middles = cuts.paths.mean(axis=1)
    pieces = {
        (left, right): piece
        for right in range(last + 1)
        for left in range(right)
        if right - left < last
        and middles[right] - middles[left] <= 2 * _WIDEST * ROWS
        and _may_be_digit(piece := cuts.between(left, right))
    }
    if not pieces:
        return []
    looks = _looks(np.stack([as_judged(piece) for piece in pieces.values()]))
    best = [0.0] + [-math.inf] * last
    starts = [0] * (last + 1)
    before = [0] * (last + 1)
    for (left, right), look in zip(pieces, looks, strict=True):
        totals = {left: best[left]}
        for end in range(left + 1, right):
            if starts[end] < left and 0 < middles[end] - middles[left] <= _SHARED_PX:
                totals[end] = best[end] - _SHARED_COST
        end = max(totals, key=lambda end: totals[end])
        total = totals[end] + look - (_CUT_COST if right < last else 0)
        if total > best[right]:
            best[right], starts[right], before[right] = total, left, end
    if best[last] <= least:
        return []
    parts = []
    place = last
    while place > 0:
        parts.append((starts[place], place))
        place = before[place]
    return parts[::-1] if best[last] > _PLAUSIBLE * len(parts) else []


def _may_be_digit(piece: Mask) -> bool:
    """Return whether the ink between two candidates has the size of a digit."""
    if not piece.any():
        return False
    box = Box.of_ink(piece)
    return box.height >= _LOWEST * ROWS and _NARROWEST * ROWS <= box.width <= _WIDEST * ROWS
