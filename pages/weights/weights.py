"""Weights: the effect of rounding to float16 on each tensor."""

from functools import partial

import streamlit as st

from fp16core.figures import weights as figures
from fp16core.numerics.weight_rounding import RELATIVE_ERROR_BOUND, largest_tensor
from fp16core.text import percent_text, small_text
from pages.shared.session import state
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table

with state.explained():
    tensors = state.roundings()

key = st.segmented_control(
    "Tensor",
    list(tensors),
    default=largest_tensor(tensors),
    required=True,
    key="tensor",
    bind="query-params",
    help="A tensor is an array of weights. conv_2d is the layer that looks for strokes; fully_connected turns what it "
    "found into ten logits. Kernels and weights are factors, biases are added.",
)
tensor = tensors[key]

if tensor.was_cast:
    st.markdown(
        f"**{tensor.reference.size:,} {tensor.noun}** of shape {tensor.shape_text} were rounded from 32 to 16 bits, "
        f"each by at most **{small_text(tensor.max_abs_error)}**. "
        + (
            "All stored bits equal NumPy's own float16 cast."
            if tensor.bits_match_numpy
            else ":orange[Weights beyond ±65,504 were clamped to it; all others equal NumPy's own float16 cast.]"
            if tensor.is_clamped
            else ":orange[The stored bits differ from NumPy's float16 cast: they changed by more than rounding.]"
        )
    )
else:
    st.markdown(
        f"**{tensor.reference.size:,} {tensor.noun}** of shape {tensor.shape_text} were left in float32 in this file."
    )

row = headline("headline-six")
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
    "The largest |float16 − float32| of this tensor.",
)
number(
    row,
    "Largest relative error",
    percent_text(tensor.max_relative_error),
    f"{percent_text(RELATIVE_ERROR_BOUND)} at most in the normal range",
    "Rounding error as a share of the weight. float16 keeps 11 significant bits, so a weight in its normal range "
    "is off by at most 2⁻¹¹ of itself; a subnormal one may be off by more.",
)
number(
    row,
    "Subnormal",
    f"{tensor.subnormal:,}",
    f"of {tensor.reference.size:,} weights",
    "Weights nearer to 0 than 2⁻¹⁴ ≈ 0.000061, which float16 stores with fewer significant bits.",
)
number(
    row,
    "Underflowed to 0",
    f"{tensor.underflowed:,}",
    f"of {tensor.reference.size:,} weights",
    "Weights so small that float16 can only store them as 0.",
)
number(
    row,
    "Overflowed",
    f"{tensor.overflowed:,}",
    f"of {tensor.reference.size:,} weights",
    "Weights too large for float16, whose largest number is 65,504.",
)

logarithmic = st.toggle(
    "Logarithmic counts", key="log", bind="query-params", help="Makes sparse bins visible beside full ones."
)
values, errors = cards(2)
with values:
    st.markdown("**Weights in both files**")
    chart(
        partial(figures.weight_histograms, tensor, logarithmic),
        "weights",
        f"Histogram of the weights of {key} in both files",
    )
    st.caption("Where the orange outline leaves the blue bars, rounding moved weights across a bin's edge.")
    st.page_link(
        "bits/bits.py",
        label="See one weight's bits",
        icon=":material/arrow_forward:",
        query_params={"bits_tensor": key},
    )
with errors:
    st.markdown("**Rounding error of each weight**")
    chart(partial(figures.rounding_errors, tensor, logarithmic), "errors", f"Histogram of the rounding errors of {key}")
    st.caption("The larger a weight, the coarser float16's grid around it, and the larger its possible error.")

with st.container(border=True):
    st.markdown("**All tensors**")
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
