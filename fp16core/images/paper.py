"""What is not ink: uneven light, the paper's tone, noise."""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

Mask = npt.NDArray[np.bool_]
Levels = npt.NDArray[np.float32]
"""Grey levels or shares of ink, 0 to 1, shape (h, w)."""

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)
"""What touches a pixel, diagonals included."""

_SURVEY_SIDE_PX = 48
_WINDOW_SHARE = 0.4
"""Size of the background's picture, and how much of it a stroke may span and still not pass for background."""

_DARKEST = np.float32(0.05)
"""Share of white below which a surface reflects too little to tell anything from it."""


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


def survey_paper(grey: Levels) -> Paper:
    """Estimate the bare paper behind the ink, and whether it is lighter than the ink.

    Ink covers little of a picture, so the morphological closing of dark ink on light paper, with a
    window wider than a stroke, is the paper; for light ink it is the opening. The other of the two
    shows the ink's outline; paper is the one that a smooth surface fits better.
    """
    survey = resized(grey, min(_SURVEY_SIDE_PX, max(grey.shape)), Image.Resampling.BOX)
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


def smoothed(ink: Levels) -> tuple[Levels, float]:
    """Average noise over some pixels, if there is enough of it; returns levels from 0 to 1 and the noise left.

    The noise is a standard deviation, the larger of two estimates: of what varies from pixel to
    pixel, by the differences of neighbours, and of the paper's texture, by how far it lies beyond
    the bare paper's level, where no ink is. A Gaussian window of spread s reduces the former by 2 s √π.
    """
    # What one in five exceeds: more than strokes' edges ever are, so that noise in a part of the picture counts.
    grain = _quantile(np.abs(np.diff(ink, axis=1)), 0.8) / NormalDist().inv_cdf(0.9) / 2**0.5
    if grain >= 0.02:
        spread = min(1.5, max(ink.shape) / 150)
        ink = ndimage.gaussian_filter(ink, spread)
        grain = min(grain, grain / (2 * spread * float(np.pi) ** 0.5))
    texture = _quantile(-ink, 0.8) / NormalDist().inv_cdf(0.8)
    return np.clip(ink, 0, 1), max(grain, texture)


def ink_level(ink: Levels) -> float:
    """How far from the paper the strongest strokes are: the level that one pixel in a thousand exceeds."""
    return _quantile(ink, 1 - max(1 / 1000, 4 / ink.size))


def _quantile(levels: Levels, share: float) -> float:
    """Quantile of levels, taken to lie from 0 to 1, to a 4,096th; faster than sorting where many are equal."""
    counts = np.bincount((np.clip(levels, 0, 1) * np.float32(4095)).astype(np.intp).ravel())
    place = np.searchsorted(np.cumsum(counts), share * levels.size)
    return float(place) / 4095


def resized(levels: Levels, longer: int, how: Image.Resampling) -> Levels:
    """Levels with ``longer`` pixels on their longer side, keeping the aspect."""
    height, width = levels.shape
    scale = longer / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(np.ascontiguousarray(levels, np.float32)).resize(size, how))


def _roughness(levels: Levels) -> float:
    """Root mean square distance of the levels from the best quadratic surface."""
    rows, columns = np.mgrid[-1 : 1 : levels.shape[0] * 1j, -1 : 1 : levels.shape[1] * 1j].reshape(2, -1)
    terms = np.stack([np.ones_like(rows), rows, columns, rows * rows, rows * columns, columns * columns], axis=1)
    flat = levels.ravel().astype(np.float64)
    # By the normal equations, six by six: well conditioned on this grid, and ten times as fast as all pixels at once.
    surface = terms @ np.linalg.lstsq(terms.T @ terms, terms.T @ flat, rcond=None)[0]
    return float(np.sqrt(np.square(flat - surface).mean()))
