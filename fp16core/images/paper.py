"""Estimation of the paper behind the ink: its tone, how evenly it is lit, and noise."""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from PIL import Image
from scipy import ndimage

from fp16core.images.levels import Levels, resized

_SURVEY_SIDE_PX = 48
_WINDOW_SHARE = 0.4
"""Longer side of the estimate of the background, and the share of it that a stroke may span."""

_DARKEST = np.float32(0.05)
"""Share of white below which a surface reflects too little light to be judged."""


@dataclass(frozen=True, eq=False)
class Paper:
    """Paper that a digit is written on.

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
        """Return the paper as if it were lit evenly."""
        return Paper(self.is_lighter, np.full_like(self.level, np.median(self.level)))


def survey_paper(grey: Levels) -> Paper:
    """Estimate the bare paper behind the ink, and whether it is lighter than the ink.

    Ink covers little of a picture. For dark ink on light paper, a morphological closing with a window
    wider than a stroke leaves the paper; for light ink, an opening does. The other of the two shows the
    ink's outline, hence the one that a smooth surface fits better is the paper.
    """
    survey = resized(grey, min(_SURVEY_SIDE_PX, max(grey.shape)), Image.Resampling.BOX)
    window = max(3, round(_WINDOW_SHARE * max(survey.shape)) | 1)
    half = window // 2
    wide = np.pad(survey, half, mode="edge")  # otherwise a gradient of light would end in a step
    within = (slice(half, -half), slice(half, -half))
    above = ndimage.minimum_filter(ndimage.maximum_filter(wide, window), window)[within]
    below = ndimage.maximum_filter(ndimage.minimum_filter(wide, window), window)[within]
    is_lighter = _roughness(above) <= _roughness(below)
    # Extrapolated beyond the edges, as smoothing would otherwise bend the ends.
    ramp = np.pad(above if is_lighter else below, half, mode="reflect", reflect_type="odd")
    smooth = Image.fromarray(ndimage.gaussian_filter(ramp, window / 6))
    inner = (half, half, half + survey.shape[1], half + survey.shape[0])
    level = np.asarray(smooth.resize(grey.shape[::-1], Image.Resampling.BILINEAR, box=inner))
    level = np.clip(level, 0, 1)
    return Paper(is_lighter, level)


def flattened(grey: Levels, paper: Paper) -> Levels:
    """Return the picture as it would look on evenly lit paper, white (1) or black (0) by `Paper.is_lighter`.

    Light multiplies what a surface reflects, therefore levels are divided by the paper's, seen from the
    paper's end of the scale. Noise may exceed the scale.
    """
    bare: Levels = paper.level if paper.is_lighter else np.float32(1) - paper.level
    reflected: Levels = grey if paper.is_lighter else np.float32(1) - grey
    share: Levels = np.divide(np.maximum(reflected, _DARKEST), np.maximum(bare, _DARKEST), dtype=np.float32)
    # The closing follows the upper edge of the noise, the median its middle.
    share /= np.float32(max(_quantile(share, 0.5), float(_DARKEST)))
    return share if paper.is_lighter else np.float32(1) - share


def smoothed(ink: Levels) -> tuple[Levels, float]:
    """Smooth noise, if there is enough of it; return levels from 0 to 1 and the noise that is left.

    The noise is a standard deviation, the larger of two estimates: that of the grain, by the
    differences of neighbouring pixels, and that of the paper's texture, by how far it exceeds the bare
    paper's level away from the ink. A Gaussian window of spread s reduces the former by 2 s √π.
    """
    # One in five pixels: more than the edges of strokes ever take up, so that noise in part of the picture counts.
    grain = _quantile(np.abs(np.diff(ink, axis=1)), 0.8) / NormalDist().inv_cdf(0.9) / 2**0.5
    if grain >= 0.02:
        spread = min(1.5, max(ink.shape) / 150)
        ink = ndimage.gaussian_filter(ink, spread)
        grain = min(grain, grain / (2 * spread * float(np.pi) ** 0.5))
    texture = _quantile(-ink, 0.8) / NormalDist().inv_cdf(0.8)
    return np.clip(ink, 0, 1), max(grain, texture)


def ink_level(ink: Levels) -> float:
    """Level of the strongest strokes, exceeded by one pixel in a thousand."""
    return _quantile(ink, 1 - max(1 / 1000, 4 / ink.size))


def _quantile(levels: Levels, share: float) -> float:
    """Quantile of levels between 0 and 1, in steps of 1/4095; faster than sorting where many are equal."""
    counts = np.bincount((np.clip(levels, 0, 1) * np.float32(4095)).astype(np.intp).ravel())
    place = np.searchsorted(np.cumsum(counts), share * levels.size)
    return float(place) / 4095


def _roughness(levels: Levels) -> float:
    """Root mean square distance of the levels from the best quadratic surface."""
    rows, columns = np.mgrid[-1 : 1 : levels.shape[0] * 1j, -1 : 1 : levels.shape[1] * 1j].reshape(2, -1)
    terms = np.stack([np.ones_like(rows), rows, columns, rows * rows, rows * columns, columns * columns], axis=1)
    flat = levels.ravel().astype(np.float64)
    # By the normal equations, six by six: well conditioned on this grid, and ten times as fast as all pixels at once.
    surface = terms @ np.linalg.lstsq(terms.T @ terms, terms.T @ flat, rcond=None)[0]
    return float(np.sqrt(np.square(flat - surface).mean()))
