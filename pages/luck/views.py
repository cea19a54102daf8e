"""Views of all trainings: their accuracies, their changed answers, and the changes that a larger error would make."""

from functools import partial

import streamlit as st

from fp16core.figures import study as figures
from fp16core.figures.crowd import MOST_POINTS
from pages.luck.choice import Choice
from pages.shared.ui.charts import chart

EVERY, CHANGED, LARGER = "Every training", "Changed answers", "Larger errors"


def show(chosen: Choice) -> None:
    """Show the view that the visitor chooses."""
    view = st.segmented_control(
        "View",
        [EVERY, CHANGED, LARGER],
        default=EVERY,
        required=True,
        key="luck-view",
        label_visibility="collapsed",
        bind="query-params",
    )
    rows, kind = chosen.rows, chosen.kind
    if view == EVERY:
        chart(
            partial(figures.both_accuracies, rows, kind),
            "both-accuracies",
            "Scatter plot of each training's accuracy in float16 against its accuracy in float32",
        )
        crowded = "Trainings with the same accuracies share a point. " if len(rows) > MOST_POINTS else ""
        st.caption(f"{crowded}On the dashed line both accuracies are equal.")
    elif view == CHANGED:
        chart(
            partial(figures.changed_counts, rows, kind),
            "changed-counts",
            "Bar chart: number of trainings by the number of answers that float16 changed in them",
        )
        st.caption("Trainings by the number of answers that float16 changed in each.")
    else:
        chart(
            partial(figures.flips_within, rows, kind),
            "flips-within",
            "Bar chart: answers of 10,000 that would change if float16’s error were 1 to 100 times as large",
        )
        st.caption("Answers that would change, on average, if float16’s error were several times as large.")
