"""Trainings that are too many for a point each: those of equal accuracy in one point, and a histogram on a strip."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.figures.base.sketch import Sketch
from fp16core.figures.base.style import as_list
from fp16core.study.rows.results import Effect
from fp16core.text import count_text, percent_text, points_text

MOST_POINTS = 2_000
"""Trainings up to which each has a point of its own; 10,000 points with their texts would be 3 MB for each run."""

_BINS = 81
"""Bins of a strip; an odd number, as no change lies in the middle of one."""


@dataclass(frozen=True)
class Point:
    """A point of a scatter plot of accuracies, in percent.

    Attributes
    ----------
    across, upward
        Accuracy in float32, and in float16.
    what
        The training, or the number of trainings.
    text
        Sentence that appears beside the pointer.
    """

    across: float
    upward: float
    what: str | int
    text: str


def shared_points(effects: Sequence[Effect]) -> list[Point]:
    """A point for each pair of accuracies, with the number of trainings that have it."""
    counts = Counter((effect.reference_correct / effect.images, effect.correct / effect.images) for effect in effects)
    return [
        Point(
            100 * before,
            100 * after,
            count,
            f"{count_text(count, 'training')}: {percent_text(before)} → {percent_text(after)}",
        )
        for (before, after), count in counts.items()
    ]


def add_histogram(
    drawn: Sketch, name: str, values: npt.NDArray[np.float64], place: int, colour: str, limit: float
) -> None:
    """Draw a histogram of changes in points, on the strip about ``place``.

    Parameters
    ----------
    drawn
        Figure with an axis from −``limit`` to ``limit``.
    name, colour
        Of the bars.
    values
        Changes in percentage points.
    place
        Height of the strip's middle.
    limit
        Greatest change that the axis shows.
    """
    counts, edges = np.histogram(values, _BINS, (-limit, limit))
    shown = np.flatnonzero(counts)
    lows, highs, trainings = edges[shown], edges[shown + 1], counts[shown]
    drawn.add_bar(
        name=name,
        x=as_list((lows + highs) / 2),
        y=as_list(0.7 * trainings / trainings.max()),
        base=place - 0.35,
        width=as_list(highs - lows),
        marker={"color": colour},
        customdata=[list(each) for each in zip(as_list(lows), as_list(highs), as_list(trainings), strict=True)],
        text=[
            f"{count_text(count, 'training')}, {points_text(low / 100)} to {points_text(high / 100)}"
            for low, high, count in zip(as_list(lows), as_list(highs), as_list(trainings), strict=True)
        ],
        textposition="none",
        hovertemplate="%{text}<extra>" + name + "</extra>",
        showlegend=False,
    )
