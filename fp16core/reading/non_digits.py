"""Generated pictures without a digit: letters and signs, scribbles, shapes, crossing lines, lone bars.

They measure how often the dashboard notices that there is no digit to read. Letters that look like a
digit (O, I, S, Z, B, …) are left out.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Random = np.random.Generator

_SIDE = 96
LETTERS = "ACEFHJKMNPRTUVWXYadefhkmnprtuvwxy#%&@?!+=*<>{}~"
"""Letters and signs of the font that no digit looks like."""


def non_digits(count: int, seed: int = 0) -> Iterator[Image.Image]:
    """Draw ``count`` pictures, white on black, of the five kinds in turn; mode L."""
    random = np.random.default_rng(seed)
    for turn in range(count):
        picture = Image.new("L", (_SIDE, _SIDE), 0)
        yield _KINDS[turn % len(_KINDS)](picture, random)


def _letter(picture: Image.Image, random: Random) -> Image.Image:
    font = ImageFont.load_default(float(random.integers(54, 84)))
    letter = LETTERS[random.integers(len(LETTERS))]
    middle = (_SIDE / 2, _SIDE / 2)
    bold = int(random.integers(0, 3))
    ImageDraw.Draw(picture).text(middle, letter, 255, font=font, anchor="mm", stroke_width=bold)
    return picture.rotate(random.uniform(-15, 15), Image.Resampling.BICUBIC)


def _scribble(picture: Image.Image, random: Random) -> Image.Image:
    """A smooth curve of five random waves."""
    time = np.linspace(0, 5, 80)
    waves = np.arange(1, 6)[:, None]
    curve = []
    for _ in range(2):
        heights, phases = random.normal(size=(5, 1)), random.uniform(0, 2 * np.pi, (5, 1))
        along = (heights * np.sin(waves * time + phases) / waves**0.6).sum(axis=0)
        curve.append((along - along.min()) / np.ptp(along) * 66 + 15)
    _line(picture, list(zip(*curve, strict=True)), random)
    return picture


def _shape(picture: Image.Image, random: Random) -> Image.Image:
    """A polygon or a star, outlined or filled."""
    corners = int(random.integers(3, 8))
    step = 2 if corners >= 5 and random.random() < 0.5 else 1
    angles = random.uniform(0, 2 * np.pi) + 2 * np.pi * step / corners * np.arange(corners + 1)
    points = list(zip(48 + 36 * np.cos(angles), 48 + 36 * np.sin(angles), strict=True))
    if random.random() < 0.3:
        ImageDraw.Draw(picture).polygon(points, 255)
    else:
        _line(picture, points, random)
    return picture


def _crossing_lines(picture: Image.Image, random: Random) -> Image.Image:
    for _ in range(random.integers(2, 5)):
        _line(picture, [tuple(random.integers(12, 84, 2).tolist()) for _ in range(2)], random)
    return picture


def _bar(picture: Image.Image, random: Random) -> Image.Image:
    """A straight line, level or at up to 45°: an upright one would be a 1."""
    angle, half = np.radians(random.uniform(-45, 45)), random.uniform(20, 38)
    along = half * np.array([np.cos(angle), np.sin(angle)])
    _line(picture, [(*(_SIDE / 2 - along),), (*(_SIDE / 2 + along),)], random)
    return picture


def _line(picture: Image.Image, points: Sequence[tuple[float, ...]], random: Random) -> None:
    ImageDraw.Draw(picture).line(
        [(x, y) for x, y in points], fill=255, width=int(random.integers(5, 13)), joint="curve"
    )


_KINDS: tuple[Callable[[Image.Image, Random], Image.Image], ...] = (
    _letter,
    _scribble,
    _shape,
    _crossing_lines,
    _bar,
)
