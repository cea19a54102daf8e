"""MNIST digits drawn large in ink, and the papers, boards and cameras that they are seen with.

Nothing here knows how such a picture is read.
"""

import io

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

Floats = npt.NDArray[np.float32]
Random = np.random.Generator

PENS = ((0.14, 0.2, 0.55), (0.1, 0.1, 0.12), (0.1, 0.1, 0.12), (0.3, 0.3, 0.32), (0.6, 0.12, 0.12))
"""Colours of ballpoint, fineliner (twice), pencil and red pen."""

_SCALE = 8
"""Enlargement in which strokes are drawn, before they are brought to the size asked for."""


def drawn(image: npt.NDArray[np.uint8], height_px: float, pen: float | None = None) -> Floats:
    """Coverage by ink, 0 to 1, of a digit that fills the array.

    Parameters
    ----------
    image : uint8, shape (28, 28)
        A digit as MNIST has it.
    height_px
        Height of the digit's box.
    pen
        Width of the pen in heights of the digit; by default, that of MNIST's stroke.
    """
    rows, columns = (np.flatnonzero((image > 100).any(axis=axis)) for axis in (1, 0))
    digit = np.pad(image, 3)[rows[0] : rows[-1] + 7, columns[0] : columns[-1] + 7]
    large = _resized(digit.astype(np.float32) / np.float32(255), _SCALE)
    if pen is None:
        strokes = large
    else:
        distance = ndimage.distance_transform_edt(~skeletonize(large > 0.5))
        strokes = np.clip(pen * (rows[-1] + 1 - rows[0]) * _SCALE / 2 - distance + 0.5, 0, 1).astype(np.float32)
    inside = tightened(strokes)
    return tightened(_sharp(_resized(inside, height_px / inside.shape[0])))


def tightened(strokes: Floats) -> Floats:
    """Coverage without the empty rows and columns around it."""
    rows, columns = (np.flatnonzero((strokes > 0.3).any(axis=axis)) for axis in (1, 0))
    return strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def turned(strokes: Floats, degrees: float) -> Floats:
    """Coverage turned about its middle, on a larger array."""
    image = Image.fromarray(strokes).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    return np.asarray(np.clip(np.asarray(image), 0, 1))


def on_sheet(strokes: Floats, margins: npt.ArrayLike) -> Floats:
    """Coverage with margins in pixels at the top, bottom, left and right; a negative one cuts the strokes."""
    top, bottom, left, right = np.rint(margins).astype(int)
    height, width = strokes.shape
    inner = strokes[max(-top, 0) : height - max(-bottom, 0), max(-left, 0) : width - max(-right, 0)]
    sheet = np.zeros((height + top + bottom, width + left + right), np.float32)
    sheet[max(top, 0) :, max(left, 0) :][: inner.shape[0], : inner.shape[1]] = inner
    return sheet


def blotches(shape: tuple[int, int], size_px: float, random: Random) -> Floats:
    """Smooth noise of nearly unit deviation, in blotches of that size."""
    few = [max(2, round(length / max(size_px, 1))) for length in shape]
    coarse = random.standard_normal(few, dtype=np.float32)
    return np.asarray(Image.fromarray(coarse).resize(shape[::-1], Image.Resampling.BICUBIC))


def evenly_lit(shape: tuple[int, int], random: Random) -> Floats:
    """Light that falls off gently to one side."""
    return 1 - np.float32(random.uniform(0, 0.2)) * _across(shape, random.uniform(0, 2 * np.pi))


def half_shaded(shape: tuple[int, int], random: Random) -> Floats:
    """Light with the edge of a shadow across the middle half of the picture."""
    along = _across(shape, random.uniform(0, 2 * np.pi)) - np.float32(random.uniform(0.25, 0.75))
    softness = np.float32(random.uniform(0.003, 0.03))
    return np.asarray(1 - np.float32(random.uniform(0.25, 0.6)) * np.clip(along / softness + 0.5, 0, 1))


def photographed(
    strokes: Floats,
    random: Random,
    light: Floats | None = None,
    exposure: tuple[float, float] = (0.65, 0.95),
    noise: tuple[float, float] = (0.004, 0.015),
    paper: Floats | float = 1.0,
) -> bytes:
    """JPEG of a photograph: ink on paper in some light, seen by a camera.

    Parameters
    ----------
    strokes
        Coverage by ink.
    random
        Source of everything not given.
    light
        Light at each pixel; by default, nearly even.
    exposure
        Range of the level that white paper gets in full light.
    noise
        Range of the noise's deviation, in shares of white.
    paper
        Level of the bare paper.
    """
    soft = ndimage.gaussian_filter(strokes, random.uniform(0.3, 1.2))
    bare = paper * (1 + 0.01 * blotches(strokes.shape, 6, random))
    lit = bare * (evenly_lit(strokes.shape, random) if light is None else light) * random.uniform(*exposure)
    tint = 1 - random.uniform(0, 0.06) * np.array([0, 0.3, 1])
    colour = random.choice(np.array(PENS))
    grain = random.uniform(*noise) * random.standard_normal(strokes.shape, dtype=np.float32)
    channels = [lit * tint[place] * (1 - soft * (1 - colour[place])) + grain for place in range(3)]
    return file(np.stack(channels, axis=-1), "JPEG", quality=int(random.integers(70, 93)))


def file(levels: Floats, kind: str = "PNG", **options: object) -> bytes:
    """Contents of a picture file with levels from 0 to 1, grey or RGB."""
    contents = io.BytesIO()
    Image.fromarray((np.clip(levels, 0, 1) * 255 + 0.5).astype(np.uint8)).save(contents, kind, **options)
    return contents.getvalue()


def _across(shape: tuple[int, int], angle: float) -> Floats:
    """0 at one side of the picture to 1 at the opposite one."""
    rows, columns = (np.linspace(-1, 1, length, dtype=np.float32) for length in shape)
    along = columns[None, :] * np.float32(np.cos(angle)) + rows[:, None] * np.float32(np.sin(angle))
    return np.asarray((along - along.min()) / np.ptp(along))


def _resized(strokes: Floats, factor: float) -> Floats:
    height, width = (max(1, round(length * factor)) for length in strokes.shape)
    how = Image.Resampling.BICUBIC if factor > 1 else Image.Resampling.BOX
    return np.asarray(Image.fromarray(strokes).resize((width, height), how))


def _sharp(strokes: Floats) -> Floats:
    """Coverage whose edges are about two pixels wide."""
    return np.asarray(np.clip((strokes - 0.5) * 3 + 0.5, 0, 1))
