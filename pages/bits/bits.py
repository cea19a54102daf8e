"""Weights and bits: one number taken apart, the bits of it that float16 drops, and all weights of its tensor."""

from functools import partial

import streamlit as st

from fp16core.figures import bits as figures
from pages.bits import choosing
from pages.bits.clickable import clickable_bits
from pages.bits.strip import bit_strip, legend
from pages.bits.tensor import all_tensors, show_tensor
from pages.bits.words import answer_sentence, badges, decision_sentence
from pages.shared.session import state
from pages.shared.ui.charts import chart

with state.explained():
    tensors = state.roundings()

answer = st.empty()
row = st.container(key="bits-choice", horizontal=True, vertical_alignment="bottom", gap="small")
is_weight = choosing.choose_source(row)
if is_weight:
    special = row.container(width="content")
    tensor = choosing.choose_tensor(row, tensors)
    chosen = choosing.choose_weight(row, special, tensor)
else:
    chosen = choosing.type_number(row)
narrowing = chosen.narrowing

with st.container(border=True):
    clickable_bits(narrowing.source, chosen.stored, choosing.show_changed_number)

parts = st.container(border=True, key="cards-decision", horizontal=True)
decision, around = parts.container(gap="xsmall"), parts.container(gap="xsmall")
with decision:
    st.markdown(f"**The decision** {badges(narrowing)}")
    st.markdown(decision_sentence(narrowing))
    st.markdown(chosen.sentence)
if narrowing.source.is_finite:
    with around:
        st.markdown("**float16's numbers around it**")
        chart(
            partial(figures.grid, narrowing),
            "bits-grid",
            "Number line with the float16 numbers around the float32 number",
        )
        st.caption(
            "Each orange line is a float16 number; everything in the shaded interval is rounded to the same one."
        )
else:
    around.markdown("**float16's numbers around it**")
    around.caption("Infinity and NaN have no place among the numbers.")
with st.expander("Rounding, digit by digit, and what the bits mean"):
    bit_strip(narrowing, chosen.stored)
    legend(narrowing)

weights = st.container()
if not is_weight:
    tensor = choosing.choose_tensor(st.container(), tensors)
weights.header(f"All {tensor.noun} of the tensor", anchor="weights")
answer.markdown(answer_sentence(tensor))
show_tensor(tensor, chosen)
with st.expander("All tensors"):
    all_tensors(tensors)
