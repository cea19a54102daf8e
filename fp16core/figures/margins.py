"""Figures of the changes of logits by float16, compared with the margin."""

import numpy as np
import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.image_plots import distributions
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    REFERENCE_COLOUR,
    as_list,
    digit_ticks,
    figure,
    fixed,
    log_ticks,
    write_message,
)
from fp16core.text import small_text


@remembered()
def by_rival(comparison: Comparison, index: int) -> go.Figure:
    """Margin of the best digit over each other digit, and its change by float16, for one image.

    The answer changes where a rival's gain reaches the margin over it; both are drawn on the same
    logarithmic axis.
    """
    drawn = figure(330, hovermode="closest")
    logits, delta = comparison.reference.logits[index].astype(np.float64), comparison.logit_delta[index]
    best = int(np.argmax(logits))
    with np.errstate(invalid="ignore"):
        margin, gain = logits[best] - logits, delta - delta[best]
    rivals = [digit for digit in range(len(logits)) if digit != best]
    gained = [digit for digit in rivals if gain[digit] > 0]
    lost = [digit for digit in rivals if gain[digit] < 0]
    for name, digits, values, colour, symbol in (
        (f"margin of {best} over this digit", rivals, margin, REFERENCE_COLOUR, "circle"),
        ("smaller by, with float16", gained, gain, DELTA_COLOUR, "diamond"),
        ("larger by, with float16", lost, gain, DELTA_COLOUR, "diamond-open"),
    ):
        sizes = np.abs(values[digits])
        drawn.add_scatter(
            name=name,
            x=digits,
            y=as_list(sizes),
            mode="markers",
            marker={"color": colour, "size": 12, "symbol": symbol, "line": {"width": 2, "color": colour}},
            text=[small_text(size) for size in sizes],
            hovertemplate=f"%{{x}}: {name} %{{text}}<extra></extra>",
        )
    seen = np.abs(np.concatenate([margin[rivals], gain[rivals]]))
    seen = seen[np.isfinite(seen) & (seen > 0)]
    if not np.isfinite(np.concatenate([logits, delta])).all():
        write_message(drawn, "A logit of this image is infinite or not a number.")
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.1, 10.0)
    drawn.update_xaxes(title="rival digit", range=[-0.5, len(logits) - 0.5], **digit_ticks())
    drawn.update_yaxes(title="logits, on a logarithmic axis", **log_ticks(low / 3, high * 3))
    return fixed(drawn)


@remembered()
def changes_and_margins(comparison: Comparison, images: int) -> go.Figure:
    """Distributions of the largest logit changes of the first images and of half their margins.

    Only a change of at least half the margin can change an answer.
    """
    return distributions(
        (
            ("largest change of a logit", comparison.abs_logit_delta[:images], DELTA_COLOUR),
            ("half the margin", comparison.reference.margins[:images] / 2, REFERENCE_COLOUR),
        ),
        "logits, from",
    )
