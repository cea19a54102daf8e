"""Guarantee: images whose answers float16 weights provably cannot change, and the closest calls."""

from functools import partial

import streamlit as st

from fp16core.evaluate.browse import Show, select_images
from fp16core.evaluate.contact_sheet import sheet_entries
from fp16core.figures.base.pictures import sprite_png
from fp16core.figures.base.style import REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.figures.lab import guarantee as figures
from fp16core.numerics.formats import FLOAT16, FloatFormat
from fp16core.text import count_text, factor_text, percent_text, small_text
from pages.shared.session import lab, state
from pages.shared.session.sweep import go_on, sweep
from pages.shared.ui.charts import chart, index_of, picked
from pages.shared.ui.contact_sheet import contact_sheet
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.image_card import show_image
from pages.shared.ui.tables import show_table

NEAREST = 6
COLUMNS = 6
MANTISSAS = range(12, -1, -1)

with state.explained():
    found = state.results()
    proof = lab.proof()
comparison = found.comparison


def clicked() -> None:
    """Choose the image whose point was clicked."""
    if (index := picked("bounds", comparison.images)) is not None:
        st.session_state.near = index


def on_sheet() -> None:
    """Choose the image that was clicked on the sheet."""
    if (index := index_of(st.session_state["nearest"].picked, comparison.images)) is not None:
        st.session_state.near = index


st.markdown(
    f"For **{percent_text(proof.proven_share)}** of {comparison.images:,} test images it could not: even if every "
    "rounding error of the weights pointed in the worst direction, the answer would stay. float16 did change "
    f"**{count_text(comparison.changed_predictions, 'answer')}**. This is about float16 weights with float32 "
    "arithmetic, as on this server; a processor that computes in float16 errs more."
)
nearest = select_images(comparison, Show.CLOSEST)[:NEAREST].copy()  # a slice would keep all of them alive
row = headline()
number(
    row,
    "Proven unchangeable",
    f"{proof.proven_images:,}",
    f"of {comparison.images:,} images",
    "Images whose answer no weights within the rounding errors can change, whatever the sign of each error.",
)
number(
    row,
    "Observed unchanged",
    f"{comparison.equal_predictions:,}",
    f"of {comparison.images:,} images",
    "Images on which both models, run on this server, give the same answer.",
)
number(
    row,
    "Closest call",
    f"{factor_text(comparison.report(nearest[0]).flip_factor)} ×" if len(nearest) else "none",
    f"the error would suffice, image {nearest[0]:,}" if len(nearest) else "no multiple changes an answer",
    "Factor by which float16's change of the logits would have to grow to change an answer. At most 1: it did.",
)
number(
    row,
    "Worst case",
    f"{factor_text(proof.overestimate(comparison.abs_logit_delta))} ×",
    "the observed change (median)",
    "Ratio of the largest possible change of a logit to the observed one. In reality errors have both signs and "
    "mostly cancel; a proof must not rely on that.",
)

with st.container(border=True):
    st.header("The margin, and what float16 could take from it", anchor="bounds")
    st.markdown(
        "Each point is a test image. Further right, float32's margin is larger; further up, float16 could take more "
        "of that margin. Below the dashed line it cannot take all of it. **Click a point to see its image.**"
    )
    plot, card = st.container(key="cards-margins").columns([5, 2], vertical_alignment="center")
    with card:
        index = int(
            st.number_input(
                f"Image number, 0 to {comparison.images - 1:,}",
                0,
                comparison.images - 1,
                comparison.closest_image,
                key="near",
                bind="query-params",
                help="Position in the test set, from 0. Initially the image closest to a changed answer.",
            )
        )
        show_image(found.images, comparison, index)
        st.caption(
            "Its answer is proven."
            if proof.proven[index]
            else "Nothing can be proven: a logit is not a number."
            if not comparison.report(index).is_answered
            else "Its answer is not proven: the margin is smaller than what float16 could take."
        )
    with plot:
        chart(
            partial(figures.margins_and_bounds, comparison, proof, index),
            "bounds",
            "Scatter plot of the margin against the most that float16 could take from it",
            on_click=clicked,
        )

calls, histogram = cards(2)
with calls:
    st.markdown("**The closest calls**")
    if len(nearest):
        contact_sheet(
            sprite_png(found.images[nearest], COLUMNS),
            COLUMNS,
            sheet_entries(comparison, nearest, index),
            (REFERENCE_COLOUR, TARGET_COLOUR),
            key="nearest",
            on_pick=on_sheet,
        )
        st.caption(
            f"The {len(nearest)} images whose answer the smallest enlargement of float16's error would change, nearest "
            "first; a smaller margin may be missing where float16's error happens to widen it. An orange frame: it did "
            "change."
        )
        show_table(
            {
                "image": [int(i) for i in nearest],
                "error × to change": [factor_text(comparison.report(i).flip_factor) for i in nearest],
                "margin": [small_text(comparison.report(i).margin) for i in nearest],
                "proven": ["yes" if proof.proven[i] else "no" for i in nearest],
            },
        )
    else:
        st.markdown("No multiple of float16's error would change an answer.")
with histogram:
    st.markdown("**What happened, and what could have**")
    chart(
        partial(figures.observed_and_possible, comparison, proof),
        "observed-and-possible",
        "Histograms of the largest change of a logit, as observed and at most",
    )
    st.caption(
        "The gap shows how much the errors cancel in reality. A proof must not rely on that: it lets them all add up."
    )

with st.expander("How it is proven", icon=":material/function:"):
    st.markdown(
        "Each float32 weight *w* may have become any number from *w* − *e* to *w* + *e*, where *e* is the size of its "
        "own rounding error in the file. Interval arithmetic carries these ranges through the convolution, ReLU, "
        "pooling and the dense layer, for each image: every intermediate number lies in a range, and so does the "
        "margin of the largest logit over each other one. If the lower end of that range is above 0, no choice of "
        "errors can change the answer. The ranges also allow for what float32 arithmetic itself may add when both "
        "models sum up thousands of products in whatever order (Higham, *Accuracy and Stability of Numerical "
        "Algorithms*, section 3.1)."
    )

st.header("How many bits does the proof need?", anchor="formats")
if st.toggle(
    "Also try to prove it for fewer mantissa bits",
    key="prove",
    bind="query-params",
    help="Takes a while the first time; can be stopped, and shows the results so far.",
):
    forms = [FloatFormat(FLOAT16.exponent_bits, bits) for bits in MANTISSAS]
    with state.explained():
        shares = sweep("prove", forms, lab.proven_and_unchanged, f"formats, each on {comparison.images:,} images")
    with st.container(border=True):
        chart(
            partial(figures.proven_by_mantissa, dict(zip(MANTISSAS, shares, strict=False)), FLOAT16),
            "proven-by-mantissa",
            "Share of answers that are not proven and that changed, against mantissa bits",
        )
        st.caption(
            "Each mantissa bit less doubles the largest rounding error. Where the model still gives the same answers "
            "but the proof fails, errors cancel that might have added up. No mark where there are no such images."
        )
go_on()
