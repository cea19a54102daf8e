"""Images shown in a report: those whose answer changes with float16, or comes closest to changing."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from fp16core.evaluate.browse import Show, select_images
from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.pictures import digit_png, png_url
from fp16core.report.findings import Findings
from fp16core.text import article_text, factor_text, percent_text, small_text

MOST = 48
"""Most changed images that are shown; the document lists all."""

_FEWEST = 6
"""Fewest images shown, if there are enough: after the changed ones, those closest to changing."""

_SCALE = 4


@dataclass(frozen=True)
class Picture:
    """One image and the words beside it."""

    source: str
    title: str
    lines: tuple[str, ...]
    changed: bool


def pictures(findings: Findings) -> list[Picture]:
    """Select the images to show."""
    comparison = findings.comparison
    changed = select_images(comparison, Show.DIFFER)[:MOST].tolist()
    closest = [index for index in select_images(comparison, Show.CLOSEST)[:MOST].tolist() if index not in changed]
    shown = [*changed, *closest[: max(0, _FEWEST - len(changed))]]
    return [
        Picture(
            png_url(digit_png(findings.images[index], _SCALE)),
            f"Image {index:,}, {article_text(comparison.labels[index])}",
            tuple(_lines(comparison, index)),
            bool(comparison.changed[index]),
        )
        for index in shown
    ]


def _lines(comparison: Comparison, index: int) -> Iterator[str]:
    found = comparison.report(index)
    for name, text, probability in (
        ("float32", found.reference_text, found.reference_probability),
        ("float16", found.target_text, found.target_probability),
    ):
        yield f"{name} says {text}" + (f" ({percent_text(probability)} sure)" if np.isfinite(probability) else "")
    yield f"margin {small_text(found.margin)}, largest change {small_text(found.max_abs_logit_delta)} (logits)"
    if found.can_flip and not found.changed:
        yield f"float16’s error would have to be {factor_text(found.flip_factor)} times as large to change it"
