"""Figures of the guarantee: the largest possible effect of float16, and the observed one."""

from collections.abc import Mapping

import plotly.graph_objects as go

from fp16core.evaluate.comparison import Comparison
from fp16core.figures.base.image_plots import Group, distributions, scatter
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
    """Top-1 margin of each image against the largest possible reduction by float16.

    Below the line the margin is larger, and the answer is proven.

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
        ("margin (logits)", "largest possible reduction by float16 (logits)"),
        "margin %{x:.4g}, float16 could reduce that by %{y:.2e} at most",
        ("the whole margin", 1.0),
        chosen,
    )


def bound_line_text(found: Guarantee) -> str:
    """Meaning of the line of `margins_and_bounds`, which the chart's axes leave out if all points lie far below it."""
    if found.proven.all():
        return "All points lie below the whole margin: it cannot take all of it."
    return "Below the dashed line it cannot take all of it."


@remembered()
def observed_and_possible(comparison: Comparison, found: Guarantee) -> go.Figure:
    """Distributions of the images' largest logit change: observed, and largest possible."""
    return distributions(
        (
            ("observed", comparison.abs_logit_delta, DELTA_COLOUR),
            ("at most", found.max_abs_delta, NEUTRAL_COLOUR),
        ),
        "largest logit change, from",
    )


def proven_by_mantissa(shares: Mapping[int, tuple[float, float]], form: FloatFormat) -> go.Figure:
    """Share of images not proven unchangeable, and of those that changed, against mantissa bits; zeros left out.

    Parameters
    ----------
    shares
        Shares of all images, proven and unchanged, by mantissa bits; at least one.
    form
        Format to mark; all have its exponent bits.
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
