"""Figures of the guarantee: what float16 could do at most beside what it did."""

from collections.abc import Mapping

import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.images import Group, distributions, scatter
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TARGET_COLOUR,
    figure,
    fixed,
    log_ticks,
    mark,
)
from fp16core.lab.guarantee import Guarantee
from fp16core.numerics.formats import FloatFormat
from fp16core.text import percent_text


@remembered(kept=4)
def margins_and_bounds(comparison: Comparison, found: Guarantee, chosen: int | None = None) -> go.Figure:
    """Each image's lead of the best score against the most that float16 could take from it.

    Below the line the lead is larger, and the answer proven.

    Returns
    -------
    go.Figure
        Each point's ``customdata`` is the image's index.
    """
    margins, changed = comparison.reference.margins, comparison.changed
    return scatter(
        margins,
        margins - found.least_margin,
        (
            Group("proven", found.proven, REFERENCE_COLOUR, 4, opacity=0.35),
            Group("not proven", ~found.proven & ~changed, NEUTRAL_COLOUR, 9),
            Group("answer changed", changed, TARGET_COLOUR, 13, "diamond"),
        ),
        ("lead of the best score (logits)", "most that float16 could take (logits)"),
        "leads by %{x:.4g}, float16 could take %{y:.2e} at most",
        ("all of the lead", 1.0),
        chosen,
    )


@remembered()
def observed_and_possible(comparison: Comparison, found: Guarantee) -> go.Figure:
    """How each image's largest logit change is distributed: as observed, and at most."""
    return distributions(
        (
            ("observed", comparison.abs_logit_delta, DELTA_COLOUR),
            ("at most", found.max_abs_delta, NEUTRAL_COLOUR),
        ),
        "largest change of a score (logits), from",
    )


def proven_by_mantissa(shares: Mapping[int, tuple[float, float]], form: FloatFormat) -> go.Figure:
    """Share of images not proven unchangeable, and of those that changed, against mantissa bits; zeros left out.

    Parameters
    ----------
    shares
        Of all images: proven, and unchanged; by mantissa bits, at least one.
    form
        The format to mark, with the exponent bits of all.
    """
    drawn = figure(340)
    for place, name, colour, symbol in (
        (0, "not proven", NEUTRAL_COLOUR, "circle"),
        (1, "changed", TARGET_COLOUR, "diamond"),
    ):
        order = [bits for bits in sorted(shares, reverse=True) if shares[bits][place] < 1]
        drawn.add_scatter(
            name=name,
            x=order,
            y=[100 * (1 - shares[bits][place]) for bits in order],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 8, "symbol": symbol},
            text=[
                f"{form.exponent_bits} + {bits} bits: {percent_text(1 - shares[bits][place])} {name}" for bits in order
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    mark(drawn, form.mantissa_bits, form.name)
    drawn.update_xaxes(title="mantissa bits", range=[max(shares) + 0.5, -0.5], dtick=1)
    drawn.update_yaxes(title="images (%)", **log_ticks(0.005, 150))
    return fixed(drawn)
