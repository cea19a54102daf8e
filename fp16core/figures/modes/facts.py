"""Figure of times in all modes of execution, measured here or recorded elsewhere."""

from collections.abc import Sequence

import plotly.graph_objects as go

from fp16core.figures.base.style import NEUTRAL_COLOUR, figure, fixed, log_ticks
from fp16core.modes.facts import ModeFacts, answers_text, time_text
from fp16core.text import count_text

_SYMBOLS = ("circle-open", "diamond-open", "square-open")
"""Symbols of batch sizes, ascending: of one colour, as all are times of the same file, and open, as some overlap."""


def image_times(found: Sequence[ModeFacts]) -> go.Figure:
    """Time of the float16 file for an image, by mode and batch size, on a logarithmic axis."""
    timed = [facts for facts in found if facts.times]
    drawn = figure(86 + 40 * max(len(timed), 1), margin={"l": 8, "r": 16, "t": 36, "b": 8})
    for row, facts in enumerate(timed):
        times = [time.us_per_image for time in facts.times]
        drawn.add_shape(
            type="line", x0=min(times), x1=max(times), y0=row, y1=row, line={"color": NEUTRAL_COLOUR, "width": 1}
        )
    for place, batch in enumerate(sorted({time.batch for facts in timed for time in facts.times})):
        points = [(row, facts, time) for row, facts in enumerate(timed) for time in facts.times if time.batch == batch]
        drawn.add_scatter(
            name=f"{count_text(batch, 'image')} at once",
            x=[time.us_per_image for _, _, time in points],
            y=[row for row, _, _ in points],
            mode="markers",
            marker={
                "color": NEUTRAL_COLOUR,
                "symbol": _SYMBOLS[place % len(_SYMBOLS)],
                "size": 11,
                "line": {"color": NEUTRAL_COLOUR, "width": 2},
            },
            text=[f"{facts.mode.title}: {time_text(time)}, {answers_text(facts)}" for _, facts, time in points],
            hovertemplate="%{text}<extra></extra>",
        )
    every = [time.us_per_image for facts in timed for time in facts.times] or [1.0]
    drawn.update_xaxes(title="microseconds per image (float16 file)", **log_ticks(min(every) / 1.6, max(every) * 1.6))
    drawn.update_yaxes(
        tickvals=list(range(len(timed))),
        ticktext=[facts.mode.short_title for facts in timed],
        range=[len(timed) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    return fixed(drawn)
