"""Synthetic phone photographs of digits handwritten with a pen on paper.

Nothing here knows how such a picture is read: shapes, paper, pen and camera follow what real notes
look like, so that a reader can be measured on pictures that were not made for it.
"""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from fp16core.bench.uploads.handwriting import Floats, Pen, Points, choose_pen, row_of_strokes

PAPERS = ("blank", "ruled", "squared")


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
        """Position on the paper, in the row's own units, seen by each pixel."""
        back = np.linalg.inv(self.matrix).astype(np.float32)
        column = np.arange(self.size[0], dtype=np.float32)[None, :]
        line = np.arange(self.size[1], dtype=np.float32)[:, None]
        x, y, depth = (row[0] * column + (row[1] * line + row[2]) for row in back)
        return x / depth, y / depth


def photograph(digits: str, paper: str, random: np.random.Generator, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """JPEG file of a phone photograph of `digits` written in one row with a thin pen on `paper`.

    `random` determines everything that differs between two photographs; `size` is width and height in pixels.

    Raises
    ------
    ValueError
        If there is no digit, something other than digits, or a paper that is none of `PAPERS`.
    """
    if not digits or not set(digits) <= set("0123456789"):
        raise ValueError(f"Only digits can be written, not {digits!r}.")
    if paper not in PAPERS:
        raise ValueError(f"There is no {paper!r} paper, only {', '.join(PAPERS)}.")
    pen = choose_pen(random)
    strokes = row_of_strokes(digits, pen, random)
    view = _place(strokes, size, random)
    scene = _sheet(paper, view, random)
    scene *= 1 - _ink(strokes, pen, view, random)[..., None] * (1 - pen.colour)
    return _camera(scene, view, random)


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


def _ink(strokes: list[Points], pen: Pen, view: _View, random: np.random.Generator) -> Floats:
    """Ink coverage of each pixel, from 0 to 1."""
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
