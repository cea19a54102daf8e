"""What is not ink: uneven light, the paper's tone, printed lines."""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from fp16core.text import count_text

Mask = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.float32]
"""Grey levels or shares of ink, 0 to 1, shape (h, w)."""

_SURVEY_SIDE_PX = 48
_WINDOW_SHARE = 0.4
"""Size of the background's picture, and how much of it a stroke may span and still not pass for background."""

_DARKEST = np.float32(0.05)
"""Share of white below which a surface reflects too little to tell anything from it."""

_LINE_REACH = 0.7
"""Share of the picture that a printed line crosses at least."""

_LINE_COVER = 0.85
"""Share of a printed line's length on which there is ink, its own or a stroke's, at least."""

_EIGHT = np.ones((3, 3), bool)

_LINE_SHARE = 0.02
"""Thickness of the thickest printed line as a share of the picture's longer side."""


@dataclass(frozen=True, eq=False)
class Paper:
    """The paper a digit is written on.

    Attributes
    ----------
    is_lighter
        Whether the paper is lighter than the ink.
    level : float32, shape (h, w)
        Grey level of the bare paper at each pixel, from 0 to 1.
    """

    is_lighter: bool
    level: Levels = field(repr=False)

    def even(self) -> "Paper":
        """The paper as if it were lit evenly."""
        return Paper(self.is_lighter, np.full_like(self.level, np.median(self.level)))


@dataclass(frozen=True, eq=False)
class PrintedLines:
    """Ruled or squared paper's lines.

    Attributes
    ----------
    mask : bool, shape (h, w)
        Their pixels, without those where a stroke crosses.
    horizontal, vertical
        Number of lines.
    thickness_px
        Median thickness, 0 if there are none.
    """

    mask: Mask = field(repr=False)
    horizontal: int
    vertical: int
    thickness_px: int

    @property
    def count(self) -> int:
        """Number of lines."""
        return self.horizontal + self.vertical

    @property
    def decision(self) -> str:
        """What was found, in words."""
        kinds = [(self.horizontal, "horizontal"), (self.vertical, "vertical")]
        found = [count_text(number, f"{kind} line") for number, kind in kinds if number]
        return "removed " + " and ".join(found) if found else "no ruled or squared paper"


def survey_paper(grey: Levels) -> Paper:
    """Estimate the bare paper behind the ink, and whether it is lighter than the ink.

    Ink covers little of a picture, so the morphological closing of dark ink on light paper, with a
    window wider than a stroke, is the paper; for light ink it is the opening. The other of the two
    shows the ink's outline; paper is the one that a smooth surface fits better.
    """
    survey = _reduced(grey, _SURVEY_SIDE_PX)
    window = max(3, round(_WINDOW_SHARE * max(survey.shape)) | 1)
    half = window // 2
    wide = np.pad(survey, half, mode="edge")  # or a ramp of light would end in a step
    within = (slice(half, -half), slice(half, -half))
    above = ndimage.minimum_filter(ndimage.maximum_filter(wide, window), window)[within]
    below = ndimage.maximum_filter(ndimage.minimum_filter(wide, window), window)[within]
    is_lighter = _roughness(above) <= _roughness(below)
    # Continued beyond the edges as it rises or falls there, or smoothing would bend its ends.
    ramp = np.pad(above if is_lighter else below, half, mode="reflect", reflect_type="odd")
    smooth = Image.fromarray(ndimage.gaussian_filter(ramp, window / 6))
    inner = (half, half, half + survey.shape[1], half + survey.shape[0])
    level = np.asarray(smooth.resize(grey.shape[::-1], Image.Resampling.BILINEAR, box=inner))
    level = np.clip(level, 0, 1)
    return Paper(is_lighter, level)


def flattened(grey: Levels, paper: Paper) -> Levels:
    """The picture as it would look on evenly lit paper, paper white (1) or black (0) as `Paper.is_lighter` says.

    Light multiplies what a surface reflects, so levels are divided by the paper's, seen from the
    paper's end of the scale. Noise may reach beyond the scale.
    """
    bare: Levels = paper.level if paper.is_lighter else np.float32(1) - paper.level
    reflected: Levels = grey if paper.is_lighter else np.float32(1) - grey
    share: Levels = np.divide(np.maximum(reflected, _DARKEST), np.maximum(bare, _DARKEST), dtype=np.float32)
    # The closing rides on top of the noise, the median in its middle.
    share /= np.float32(max(_quantile(share, 0.5), float(_DARKEST)))
    return share if paper.is_lighter else np.float32(1) - share


def noise_level(ink: Levels) -> float:
    """Standard deviation of the noise, from the differences of neighbours.

    From those that one in five exceeds: more than strokes' edges ever are, so that noise in a part
    of the picture counts too.
    """
    return _quantile(np.abs(np.diff(ink, axis=1)), 0.8) / NormalDist().inv_cdf(0.9) / 2**0.5


def smoothed(ink: Levels, noise: float) -> tuple[Levels, float]:
    """Average noise over some pixels, if there is enough of it; returns levels from 0 to 1 and the noise left.

    A Gaussian window of spread s reduces the standard deviation of white noise by 2 s √π.
    """
    if noise >= 0.02:
        spread = min(1.5, max(ink.shape) / 150)
        ink = ndimage.gaussian_filter(ink, spread)
        noise = min(noise, noise / (2 * spread * float(np.pi) ** 0.5))
    return np.clip(ink, 0, 1), noise


def ink_level(ink: Levels) -> float:
    """How far from the paper the strongest strokes are: the level that one pixel in 500 exceeds."""
    return _quantile(ink, 1 - max(1 / 500, 4 / ink.size))


def _quantile(levels: Levels, share: float) -> float:
    """Quantile of levels, taken to lie from 0 to 1, to a 4,096th; faster than sorting where many are equal."""
    counts = np.bincount((np.clip(levels, 0, 1) * np.float32(4095)).astype(np.intp).ravel())
    place = np.searchsorted(np.cumsum(counts), share * levels.size)
    return float(place) / 4095


def printed_lines(ink: Levels, threshold: float) -> PrintedLines:
    """Find ruled or squared paper's lines.

    A line is straight, tilted by at most 9 degrees, and crosses most of the picture; lines come in
    parallels, so a lone one is taken for a stroke.

    Parameters
    ----------
    ink : float32, shape (h, w)
        Ink bright (1) on paper (0).
    threshold
        Level above which a pixel may belong to a line.
    """
    marks = ink > threshold
    rows, horizontal, thickness = _lines_along_rows(marks)
    columns, vertical, other_thickness = _lines_along_rows(np.ascontiguousarray(marks.T))
    return PrintedLines(rows | columns.T, horizontal, vertical, max(thickness, other_thickness))


def _lines_along_rows(marks: Mask) -> tuple[Mask, int, int]:
    """Mask, number and thickness of the lines that run along rows, up to a tilt."""
    height, width = marks.shape
    none = np.zeros_like(marks), 0, 0
    # Lines run out of the picture; this spares most pictures the rest.
    if min(height, width) < 32 or min(marks[:, :2].any(axis=1).sum(), marks[:, -2:].any(axis=1).sum()) < 2:
        return none
    slope = _tilt(marks)
    # Sheared so that lines run along rows, up to what perspective and the lens bend.
    shift = np.rint(slope * (np.arange(width) - width / 2)).astype(np.intp)
    source = np.arange(height)[:, None] + shift[None, :]
    inside = (source >= 0) & (source < height)
    columns = np.broadcast_to(np.arange(width), source.shape)
    level = marks[source.clip(0, height - 1), columns] & inside
    # Strokes are thicker than lines; where one crosses, ink goes on above and below the line.
    thickest = max(4, round(_LINE_SHARE * max(height, width)))
    half = np.ascontiguousarray(level[:, ::2])  # along a line, every other pixel is enough
    thin = half & ~_opened(half, thickest + 1, axis=0)
    runs = _opened(_closed(_dilated(thin, 3, axis=0), thickest, axis=1), max(6, width // 28), axis=1)
    bands, _ = ndimage.label(_closed(runs, width // 4, axis=1), _EIGHT)
    reach = np.array([1] + [cells.stop - cells.start for _, cells in ndimage.find_objects(bands)])
    at, along = np.nonzero((bands > 0) & half)
    inked = np.unique(bands[at, along].astype(np.int64) * width + along) // width
    # A row of digits has its tops in line too, but with paper between them.
    unbroken = np.bincount(inked, minlength=len(reach)) >= _LINE_COVER * reach
    kept = unbroken & (reach >= _LINE_REACH * inside[:, ::2].any(axis=0).sum())
    kept[0] = False
    if kept.sum() < 2:
        return none
    found = kept[bands] & runs & thin
    lengths = np.diff(np.flatnonzero(np.diff(np.pad(found, 1)[:, 1:-1:4].T.ravel().view(np.int8))))[::2]
    thickness = int(np.median(lengths))
    lines = np.repeat(found, 2, axis=1)[:, :width] & level & ~_opened(level, thickness + 2, axis=0)
    back = np.zeros_like(marks)
    back[source[lines], columns[lines]] = True
    return back, int(kept.sum()), thickness


def _tilt(marks: Mask) -> float:
    """Slope along which most marks line up, within ±9 degrees of the rows."""
    width = marks.shape[1]
    at, along = np.nonzero(marks[:, ::3])
    offset = along * 3 - width / 2
    slopes = np.tan(np.radians(np.arange(-9, 9.1, 1.0)))
    margin = int(abs(slopes[0]) * width / 2) + 1
    concentration = [
        np.square(np.bincount((at - slope * offset + margin).astype(np.intp)), dtype=np.float64).sum()
        for slope in slopes
    ]
    return float(slopes[int(np.argmax(concentration))])


def _dilated(mask: Mask, size: int, axis: int) -> Mask:
    return ndimage.maximum_filter1d(mask.view(np.uint8), size, axis=axis).view(bool)


def _eroded(mask: Mask, size: int, axis: int) -> Mask:
    return ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=axis).view(bool)


def _opened(mask: Mask, size: int, axis: int) -> Mask:
    """What is at least ``size`` pixels long along an axis."""
    origin = -1 if size % 2 == 0 else 0  # an even window is lopsided; the second filter must lean the other way
    eroded = ndimage.minimum_filter1d(mask.view(np.uint8), size, axis=axis, mode="constant")
    return ndimage.maximum_filter1d(eroded, size, axis=axis, origin=origin, mode="constant").view(bool)


def _closed(mask: Mask, size: int, axis: int) -> Mask:
    """The mask with gaps shorter than ``size`` pixels along an axis filled."""
    size |= 1
    return _eroded(_dilated(mask, size, axis), size, axis)


def _roughness(levels: Levels) -> float:
    """Root mean square distance of the levels from the best quadratic surface."""
    rows, columns = np.mgrid[-1 : 1 : levels.shape[0] * 1j, -1 : 1 : levels.shape[1] * 1j].reshape(2, -1)
    terms = np.stack([np.ones_like(rows), rows, columns, rows * rows, rows * columns, columns * columns], axis=1)
    flat = levels.ravel().astype(np.float64)
    surface = terms @ np.linalg.lstsq(terms, flat, rcond=None)[0]
    return float(np.sqrt(np.square(flat - surface).mean()))


def _reduced(levels: Levels, side: int) -> Levels:
    height, width = levels.shape
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(levels).resize(size, Image.Resampling.BOX))
