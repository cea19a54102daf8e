"""Rows of several MNIST test digits, written in ink on paper: seven kinds, seeded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.bench.uploads import ink
from fp16core.bench.uploads.ink import Floats, Random

_SEED = 40_000
"""Added to the seed, so that these rows owe nothing to other renderings."""

Digits = Sequence[npt.NDArray[np.uint8]]


@dataclass(frozen=True)
class RenderedRow:
    """One uploaded file that shows several digits.

    Attributes
    ----------
    kind
        Source of difficulty.
    indices
        Indices of the test images it shows, in reading order.
    data
        Contents of the file.
    """

    kind: str
    indices: tuple[int, ...]
    data: bytes = field(repr=False)


def rendered_rows(images: npt.NDArray[np.uint8], count: int, seed: int = 0) -> Iterator[RenderedRow]:
    """Render ``count`` rows of three to six digits, with the kinds taking turns.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        MNIST images.
    count
        Number of files to make.
    seed
        Seed of everything random.
    """
    random = np.random.default_rng(_SEED + seed)
    kinds = list(_KINDS.items())
    for turn in range(count):
        kind, render = kinds[turn % len(kinds)]
        indices = random.choice(len(images), int(random.integers(3, 7)), replace=False).tolist()
        yield RenderedRow(kind, tuple(indices), render([images[index] for index in indices], random))


@dataclass(frozen=True)
class _Hand:
    """Height of the digits in pixels, width of the pen in heights."""

    height_px: float
    pen: float

    def write(self, digit: npt.NDArray[np.uint8], size: float = 1.0) -> Floats:
        return ink.drawn(digit, size * self.height_px, self.pen / size)


def _hand(random: Random) -> _Hand:
    return _Hand(float(np.exp(random.uniform(np.log(45), np.log(130)))), random.uniform(0.05, 0.12))


def _placed(digits: Sequence[Floats], places: Sequence[tuple[float, float]]) -> Floats:
    """Digits with their upper left corners at places, row first, on an array that they fill."""
    corners = np.rint(places).astype(int)
    corners -= corners.min(axis=0)
    shapes = np.array([digit.shape for digit in digits])
    sheet = np.zeros((corners + shapes).max(axis=0), np.float32)
    for (top, left), digit in zip(corners.tolist(), digits, strict=True):
        part = sheet[top : top + digit.shape[0], left : left + digit.shape[1]]
        np.maximum(part, digit, out=part)
    return sheet


def _in_line(
    digits: Sequence[Floats],
    hand: _Hand,
    random: Random,
    gaps: tuple[float, float] = (0.25, 0.6),
    climb: float = 0.0,
    touching: bool = False,
) -> Floats:
    """Digits side by side on one line, their feet level but for a small jitter.

    Parameters
    ----------
    digits, hand, random
        What to place, by whom, and the source of chance.
    gaps
        Range of the space between two boxes, in heights.
    climb
        Rise of the line, in pixels for each pixel to the right.
    touching
        Whether neighbours are pushed together until their ink meets, two of them at least.
    """
    meets = random.permutation(len(digits) - 1) < random.integers(1, len(digits)) if touching else np.zeros(0, bool)
    places: list[tuple[float, float]] = []
    left = 0.0
    for number, digit in enumerate(digits):
        top = random.normal(0, 0.03) * hand.height_px - digit.shape[0]
        if number and touching and meets[number - 1]:
            before, (above, start) = digits[number - 1], places[-1]
            left = start + _meeting(before, digit, round(top - above)) - random.uniform(0, 0.05) * hand.height_px
        places.append((top, left))
        left += digit.shape[1] + random.uniform(*gaps) * hand.height_px
    return _placed(digits, [(top - climb * left, left) for top, left in places])


def _meeting(before: Floats, after: Floats, lower: int) -> float:
    """Distance to the right at which the second digit's ink meets that of the first."""
    reach = [
        np.flatnonzero(before[row + lower] > 0.5)[-1] - np.flatnonzero(after[row] > 0.5)[0]
        for row in range(max(0, -lower), min(after.shape[0], before.shape[0] - lower))
        if before[row + lower].max() > 0.5 and after[row].max() > 0.5
    ]
    return float(max(reach, default=before.shape[1]))


def _photographed(row: Floats, hand: _Hand, random: Random) -> bytes:
    return ink.photographed(ink.on_sheet(row, random.uniform(0.2, 0.7, 4) * hand.height_px), random)


def _spaced(digits: Digits, random: Random) -> bytes:
    hand = _hand(random)
    return _photographed(_in_line([hand.write(digit) for digit in digits], hand, random), hand, random)


def _close(digits: Digits, random: Random) -> bytes:
    """Boxes that keep less than a pen's width apart."""
    hand = _hand(random)
    row = _in_line([hand.write(digit) for digit in digits], hand, random, (0.05, 0.12))
    return _photographed(row, hand, random)


def _touching(digits: Digits, random: Random) -> bytes:
    hand = _hand(random)
    row = _in_line([hand.write(digit) for digit in digits], hand, random, (0.08, 0.3), touching=True)
    return _photographed(row, hand, random)


def _slanted(digits: Digits, random: Random) -> bytes:
    """A line that climbs or falls, or a picture that was held at an angle."""
    hand, degrees = _hand(random), random.choice([-1, 1]) * random.uniform(6, 15)
    written = [hand.write(digit) for digit in digits]
    if random.random() < 0.5:
        row = _in_line(written, hand, random, (0.15, 0.5), climb=float(np.tan(np.radians(degrees))))
    else:
        row = ink.tightened(ink.turned(_in_line(written, hand, random, (0.15, 0.5)), degrees))
    return _photographed(row, hand, random)


def _two_rows(digits: Digits, random: Random) -> bytes:
    hand, first = _hand(random), (len(digits) + 1) // 2
    upper, lower = (
        _in_line([hand.write(digit) for digit in part], hand, random, (0.2, 0.5))
        for part in (digits[:first], digits[first:])
    )
    below = upper.shape[0] + random.uniform(0.25, 0.8) * hand.height_px
    both = _placed([upper, lower], [(0, 0), (below, random.uniform(-0.3, 0.3) * hand.height_px)])
    return _photographed(both, hand, random)


def _different_heights(digits: Digits, random: Random) -> bytes:
    hand = _hand(random)
    sizes = random.uniform(0.5, 1, len(digits))
    written = [hand.write(digit, size) for digit, size in zip(digits, sizes / sizes.max(), strict=True)]
    return _photographed(_in_line(written, hand, random, (0.15, 0.5)), hand, random)


def _over_a_rule(digits: Digits, random: Random) -> bytes:
    """One printed line from edge to edge, under the digits' feet or through them."""
    hand = _hand(random)
    row = _in_line([hand.write(digit) for digit in digits], hand, random, (0.15, 0.5))
    margins = random.uniform(0.3, 0.7, 4) * hand.height_px
    sheet = ink.on_sheet(row, margins)
    across = margins[0] + row.shape[0] * random.uniform(0.75, 1.05)
    tilt = np.tan(np.radians(random.uniform(-2, 2)))
    columns = np.arange(sheet.shape[1], dtype=np.float32) - sheet.shape[1] / 2
    rows = np.arange(sheet.shape[0], dtype=np.float32)
    thickness = max(1.0, random.uniform(0.012, 0.03) * hand.height_px)
    distance = np.abs(rows[:, None] - across - tilt * columns[None, :])
    rule = np.clip(thickness / 2 - distance + 0.5, 0, 1) * np.float32(random.uniform(0.35, 0.95))
    return ink.photographed(np.maximum(sheet, rule.astype(np.float32)), random)


_KINDS: dict[str, Callable[[Digits, Random], bytes]] = {
    "spaced": _spaced,
    "close": _close,
    "touching": _touching,
    "slanted": _slanted,
    "two rows": _two_rows,
    "different heights": _different_heights,
    "over a printed rule": _over_a_rule,
}

ROW_KINDS = tuple(_KINDS)
"""The kinds, in the order in which they take turns."""
