"""The charts behind the claims: sizes and accuracies."""

from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.figures import overview as figures
from fp16core.tflite.size_account import SizeAccount
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards


def show_charts(comparison: Comparison, account: SizeAccount) -> None:
    """Show the sizes and the accuracies as charts."""
    left, right = cards(2)
    with left:
        st.markdown("**Where the bytes go**")
        st.caption(
            "Coloured: weights and biases. Grey: the rest of the file, such as the description of the network's graph."
        )
        chart(
            partial(figures.file_sizes, account),
            "sizes",
            "Bar chart: bytes of the float32 and the float16 file, split into weights and everything else",
        )
    with right:
        st.markdown("**Accuracy, with its uncertainty**")
        st.caption(
            "The line is the 95 % interval: other test images of this kind would plausibly give an accuracy on it."
        )
        chart(
            partial(figures.accuracies, comparison),
            "accuracies",
            "Accuracy of both models with 95 % confidence intervals",
        )
