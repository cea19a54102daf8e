"""Figure of a single digit: logits of both models."""

import plotly.graph_objects as go

from fp16core.evaluate.both import BothAnswers
from fp16core.figures.base.remembered import remembered
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    DELTA_NAME,
    REFERENCE_COLOUR,
    REFERENCE_NAME,
    TARGET_COLOUR,
    TARGET_NAME,
    as_list,
    digit_ticks,
    figure,
    fixed,
    small_ticks,
)
from fp16core.text import small_text


@remembered()
def logits(answers: BothAnswers, index: int) -> go.Figure:
    """Logits of both models above, and their difference below, for one image."""
    drawn = figure(380)
    for name, evaluation, colour, symbol in (
        (REFERENCE_NAME, answers.reference, REFERENCE_COLOUR, "circle"),
        (TARGET_NAME, answers.target, TARGET_COLOUR, "x-thin"),
    ):
        drawn.add_scatter(
            name=name,
            x=list(range(10)),
            y=as_list(evaluation.logits[index]),
            mode="markers",
            # The two nearly always coincide: a cross on a disc shows both.
            marker={"color": colour, "size": 12, "symbol": symbol, "line": {"color": colour, "width": 3}},
            hovertemplate=name + " gives the digit %{x} the logit %{y:.6f}<extra></extra>",
        )
    deltas = answers.logit_delta[index]
    drawn.add_bar(
        name=DELTA_NAME,
        x=list(range(10)),
        y=as_list(deltas),
        marker={"color": DELTA_COLOUR},
        text=[small_text(d, signed=True) for d in deltas],
        hovertemplate="float16 changes the logit of %{x} by %{text}<extra></extra>",
        textposition="none",
        yaxis="y2",
    )
    # Two axes by hand: plotly's subplots take longer to build than everything else on the page.
    drawn.update_layout(
        xaxis={"title": {"text": "digit"}, "anchor": "y2", **digit_ticks()},
        yaxis={"title": {"text": "logit"}, "domain": [0.48, 1]},
        yaxis2={
            "title": {"text": "change", "standoff": 8},
            "domain": [0, 0.4],
            **small_ticks(deltas),
            "automargin": True,
        },
    )
    return fixed(drawn)
