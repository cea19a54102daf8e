"""Synthetic phone photographs of digits handwritten with a pen on paper.

Nothing here knows how such a picture is read: shapes, paper, pen and camera follow what real notes
look like, so that a reader can be measured on pictures that were not made for it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter

Floats = NDArray[np.float32]
Points = NDArray[np.float64]

PAPERS = ("blank", "ruled", "squared")

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
class _Pen:
    colour: Floats
    width: float  # in digit heights
    opacity: float
    grain: float


@dataclass(frozen=True)
class _View:
    matrix: Points  # perspective from the row's own units to pixels
    size: tuple[int, int]
    digit_height: float  # in pixels
    row_width: float  # in the row's own units

    @property
    def scale(self) -> float:
        """Size of the picture's details against those in a picture of 1600 by 1200."""
        return min(self.size) / 1200

    def project(self, points: Points) -> Points:
        mapped = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        return np.asarray(mapped[:, :2] / mapped[:, 2:])

    def paper_coordinates(self) -> tuple[Floats, Floats]:
        """Where on the paper, in the row's own units, each pixel looks."""
        back = np.linalg.inv(self.matrix).astype(np.float32)
        column = np.arange(self.size[0], dtype=np.float32)[None, :]
        line = np.arange(self.size[1], dtype=np.float32)[:, None]
        x, y, depth = (row[0] * column + (row[1] * line + row[2]) for row in back)
        return x / depth, y / depth


def photograph(digits: str, paper: str, random: np.random.Generator, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """JPEG file of a phone photograph of `digits` written in one row with a thin pen on `paper`.

    `random` decides all that differs between two photographs; `size` is the picture's width and height in pixels.

    Raises
    ------
    ValueError
        If there is no digit, something other than digits, or a paper that is none of `PAPERS`.
    """
    if not digits or not set(digits) <= set("0123456789"):
        raise ValueError(f"Only digits can be written, not {digits!r}.")
    if paper not in PAPERS:
        raise ValueError(f"There is no {paper!r} paper, only {', '.join(PAPERS)}.")
    pen = _choose_pen(random)
    strokes = _row(digits, pen, random)
    view = _place(strokes, size, random)
    scene = _sheet(paper, view, random)
    scene *= 1 - _ink(strokes, pen, view, random)[..., None] * (1 - pen.colour)
    return _camera(scene, view, random)


def _choose_pen(random: np.random.Generator) -> _Pen:
    colour, opacity, grain = _PENS[random.choice(len(_PENS), p=[0.45, 0.35, 0.2])]
    shade = np.array(colour, np.float32) * np.float32(random.uniform(0.75, 1.2))
    return _Pen(shade, random.uniform(0.03, 0.07), random.uniform(opacity, 1), grain)


def _row(digits: str, pen: _Pen, random: np.random.Generator) -> list[Points]:
    """Strokes of a whole row about its centre, one unit high but for the jitter."""
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


def _place(strokes: list[Points], size: tuple[int, int], random: np.random.Generator) -> _View:
    row_width = float(np.ptp(np.concatenate(strokes)[:, 0]))
    digit_height = min(random.uniform(0.27, 0.56) * min(size), random.uniform(0.7, 0.86) * size[0] / row_width)
    turn = np.radians(random.uniform(-4, 4))
    matrix = np.eye(3)
    matrix[:2, :2] = digit_height * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix[2, :2] = random.uniform(-0.12, 0.12, 2) * digit_height / max(size)
    seen = _View(matrix, size, digit_height, row_width).project(np.concatenate(strokes))
    margin = 0.06 * digit_height + 0.015 * min(size)
    lowest, highest = margin - seen.min(axis=0), np.array(size) - margin - seen.max(axis=0)
    shift = np.eye(3)
    # The mean of two draws: people aim at the middle of the picture and miss it.
    shift[:2, 2] = (random.uniform(lowest, highest) + random.uniform(lowest, highest)) / 2
    return _View(shift @ matrix, size, digit_height, row_width)


def _ink(strokes: list[Points], pen: _Pen, view: _View, random: np.random.Generator) -> Floats:
    """How much ink covers each pixel, from 0 to 1."""
    oversampling = 2
    mask = Image.new("L", (view.size[0] * oversampling, view.size[1] * oversampling))
    draw = ImageDraw.Draw(mask)
    for stroke in strokes:
        pressure = 1 + 0.1 * _drift(len(stroke), random)
        darkness = np.clip(pen.opacity * (1 + 0.06 * _drift(len(stroke), random)), 0, 1)
        radii = pen.width * view.digit_height * oversampling / 2 * pressure
        path = view.project(stroke) * oversampling
        before = tuple(path[0])
        for (x, y), radius, value in zip(path, radii, darkness, strict=True):
            fill = round(255 * value)
            draw.line((before, (x, y)), fill, round(2 * radius))
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)
            before = x, y
    covered = np.asarray(mask.reduce(oversampling), np.float32) / 255
    speckle = _noise(view, 2.5, random) + 0.6 * _noise(view, 12, random)
    return np.asarray(covered * (1 - pen.grain * np.clip(speckle * 0.5, 0, 1)))


def _drift(count: int, random: np.random.Generator) -> Points:
    """A slowly changing value between about -1 and 1 along a stroke."""
    time = np.linspace(0, 2 * np.pi, count)
    return np.asarray(np.sin(time * random.uniform(0.5, 2) + random.uniform(0, 7)) * random.uniform(0.4, 1))


def _sheet(paper: str, view: _View, random: np.random.Generator) -> Floats:
    """The paper as a perfect camera in even light would see it, height x width x RGB."""
    tone = random.choice(np.array([[1, 1, 1], [0.98, 0.97, 0.93], [0.97, 0.94, 0.86], [0.95, 0.95, 0.95]], np.float32))
    texture = 0.008 * _noise(view, 2.5, random) + 0.006 * _noise(view, 9, random) + 0.006 * _noise(view, 150, random)
    sheet: Floats = tone * (1 + texture)[..., None]
    if paper == "blank":
        return sheet
    x, y = view.paper_coordinates()
    strength = random.uniform(0.25, 1)
    colour = random.choice(np.array([[0.6, 0.74, 0.88], [0.7, 0.7, 0.71], [0.72, 0.66, 0.84]], np.float32))
    if paper == "squared":
        pitch = 1 / random.uniform(1.5, 3.5)
        thickness = random.uniform(0.02, 0.045) * pitch * view.digit_height
        distance: Floats = np.minimum(*(_to_nearest(axis - random.uniform(0, pitch), pitch) for axis in (x, y)))
    else:
        pitch = 1 / random.uniform(0.65, 1.3)
        thickness = random.uniform(0.015, 0.03) * pitch * view.digit_height
        # People write on the line, but not exactly.
        distance = _to_nearest(y - 0.5 - random.uniform(-0.1, 0.15) * pitch, pitch)
    sheet *= 1 - strength * _line(distance * view.digit_height, thickness)[..., None] * (1 - colour)
    if paper == "ruled" and random.random() < 0.5:
        left = -view.row_width / 2 - random.uniform(0.15, 1)
        margin = _line(np.abs(x - left) * view.digit_height, thickness)
        sheet *= 1 - strength * margin[..., None] * np.array([0.12, 0.42, 0.42], np.float32)
    return sheet


def _to_nearest(coordinate: Floats, pitch: float) -> Floats:
    return np.asarray(np.abs((coordinate + pitch / 2) % pitch - pitch / 2))


def _line(distance: Floats, thickness: float) -> Floats:
    """Share of each pixel that a printed line covers, by the pixel's distance from the line's middle."""
    return np.asarray(np.clip(thickness / 2 + 0.5 - distance, 0, min(1, thickness)))


def _camera(scene: Floats, view: _View, random: np.random.Generator) -> bytes:
    blur = random.uniform(0.6, 1.8) * view.scale
    for channel in range(3):
        scene[..., channel] = gaussian_filter(scene[..., channel], blur, truncate=3)
    exposure = random.uniform(0.65, 0.95)
    # White balance errs between warm and cold; green and purple casts are rare.
    balance = 1 + random.normal(0, 0.03) * np.array([1, 0.1, -1]) + random.normal(0, 0.008, 3)
    scene *= (_light(view, random) * exposure)[..., None] * balance.astype(np.float32)
    level = random.uniform(0.006, 0.022)
    # Phones smooth colour noise more than brightness noise.
    scene += (level * _noise(view, 1.2, random))[..., None]
    for channel in range(3):
        scene[..., channel] += 0.6 * level * _noise(view, 4, random)
    file = io.BytesIO()
    picture = Image.fromarray((np.clip(scene, 0, 1) * 255).astype(np.uint8))
    picture.save(file, "JPEG", quality=int(random.integers(70, 93)))
    return file.getvalue()


def _light(view: _View, random: np.random.Generator) -> Floats:
    """Brightness at each pixel: a slope across the picture, darker corners, and perhaps someone's shadow."""
    width, height = view.size
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * (height / width)
    direction = random.uniform(0, 2 * np.pi)
    slope = float(np.cos(direction)) * x + float(np.sin(direction)) * y
    light = 1 - random.uniform(0.05, 0.45) * ((slope - slope.min()) / np.ptp(slope)) ** random.uniform(0.8, 1.8)
    light *= 1 - random.uniform(0, 0.08) * (x * x + y * y)
    if random.random() < 0.45:
        # The edge of a hand or a phone is an arc of a large circle that reaches in from outside.
        radius = random.uniform(0.7, 3)
        bearing = random.uniform(0, 2 * np.pi)
        away = radius + random.uniform(-0.1, 0.5)
        inside = radius - np.hypot(x - float(away * np.cos(bearing)), y - float(away * np.sin(bearing)))
        light *= 1 - random.uniform(0.12, 0.35) / (1 + np.exp(-inside / random.uniform(0.02, 0.1)))
    return np.asarray(light)


def _noise(view: _View, grain: float, random: np.random.Generator) -> Floats:
    """Noise of nearly unit deviation in blotches `grain` pixels wide in a picture of 1600 by 1200."""
    columns, rows = (max(2, round(length / max(grain * view.scale, 1))) for length in view.size)
    coarse = random.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(Image.fromarray(coarse).resize(view.size, Image.Resampling.BICUBIC))
