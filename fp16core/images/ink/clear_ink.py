"""From a grey picture to ink alone: without light, polarity, noise and printed lines."""

from dataclasses import dataclass, field

import numpy as np

from fp16core.images.ink.strokes import evened
from fp16core.images.levels import Levels
from fp16core.images.paper import Paper, flattened, ink_level, smoothed, survey_paper
from fp16core.images.printed_lines import printed_lines
from fp16core.images.stage_recorder import StageRecorder
from fp16core.images.stages import StageName, blank
from fp16core.text import share_text

_LEAST_CONTRAST = 0.06
_NOISE_MARGIN = 6
"""Ink must stand out from the paper by this share of white, and this many standard deviations of the noise."""

_SMALL_SHARE, _SMALL_CONTRAST, _SMALL_NOISE_MARGIN = 1 / 10_000, 0.25, 10
"""Share of the picture that the strongest strokes of a small digit cover at least, and the same for it: dust and grain
cover as little."""

_PALE_NOISE_MARGIN = 4
"""The same number of standard deviations for pale parts of strokes."""

_EVEN = 0.02
"""Variation of the bare paper's level, as a share of white, below which light counts as even."""

_LEAST_LEVEL = 0.3
"""Threshold of printed lines and pale strokes, as a share of the strongest strokes' distance from the paper."""


@dataclass(frozen=True, eq=False)
class ClearInk:
    """Ink on paper that has no light, noise or lines of its own.

    Attributes
    ----------
    ink : float32, shape (h, w)
        Ink (1) on paper (0); if the stage *ink* is on, pale strokes are as strong as the others.
    strongest, palest
        Levels of the strongest strokes, and of the palest ones as they were.
    least_area_px
        Area below which a mark is a speck.
    """

    ink: Levels = field(repr=False)
    strongest: float
    palest: float
    least_area_px: float


def clear_ink(grey: Levels, recorder: StageRecorder) -> ClearInk:
    """Find the ink of a grey picture.

    Raises
    ------
    ImageError
        If no ink stands out from the paper.
    """
    paper = survey_paper(grey)
    ink, noise = smoothed(_ink_on(paper, grey, recorder))
    # If the light is left uneven, shade would be taken for noise.
    least_contrast = max(_LEAST_CONTRAST, 0 if StageName.LIGHT in recorder.off else _NOISE_MARGIN * noise)
    strongest = _strongest(ink, noise, least_contrast)
    least = max(_LEAST_LEVEL * strongest, _PALE_NOISE_MARGIN * noise)
    least_area_px = ink.size / 20_000
    if strongest >= least_contrast and recorder.is_on(StageName.LINES):
        lines = printed_lines(ink, _LEAST_LEVEL * strongest)
        if lines.count:
            if lines.count > 1:
                least = strongest  # what is left of ruled paper is pale, too
            ink = np.where(lines.mask, np.float32(0), ink)
            strongest = _strongest(ink, noise, least_contrast)
            least_area_px = max(least_area_px, (2.5 * lines.thickness_px) ** 2)
        recorder.add(StageName.LINES, lines.decision, ink)
    if strongest < least_contrast:
        raise blank(recorder.name)
    if StageName.INK in recorder.off:
        return ClearInk(ink, strongest, strongest, least_area_px)
    strokes = evened(ink, strongest, least)
    return ClearInk(strokes.ink, strongest, strokes.palest, least_area_px)


def _strongest(ink: Levels, noise: float, least_contrast: float) -> float:
    """Level of the strongest strokes; those of a digit that is small in its picture, only if they are clear."""
    usual = ink_level(ink)
    if usual >= least_contrast:
        return usual
    small = ink_level(ink, _SMALL_SHARE)
    return small if small >= max(_SMALL_CONTRAST, _SMALL_NOISE_MARGIN * noise) else usual


def _ink_on(paper: Paper, grey: Levels, recorder: StageRecorder) -> Levels:
    """Return the picture as ink (1) on paper (0)."""
    if recorder.is_on(StageName.LIGHT):
        flat = flattened(grey, paper)
        uneven = float(np.ptp(paper.level))
        words = f"the bare paper's level varies by {share_text(uneven)} of white; divided out"
        if uneven < _EVEN:
            words = "already evenly lit"
        recorder.add(StageName.LIGHT, words, flat)
    else:
        flat = flattened(grey, paper.even())
    if not recorder.is_on(StageName.POLARITY):
        return flat
    ink = 1 - flat if paper.is_lighter else flat
    recorder.add(
        StageName.POLARITY,
        "inverted (dark ink on light paper)" if paper.is_lighter else "kept (light ink on dark paper)",
        ink,
    )
    return ink
