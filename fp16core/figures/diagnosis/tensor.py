"""Figure of one tensor's numbers: their histogram, with the ends of float16's range where they are in sight."""

import numpy as np
import plotly.graph_objects as go

from fp16core.diagnosis.outcome import OperatorReading
from fp16core.figures.base.style import (
    DELTA_COLOUR,
    REFERENCE_COLOUR,
    as_list,
    figure,
    fixed,
    mark,
    small_ticks,
    write_message,
)
from fp16core.text import small_text, weight_text

_LARGEST = 65_504.0


def histogram(reading: OperatorReading) -> go.Figure:
    """Histogram of the tensor that an operator's reading is of: blue for weights, green for what it computes."""
    drawn = figure(240, meta={"columns": ["from", "to"]}, bargap=0, margin={"l": 8, "r": 8, "t": 16, "b": 8})
    found = reading.histogram
    if found is None:
        write_message(drawn, "There are no finite numbers.")
        return fixed(drawn)
    edges = found.edges
    drawn.add_bar(
        name="weights" if reading.are_weights else "results",
        x=as_list((edges[:-1] + edges[1:]) / 2),
        width=as_list(np.diff(edges)),
        y=as_list(found.counts),
        marker={"color": REFERENCE_COLOUR if reading.are_weights else DELTA_COLOUR},
        customdata=[[low, high] for low, high in zip(as_list(edges[:-1]), as_list(edges[1:]), strict=True)],
        text=[
            f"{count:,} from {small_text(low)} to {small_text(high)}"
            for low, high, count in zip(edges[:-1], edges[1:], found.counts, strict=True)
        ],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    for end in (-_LARGEST, _LARGEST):
        if edges[0] < end < edges[-1]:
            mark(drawn, end, weight_text(end), left=end < 0)
    drawn.update_xaxes(title="value", **small_ticks(edges))
    drawn.update_yaxes(title="numbers", nticks=4)
    return fixed(drawn)
