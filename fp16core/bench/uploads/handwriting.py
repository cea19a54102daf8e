"""Digits as people write them: strokes in a row, and the pens they are written with."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

Floats = NDArray[np.float32]
Points = NDArray[np.float64]

# Control points "x,y" in hundredths of the digit's height, y downwards. ";" lifts the pen, "|" is a sharp corner.
_TEMPLATES = """\
0: 44,5 30,0 8,20 1,56 11,90 31,100 54,88 63,52 56,16 38,2 27,7
0: 32,0 12,13 2,48 13,88 33,100 53,87 62,46 52,11 34,0 26,3
0: 50,13 38,1 18,6 3,38 8,82 30,100 54,84 60,44 48,10 35,5
1: 24,0 20,100
1: 0,28 14,15 24,0 | 21,100
1: 0,44 15,26 30,0 | 26,100
1: 2,22 14,14 24,0 | 22,100; 4,100 42,98
2: 3,24 13,5 32,0 50,12 48,38 28,70 2,98 | 30,96 62,97
2: 5,22 16,4 36,0 51,13 48,38 32,68 14,90 3,95 3,84 16,83 34,95 48,99 63,90
2: 2,14 20,1 42,3 52,18 44,42 24,72 0,99 | 58,95
2: 4,20 20,2 42,4 50,24 36,60 6,97 | 20,90 40,97 62,94
3: 5,13 24,0 46,7 47,28 20,46 | 46,54 57,74 42,96 18,100 0,88
3: 4,14 24,0 46,9 42,34 22,46 17,51 26,51 50,61 54,82 32,100 2,91
3: 3,3 52,1 | 23,40 | 47,48 57,70 44,94 20,100 0,89
4: 16,0 8,34 1,60 | 30,60 62,57; 47,14 43,100
4: 12,2 9,30 6,52 | 30,55 52,53; 50,4 47,50 45,100
4: 46,100 49,0 | 0,66 | 66,64
4: 32,0 0,66 | 60,62; 42,38 35,100
5: 10,3 6,43 | 28,37 52,48 55,76 35,98 2,93; 10,4 54,1
5: 55,1 13,2 | 7,44 | 30,38 53,50 54,78 32,99 0,91
5: 56,3 34,2 14,5 | 8,30 10,43 32,42 54,58 50,88 24,100 0,90
6: 46,0 22,18 5,52 5,84 28,100 51,87 52,64 34,52 14,62 6,76
6: 38,0 16,33 2,70 18,98 44,93 53,71 37,56 15,66 6,82
6: 54,7 40,0 20,12 5,48 6,84 27,100 50,89 53,66 36,53 16,60 8,74
7: 0,3 56,1 | 36,46 20,100
7: 0,5 58,2 | 40,42 22,100; 12,51 54,46
7: 1,16 3,3 | 56,2 | 35,48 25,100; 14,53 50,49
7: 0,11 11,2 30,7 58,1 | 36,50 23,100; 15,54 52,50
8: 48,12 32,0 10,8 9,28 29,46 50,64 51,88 29,100 6,90 6,68 27,47 46,30 49,13 42,5
8: 30,0 12,9 12,35 30,45 47,35 47,9 30,0 23,3; 29,45 8,57 6,87 29,100 53,87 52,57 30,45 22,48
8: 53,12 36,0 14,8 14,31 34,46 53,66 46,93 25,100 6,86 12,62 34,43 51,24 53,9
9: 51,16 34,0 10,8 3,33 17,51 38,43 51,16 | 48,100
9: 51,16 34,0 9,8 3,34 19,51 41,42 53,12 | 55,52 43,90 20,100 2,91
9: 48,10 28,0 7,13 4,38 22,51 42,38 50,9 | 45,56 28,100
"""


# Colour, least opacity, and how far the paper's texture keeps the ink off it.
_PENS = (
    ((0.14, 0.22, 0.58), 0.80, 0.12),  # blue ballpoint
    ((0.13, 0.13, 0.15), 0.82, 0.08),  # black fineliner
    ((0.27, 0.27, 0.29), 0.75, 0.40),  # pencil
)


@dataclass(frozen=True)
class Pen:
    """A pen and its ink, opacity and grain from 0 to 1."""

    colour: Floats
    width: float  # in digit heights
    opacity: float
    grain: float


def choose_pen(random: np.random.Generator) -> Pen:
    """A ballpoint, a fineliner or a pencil."""
    colour, opacity, grain = _PENS[random.choice(len(_PENS), p=[0.45, 0.35, 0.2])]
    shade = np.array(colour, np.float32) * np.float32(random.uniform(0.75, 1.2))
    return Pen(shade, random.uniform(0.03, 0.07), random.uniform(opacity, 1), grain)


def row_of_strokes(digits: str, pen: Pen, random: np.random.Generator) -> list[Points]:
    """Strokes of a whole row about its centre, one unit high except for the jitter."""
    slant = np.tan(np.radians(random.uniform(-10, 10)))
    aspect = random.uniform(0.85, 1.2)
    gap = random.uniform(0.1, 0.35)
    strokes: list[Points] = []
    right = 0.0
    for digit in digits:
        written = list(_digit(digit, slant, aspect, random))
        left = min(stroke[:, 0].min() for stroke in written)
        # Bounding boxes keep clear of each other by more than the pen's width, so no two digits touch.
        start = right + pen.width * 1.3 + gap * random.uniform(0.8, 1.4)
        offset = np.array([start - left, random.normal(0, 0.03)])
        strokes += [stroke + offset for stroke in written]
        right = start + max(stroke[:, 0].max() for stroke in written) - left
    everything = np.concatenate(strokes)
    centre = (everything.min(axis=0) + everything.max(axis=0)) / 2
    return [stroke - centre for stroke in strokes]


def _digit(digit: str, slant: float, aspect: float, random: np.random.Generator) -> Iterator[Points]:
    """Strokes of one digit in one hand, its foot near y = 0.5."""
    template = random.choice([line[2:] for line in _TEMPLATES.splitlines() if line[0] == digit])
    slant += np.tan(np.radians(random.uniform(-2, 2)))
    shape = np.array([[aspect * random.uniform(0.93, 1.07), 0], [-slant, 1]]) * random.uniform(0.94, 1.06)
    # A field, not independent jitter, moves points that meet together: loops stay closed and bars attached.
    waves = random.normal(0, 2.2, (2, 2))
    phases = random.uniform(0, 2 * np.pi, 2)
    for stroke in template.split(";"):
        pieces: list[Points] = []
        for piece in stroke.split("|"):
            points = np.array([[float(value) for value in pair.split(",")] for pair in piece.split()]) / 100
            points += 0.022 * np.sin(points @ waves * 2 + phases) + random.normal(0, 0.01, points.shape)
            if pieces:
                points = np.concatenate([pieces[-1][-1:], points])
            pieces.append(_smooth(points, random))
        curve: Points = np.concatenate(pieces)
        yield (curve - [0, 0.5]) @ shape


def _smooth(points: Points, random: np.random.Generator) -> Points:
    """Curve through `points`; two of them are joined by a line as straight as a hand draws it."""
    if len(points) == 2:
        along = points[1] - points[0]
        middle = points.mean(axis=0) + np.array([-along[1], along[0]]) * random.normal(0, 0.018)
        points = np.array([points[0], middle, points[1]])
    # The square root of the chord is what keeps a spline from looping where points lie close together.
    position = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1) ** 0.5)])
    return np.asarray(CubicSpline(position, points)(np.linspace(0, position[-1], 30 * len(points))))
