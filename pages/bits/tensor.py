"""All weights of a tensor: their numbers and histograms, which lead to a single weight; and a table of all tensors."""

from functools import partial

import streamlit as st

from fp16core.figures import weights as figures
from fp16core.numerics.weight_rounding import RELATIVE_ERROR_BOUND, WeightRounding
from fp16core.text import percent_text, small_text
from pages.bits import clickable
from pages.bits.choosing import Chosen, Tensors, show_picked_weight
from pages.bits.words import chosen_sentence, tensor_sentence
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table
from pages.shared.ui.terms import hint


def show_tensor(tensor: WeightRounding, chosen: Chosen) -> None:
    """Show the effect of rounding on a tensor; a click on a bar chooses a weight."""
    st.markdown(tensor_sentence(tensor))
    row = headline()
    number(
        row,
        "Range",
        f"{small_text(tensor.low)} to {small_text(tensor.high)}",
        "of the float32 weights",
        "Smallest and largest weight. float16 reaches from −65,504 to 65,504.",
    )
    number(
        row,
        "Largest rounding error",
        small_text(tensor.max_abs_error),
        "of one weight",
        hint("rounding error", more="Here the largest of this tensor, whatever its sign."),
    )
    number(
        row,
        "Largest relative error",
        percent_text(tensor.max_relative_error),
        f"normal: {percent_text(RELATIVE_ERROR_BOUND)} at most",
        hint(
            "relative error",
            more="float16 keeps 11 significant bits, so a weight in its normal range is off by at most 2⁻¹¹ of itself; "
            "a subnormal one may be off by more.",
        ),
    )
    number(
        row,
        "Subnormal",
        f"{tensor.subnormal:,}",
        f"of {tensor.reference.size:,} weights",
        hint("subnormal"),
    )
    if tensor.underflowed:
        number(
            row,
            "Underflowed to 0",
            f"{tensor.underflowed:,}",
            f"of {tensor.reference.size:,} weights",
            hint("underflow"),
        )
    if tensor.overflowed:
        number(
            row,
            "Overflowed",
            f"{tensor.overflowed:,}",
            f"of {tensor.reference.size:,} weights",
            hint("overflow", "clamp"),
        )
    index = chosen.index
    logarithmic = st.toggle(
        "Logarithmic counts",
        value=True,
        key="log",
        bind="query-params",
        help="Makes sparse bins visible beside full ones.",
    )
    values, errors = cards(2, "cards-histograms")
    # Another chart after each choice: a bar can be clicked again.
    with values:
        st.markdown("**Weights in both files**")
        chart(
            partial(figures.weight_histograms, tensor, logarithmic, index),
            key := f"weights-{index}",
            f"Histogram of the weights of {tensor.key} in both files; a click on a bar chooses a weight",
            on_click=partial(show_picked_weight, key, tensor),
        )
        st.caption(
            "Pick a bar to see the weight nearest to its middle."
            + (" The green bar holds the weight shown." if index is not None else "")
            + " Where the orange outline leaves the bars, rounding moved weights across a bin's edge."
        )
    with errors:
        st.markdown("**Rounding error of each weight**")
        chart(
            partial(figures.rounding_errors, tensor, logarithmic, index),
            key := f"errors-{index}",
            f"Histogram of the rounding errors of {tensor.key}; a click on a bar chooses a weight",
            on_click=partial(show_picked_weight, key, tensor),
        )
        st.caption(
            "The larger a weight, the coarser float16's grid, and the larger its possible error."
            + (" The orange bar holds the weight shown." if index is not None else "")
        )
    if chosen.weight is not None:
        line = st.container(horizontal=True, vertical_alignment="center")
        line.markdown(chosen_sentence(chosen.weight), width="content")
        line.button("Show its bits", key="bits-show", icon=":material/arrow_upward:", on_click=clickable.scroll_here)


def all_tensors(tensors: Tensors) -> None:
    """Show a table with a row for each tensor."""
    show_table(
        {
            "tensor": list(tensors),
            "numbers": [f"{t.reference.size:,}" for t in tensors.values()],
            "stored as": [str(t.stored.dtype) for t in tensors.values()],
            "largest error": [small_text(t.max_abs_error) for t in tensors.values()],
            "largest relative error": [percent_text(t.max_relative_error) for t in tensors.values()],
            "subnormal": [f"{t.subnormal:,}" for t in tensors.values()],
            "underflowed": [f"{t.underflowed:,}" for t in tensors.values()],
            "overflowed": [f"{t.overflowed:,}" for t in tensors.values()],
            "as NumPy casts": ["yes" if t.bits_match_numpy else "no" for t in tensors.values()],
        },
    )
