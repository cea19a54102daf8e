"""The weights of a network in training: its kernels as pictures, and a histogram of each weight tensor."""

from functools import partial

import streamlit as st

from fp16core.figures.training import weights as figures
from fp16core.text import count_text
from fp16core.training.recipe import Recipe
from fp16core.training.trace import KERNEL_KEYS, Trace
from pages.shared.ui.charts import chart

_FIRST, _SECOND = KERNEL_KEYS


def draw_weights(trace: Trace, recipe: Recipe, key: str) -> None:
    """Show the latest kernels and weights of a run side by side; ``key`` tells two of them on one page apart."""
    tensors = [] if trace.last is None else [*trace.last.histograms]
    convolution = "first convolution" if _SECOND in tensors else "convolution"
    titles = {_FIRST: convolution, _SECOND: "second convolution"}
    kernels, *columns = st.columns(1 + len(tensors))
    with kernels:
        st.markdown(f"**{count_text(recipe.filters, 'kernel')} of the {convolution}**")
        chart(partial(figures.kernels, trace), f"{key}-kernels", "The kernels' weights as coloured squares")
    for column, tensor in zip(columns, tensors, strict=True):
        title = f"Weights of the {titles.get(tensor, 'dense layer')}"
        with column:
            st.markdown(f"**{title}**")
            chart(
                partial(figures.weight_histogram, trace, tensor),
                f"{key}-{tensor}",
                f"Histogram: {title.lower()}, now and before training",
            )
