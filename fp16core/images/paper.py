"""Estimation of the paper behind the ink: its tone, how evenly it is lit, and noise."""

from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from fp16core.images.levels import Levels, resized

_SURVEY_SIDE_PX = 48
_WINDOW_SHARE = 0.4
"""Longer side of the smooth estimate of the paper, and the share of it that a stroke may span."""

_OUTLINE_SHARE = 0.3
_COVER_WEIGHT = 0.1
"""Window that tells paper from ink, as a share of the longer side; weight of how much of the picture is covered."""

_STEP_SIDE_PX = 128
_STEP_SHARE = 0.3
_LINE_PX = 9
"""Longer side of the estimate that keeps edges of the light, its window, and the window that fills printed lines."""

_DARKEST = np.float32(0.05)
"""Share of white below which a surface reflects too little light to be judged."""

_GRAIN = 0.01
"""Standard deviation of the noise from which it is smoothed."""

_STEPS = 4095
_SAMPLED_PX = 65_536
"""Steps of histograms, and the number of pixels above which every other row stands for all."""


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

    For dark ink on light paper, a morphological closing with a window wider than a stroke leaves the
    paper; for light ink, an opening does. The light on the paper may be smooth, or have edges: the
    estimate is the darker of one that is smooth and one that follows edges.
    """
    is_lighter = _is_lighter(resized(grey, min(_SURVEY_SIDE_PX, max(grey.shape)), Image.Resampling.BOX))
    bare: Levels = grey if is_lighter else np.float32(1) - grey
    level = _smooth_level(bare)
    if max(grey.shape) > _STEP_SIDE_PX:
        level = np.minimum(level, _stepped_level(bare))
    return Paper(is_lighter, level if is_lighter else np.float32(1) - level)


def _is_lighter(survey: Levels) -> bool:
    """Return whether the paper is lighter than the ink.

    Of the closing and the opening, one shows the paper and the other the ink's outline, which adds
    edges; edges of light and shade are in both.
    """
    window = _window(survey, _OUTLINE_SHARE)
    wide = np.pad(survey, window // 2, mode="edge")  # otherwise a gradient of light would end in a step
    above, below = _closed(wide, window), -_closed(-wide, window)
    # Where both are smooth, such as on squared paper, most of the picture is paper.
    of_lighter = _variation(above) + _COVER_WEIGHT * float((above - wide).mean())
    return of_lighter <= _variation(below) + _COVER_WEIGHT * float((wide - below).mean())


def _smooth_level(grey: Levels) -> Levels:
    """Level of paper lit by lamps and shaded by distance: it changes slowly."""
    survey = resized(grey, min(_SURVEY_SIDE_PX, max(grey.shape)), Image.Resampling.BOX)
    window = _window(survey, _WINDOW_SHARE)
    half = window // 2
    closed = _closed(np.pad(survey, half, mode="edge"), window)[half:-half, half:-half]
    # Extrapolated beyond the edges, as smoothing would otherwise bend the ends.
    ramp = np.pad(closed, half, mode="reflect", reflect_type="odd")
    smooth = Image.fromarray(ndimage.gaussian_filter(ramp, window / 6))
    inner = (half, half, half + survey.shape[1], half + survey.shape[0])
    level = np.asarray(smooth.resize(grey.shape[::-1], Image.Resampling.BILINEAR, box=inner))
    within: Levels = np.clip(level, 0, 1)
    return within


def _stepped_level(grey: Levels) -> Levels:
    """Level of paper that ends at edges of the light, such as a shadow's; a little too low beside them."""
    survey = resized(grey, _STEP_SIDE_PX, Image.Resampling.BOX)
    window = _window(survey, _STEP_SHARE)
    half = window // 2
    # Lines are filled in first: one along the edge of the picture is not an edge of the light.
    closed = _closed(np.pad(_closed(survey, _LINE_PX), half, mode="edge"), window)
    # Pixels of the survey that are mixed of light and shadow count as shadow.
    darker = np.ascontiguousarray(ndimage.minimum_filter(closed, 3)[half:-half, half:-half])
    return np.asarray(Image.fromarray(darker).resize(grey.shape[::-1], Image.Resampling.BILINEAR))


def _window(survey: Levels, share: float) -> int:
    window: int = max(3, round(share * max(survey.shape)) | 1)
    return window


def _closed(levels: Levels, window: int) -> Levels:
    """Morphological closing: fill what is darker and narrower than the window."""
    return ndimage.minimum_filter(ndimage.maximum_filter(levels, window), window)


def flattened(grey: Levels, paper: Paper) -> Levels:
    """Return the picture as it would look on evenly lit paper, white (1) or black (0) by `Paper.is_lighter`.

    Light multiplies what a surface reflects, therefore levels are divided by the paper's, seen from the
    paper's end of the scale. Noise may exceed the scale.
    """
    bare: Levels = paper.level if paper.is_lighter else np.float32(1) - paper.level
    reflected: Levels = grey if paper.is_lighter else np.float32(1) - grey
    share: Levels = np.divide(np.maximum(reflected, _DARKEST), np.maximum(bare, _DARKEST), dtype=np.float32)
    # The closing follows the upper edge of the noise, the paper's level its middle.
    share /= np.float32(max(_bare_paper(share)[0], float(_DARKEST)))
    return share if paper.is_lighter else np.float32(1) - share


def smoothed(ink: Levels) -> tuple[Levels, float]:
    """Smooth noise, if there is enough of it; return levels from 0 to 1 and the noise that is left.

    The noise is a standard deviation of the paper, the larger of two estimates: that of the grain, by
    how much neighbouring pixels bend the levels, and that of the texture, by how far it exceeds the bare
    paper's level. A Gaussian window of spread s reduces the former by 2 s √π.
    """
    rows = _sample(ink)
    bare = rows < 0.5 * ink_level(ink)
    bend = np.diff(rows, 2, axis=1)[bare[:, :-2] & bare[:, 1:-1] & bare[:, 2:]]
    # One in five pixels, so that noise in part of the picture counts.
    grain = _quantile(np.abs(bend), 0.8) / NormalDist().inv_cdf(0.9) / 6**0.5
    if grain >= _GRAIN:
        spread = min(1.5, max(ink.shape) / 150)
        ink = ndimage.gaussian_filter(ink, spread, truncate=3)
        grain = min(grain, grain / (2 * spread * float(np.pi) ** 0.5))
    return np.clip(ink, 0, 1), max(grain, _bare_paper(1 - ink)[1])


def ink_level(ink: Levels, share: float = 1 / 1000) -> float:
    """Level of the strongest strokes, exceeded by a share of the pixels, and by four at least."""
    return _quantile(ink, 1 - max(share, 4 / ink.size))


def _bare_paper(share: Levels) -> tuple[float, float]:
    """Level of the paper about 1, and the standard deviation of its noise, from pixels of the paper only."""
    counts = _counts(_sample(share) / np.float32(2))
    darkest = _place(counts, max(1 / 1000, 4 / share.size)) * 2
    counts[: round((1 + darkest) / 4 * _STEPS)] = 0
    middle, high, higher = (_place(counts, part) * 2 for part in (0.5, 0.8, 0.95))
    usual = NormalDist().inv_cdf
    # Soft edges of strokes are darker than the paper, and glare is lighter; noise is both.
    noise = min((high - middle) / usual(0.8), (higher - high) / (usual(0.95) - usual(0.8)))
    return high - noise * usual(0.8), noise


def _sample(levels: Levels) -> Levels:
    """Every other row, where there are many pixels."""
    return levels[::2] if levels.size > _SAMPLED_PX else levels


def _quantile(levels: Levels, share: float) -> float:
    """Quantile of levels between 0 and 1, in steps of 1/4095; faster than sorting where many are equal."""
    return _place(_counts(levels), share)


def _counts(levels: Levels) -> npt.NDArray[np.int64]:
    """Histogram of levels between 0 and 1."""
    return np.bincount((np.clip(levels, 0, 1) * np.float32(_STEPS)).astype(np.intp).ravel(), minlength=_STEPS + 1)


def _place(counts: npt.NDArray[np.int64], share: float) -> float:
    total = np.cumsum(counts)
    return float(np.searchsorted(total, share * total[-1])) / _STEPS


def _variation(levels: Levels) -> float:
    """Total variation for each pixel: the length of the edges, each weighted by its height."""
    edges = np.abs(np.diff(levels, axis=0)).sum() + np.abs(np.diff(levels, axis=1)).sum()
    return float(edges) / levels.size
