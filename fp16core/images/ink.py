"""Which pixels are ink, and which of them belong to which digit."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fp16core.images.box import Box
from fp16core.images.paper import EIGHT_NEIGHBOURS, Mask
from fp16core.text import count_text

_LINE_SHARE = 0.02
"""Mean thickness of a lone printed line at most, as a share of the picture's longer side."""

_SPECK_SHARE = 0.02
"""Share of the largest piece's area below which a piece of ink is a speck."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Connected pieces of ink.

    Attributes
    ----------
    labels : int32, shape (h, w)
        0 for paper, k for the piece k.
    boxes
        Box of the piece k at place k − 1.
    areas : int64, shape (k,)
        Pixels of each piece.
    """

    labels: npt.NDArray[np.int32]
    boxes: tuple[Box, ...]
    areas: npt.NDArray[np.int64]

    def mask(self, kept: npt.NDArray[np.bool_]) -> Mask:
        """Pixels of the pieces kept, a bool for each piece."""
        return np.concatenate([[False], kept])[self.labels]


def pieces_of(mask: Mask) -> Pieces:
    """The connected pieces of ink, diagonal neighbours included."""
    labels, count = ndimage.label(mask, EIGHT_NEIGHBOURS)
    boxes = tuple(
        Box(rows.start, columns.start, rows.stop, columns.stop) for rows, columns in ndimage.find_objects(labels)
    )
    return Pieces(labels.astype(np.int32, copy=False), boxes, np.bincount(labels.ravel(), minlength=count + 1)[1:])


def worth_keeping(pieces: Pieces, least_area_px: float) -> tuple[npt.NDArray[np.bool_], str]:
    """Which pieces may be a digit's: not specks, not the picture's edge, not a frame around the rest.

    Parameters
    ----------
    pieces
        All pieces of ink.
    least_area_px
        Pixels below which a piece is a speck, however small the others are.

    Returns
    -------
    kept : bool, shape (k,)
    decision
        What was dropped, in words.
    """
    dropped: list[str] = []
    tiny = pieces.areas < least_area_px
    kept = ~tiny
    rims = _those(kept, lambda place: _lies_along_edge(pieces, place))
    kept &= ~rims
    across = _those(kept, lambda place: _crosses_picture(pieces, place))
    kept &= ~across
    edges = _those(kept, lambda place: _covers_edge(pieces, place))
    if edges.sum() < kept.sum():
        kept &= ~edges
        rims |= edges
    if rims.any():
        dropped.append(count_text(int(rims.sum()), "mark") + " along the picture's edge")
    if across.any():
        dropped.append(count_text(int(across.sum()), "line") + " across the picture")
    frames = _those(kept, lambda place: _is_frame(pieces, place, kept))
    if frames.any():
        kept &= ~frames
        dropped.append("a frame around the ink")
    small = kept & (pieces.areas < _SPECK_SHARE * pieces.areas[kept].max(initial=0))
    kept &= ~small
    if (specks := int(tiny.sum() + small.sum())) > 0:
        dropped.append(count_text(specks, "speck"))
    return kept, "dropped " + " and ".join(dropped) if dropped else "nothing to drop"


def _those(kept: npt.NDArray[np.bool_], test: Callable[[int], bool]) -> npt.NDArray[np.bool_]:
    """Of the pieces kept, those that a test is true of."""
    found = np.zeros_like(kept)
    for place in np.flatnonzero(kept).tolist():
        found[place] = test(place)
    return found


def digits_in_order(pieces: Pieces, kept: npt.NDArray[np.bool_]) -> tuple[list[list[int]], str]:
    """Group pieces into digits, in reading order: rows from top to bottom, in each from left to right.

    In a row, pieces that share columns belong to one digit, and what is much lower than the tallest
    is left out. There are several rows only if one of them has several digits: a single digit may
    have pieces above each other.

    Returns
    -------
    groups
        For each digit, the places of its pieces.
    decision
        What was found, in words.
    """
    everything = np.flatnonzero(kept).tolist()
    rows = _rows(pieces, everything)
    found = [_digits_of_row(pieces, row) for row in rows]
    if len(rows) > 1 and max(len(row) for row in found) == 1:
        rows, found = [everything], [_digits_of_row(pieces, everything)]
    groups = [group for row in found for group in row]
    in_rows = "a row" if len(rows) == 1 else f"{len(rows)} rows"
    words = "one digit" if len(groups) == 1 else f"{len(groups)} digits in {in_rows}"
    if (left_out := len(everything) - sum(map(len, groups))) > 0:
        words += f"; {count_text(left_out, 'small mark')} left out"
    return groups, words


def _rows(pieces: Pieces, places: list[int]) -> list[list[int]]:
    """Pieces by the horizontal bands that they fill, if the bands are of comparable height."""
    rows: list[list[int]] = []
    bands: list[Box] = []
    for place in sorted(places, key=lambda place: pieces.boxes[place].top):
        box = pieces.boxes[place]
        if bands and box.top < bands[-1].bottom:
            rows[-1].append(place)
            bands[-1] = bands[-1].joined(box)
        else:
            rows.append([place])
            bands.append(box)
    tallest = max(band.height for band in bands)
    if any(band.height < 0.5 * tallest for band in bands):
        return [places]
    return rows


def _digits_of_row(pieces: Pieces, places: list[int]) -> list[list[int]]:
    groups: list[list[int]] = []
    boxes: list[Box] = []
    for place in sorted(places, key=lambda place: pieces.boxes[place].left):
        box = pieces.boxes[place]
        if groups and _one_digit(boxes[-1], box):
            groups[-1].append(place)
            boxes[-1] = boxes[-1].joined(box)
        else:
            groups.append([place])
            boxes.append(box)
    tallest = max(box.height for box in boxes)
    return [group for group, box in zip(groups, boxes, strict=True) if box.height >= 0.4 * tallest]


def _one_digit(left: Box, right: Box) -> bool:
    shared = min(left.right, right.right) - right.left
    return shared > 0.25 * min(left.width, right.width)


def _lies_along_edge(pieces: Pieces, place: int) -> bool:
    """Whether a piece is a thin strip along the picture's edge: the rest of a line, or of a shadow."""
    box = pieces.boxes[place]
    height, width = pieces.labels.shape
    thin = 0.03 * max(height, width)
    if (box.top == 0 or box.bottom == height) and box.height <= thin and box.width > 2 * box.height:
        return True
    return (box.left == 0 or box.right == width) and box.width <= thin and box.height > 2 * box.width


def _crosses_picture(pieces: Pieces, place: int) -> bool:
    """Whether a piece is a thin line from one side of the picture to the opposite one, as a margin is."""
    box = pieces.boxes[place]
    height, width = pieces.labels.shape
    crosses = box.height == height or box.width == width
    return crosses and bool(pieces.areas[place] <= _LINE_SHARE * max(height, width) * max(box.height, box.width))


def _covers_edge(pieces: Pieces, place: int) -> bool:
    """Whether a piece covers much of one of the picture's sides: a table, a hand, a deep shadow."""
    box = pieces.boxes[place]
    height, width = pieces.labels.shape
    sides = [
        (box.top == 0, pieces.labels[0], width),
        (box.bottom == height, pieces.labels[-1], width),
        (box.left == 0, pieces.labels[:, 0], height),
        (box.right == width, pieces.labels[:, -1], height),
    ]
    return any(touches and (edge == place + 1).sum() > 0.3 * length for touches, edge, length in sides)


def _is_frame(pieces: Pieces, place: int, kept: npt.NDArray[np.bool_]) -> bool:
    """Whether a piece goes around another that is large enough to be the digit."""
    box = pieces.boxes[place]
    inner = (pieces.boxes[other] for other in np.flatnonzero(kept))
    return any(box.encloses(other) and other.height > 0.35 * box.height for other in inner)
