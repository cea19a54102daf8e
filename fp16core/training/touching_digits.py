"""Rows of touching digits, and the pieces that candidate cuts divide them into: what the judge learns from.

Plain NumPy arithmetic: the same seed and images give the same bits.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.images.digits.judge import NO_DIGIT
from fp16core.images.digits.judged import as_judged
from fp16core.images.digits.seams import ROWS, candidate_cuts, scaled_ink
from fp16core.images.levels import Mask
from fp16core.training.distortions import distorted
from fp16core.vocabulary import IMAGE_SIDE

_HEIGHT_PX = 48
"""Height of a digit on average; an MNIST digit has 20 pixels."""

_SPREAD = 0.12
"""Standard deviation of the logarithm of its height."""

_OFFSET = 0.08
"""Standard deviation of its vertical offset, in heights."""

_DIGITS, _DIGITS_SHARES = (1, 2, 3, 4), (0.2, 0.45, 0.25, 0.1)
"""Digits of a row, and the share of each number."""

_BROKEN, _BREAK_LENGTH = 0.15, 0.15
"""Share of the digits whose stroke has a gap, and half its length in heights."""

_APART, _MOST_APART = 0.25, 0.15
"""Share of the neighbours that do not touch, and their largest distance in heights."""

_OVERLAP, _LEAST_STEP = 0.06, 0.15
"""Usual overlap of the others, and the smallest step from one to the next, in heights."""

_WHOLE, _FOREIGN, _OTHER = 0.88, 0.13, 0.35
"""A piece is a digit if it holds more than the first share of one, less than the second share of it is something else,
and it holds less of any other digit than the third."""

_PARTIAL, _MIXED, _SECOND = 0.72, 0.28, 0.6
"""It is none if it holds less of any than the first, is something else by more than the second, or holds more of
another than the third. From pieces in between, nothing is learnt."""

_CUTS_APART_PX = 3
"""Distance between the cuts that make pieces to learn from; closer ones make much the same pieces."""

_MOST_PIECES, _MOST_DIGITS, _LEAST_OTHERS = 28, 4, 3
"""Pieces of a row that are looked at besides the whole; digits, and others at least if there are, that are kept."""

_LEAST_INK_PX, _LOWEST, _WIDEST = 20, 0.45, 1.8
"""Pieces with less ink, lower or wider than these shares of the row's height are never judged."""

Pixels = npt.NDArray[np.uint8]
Sample = tuple[npt.NDArray[np.float32], int]


def samples(images: Pixels, labels: Pixels, seed: int, rows: int) -> Iterator[Sample]:
    """Make pieces of touching digits, each as the judge sees it, with the digit that it is or `NO_DIGIT`.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        MNIST's training images.
    labels : uint8, shape (n,)
    seed
        Seed of everything random.
    rows
        Number of rows of digits.
    """
    random = np.random.default_rng(seed)
    for _ in range(rows):
        count = int(random.choice(_DIGITS, p=_DIGITS_SHARES))
        chosen = random.integers(len(images), size=count)
        glyphs = _row(images[chosen], random)
        if glyphs is not None:
            yield from _pieces(glyphs, labels[chosen], random)


def _row(images: Pixels, random: np.random.Generator) -> npt.NDArray[np.bool_] | None:
    """Ink of each digit of a row, shape (k, h, w); `None` if one of them is too thin to be seen."""
    placed: list[tuple[int, int, Mask]] = []
    left = 0
    for image in distorted(images, random):
        glyph = _glyph(image, _HEIGHT_PX * np.exp(random.normal(0, _SPREAD)), random)
        if glyph is None:
            return None
        top = int(random.normal(0, _OFFSET) * _HEIGHT_PX) + (_HEIGHT_PX - glyph.shape[0]) // 2
        if placed:
            random.normal()  # kept, so that the weights that are shipped can be made again
            gap = random.uniform(0, _MOST_APART) if random.random() < _APART else -abs(random.normal(0, _OVERLAP))
            step = _contact(placed, top, glyph) + int(gap * _HEIGHT_PX + random.integers(0, 2))
            left = max(step, placed[-1][0] + int(_LEAST_STEP * _HEIGHT_PX))
        placed.append((left, top, glyph))
    highest, first = min(top for _, top, _ in placed), min(left for left, _, _ in placed)
    height = max(top + glyph.shape[0] for _, top, glyph in placed) - highest
    width = max(left + glyph.shape[1] for left, _, glyph in placed) - first
    ink = np.zeros((len(placed), height, width), bool)
    for place, (left, top, glyph) in enumerate(placed):
        rows, columns = glyph.shape
        ink[place, top - highest : top - highest + rows, left - first : left - first + columns] = glyph
    return ink


def _glyph(image: npt.NDArray[np.float32], height: float, random: np.random.Generator) -> Mask | None:
    """Ink of one digit, cropped, now and then with a gap in its stroke."""
    scale = height / 20
    side = round(IMAGE_SIDE * scale)
    ink = np.asarray(Image.fromarray(image / 255).resize((side, side), Image.Resampling.BICUBIC)) > 0.5
    if ink.sum() < 12:
        return None
    if random.random() < _BROKEN:
        rows, columns = np.nonzero(ink)
        place = random.integers(len(rows))
        angle = random.uniform(0, np.pi)
        down, right = np.mgrid[:side, :side] - np.array([rows[place], columns[place]])[:, None, None]
        along = right * np.cos(angle) + down * np.sin(angle)
        aside = down * np.cos(angle) - right * np.sin(angle)
        half = random.uniform(0.5, 2.5) * scale / 2
        ink = ink & ~((abs(along) < height * _BREAK_LENGTH) & (abs(aside) < half))
        if not ink.any():
            return None
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _contact(placed: list[tuple[int, int, Mask]], top: int, glyph: Mask) -> int:
    """Leftmost column of a digit at which it just does not overlap with those at its left."""
    furthest: dict[int, int] = {}
    for left, upper, other in placed:
        for row in np.flatnonzero(other.any(axis=1)).tolist():
            last = left + int(np.flatnonzero(other[row])[-1])
            furthest[upper + row] = max(furthest.get(upper + row, last), last)
    steps = [
        furthest[top + row] - int(np.flatnonzero(glyph[row])[0])
        for row in np.flatnonzero(glyph.any(axis=1)).tolist()
        if top + row in furthest
    ]
    return max(steps, default=-(10**6)) + 1


def _pieces(glyphs: npt.NDArray[np.bool_], labels: Pixels, random: np.random.Generator) -> list[Sample]:
    """Some of the pieces between any two candidate cuts."""
    ink = scaled_ink(np.logical_or.reduce(glyphs))
    size = ink.shape[::-1]
    digits = [
        ink & (np.asarray(Image.fromarray(glyph.astype(np.float32)).resize(size, Image.Resampling.BOX)) > 0.25)
        for glyph in glyphs
    ]
    cuts = candidate_cuts(ink, _CUTS_APART_PX, straight=False)
    last = len(cuts.paths) - 1
    spans = [
        (left, right)
        for left in range(last + 1)
        for right in range(left + 1, last + 1)
        if (left, right) != (0, last) or len(glyphs) > 1
    ]
    random.shuffle(spans)
    found: list[Sample] = []
    others: list[Sample] = []
    for left, right in [(0, last), *spans[:_MOST_PIECES]]:
        piece = cuts.between(left, right)
        if piece.sum() < _LEAST_INK_PX:
            continue
        rows, columns = np.flatnonzero(piece.any(axis=1)), np.flatnonzero(piece.any(axis=0))
        if np.ptp(rows) + 1 < _LOWEST * ROWS or np.ptp(columns) > _WIDEST * ROWS:
            continue
        label = _label(piece, digits, labels)
        if label is not None:
            (others if label == NO_DIGIT else found).append((as_judged(piece), label))
    found = found[:_MOST_DIGITS]
    return found + others[: max(_LEAST_OTHERS, len(found))]


def _label(piece: Mask, digits: list[Mask], labels: Pixels) -> int | None:
    """Digit that a piece is, `NO_DIGIT`, or `None` if it is hard to say."""
    held = np.array([(piece & digit).sum() / max(1, digit.sum()) for digit in digits])
    most = int(held.argmax())
    foreign = (piece & ~digits[most]).sum() / piece.sum()
    second = np.delete(held, most).max(initial=0)
    if held[most] > _WHOLE and foreign < _FOREIGN and second < _OTHER:
        return int(labels[most])
    if held[most] < _PARTIAL or foreign > _MIXED or second > _SECOND:
        return NO_DIGIT
    return None
