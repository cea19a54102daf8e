"""Folds of the page of answers; what takes time is measured only once its fold is opened."""

from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.evaluate.browse import Show, select_images
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.contact_sheet import sheet_entries
from fp16core.figures import accuracy as accuracy_figures
from fp16core.figures.base.pictures import sprite_png
from fp16core.figures.base.style import REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.figures.lab import guarantee as figures
from fp16core.lab.guarantee import Guarantee
from fp16core.numerics.formats import FLOAT16, FloatFormat
from fp16core.text import factor_text, small_text
from pages.shared.session import state
from pages.shared.session.measuring import lab
from pages.shared.session.measuring.sweep import sweep
from pages.shared.ui.charts import chart, index_of
from pages.shared.ui.contact_sheet import contact_sheet
from pages.shared.ui.folds import fold_on_demand
from pages.shared.ui.headline import cards
from pages.shared.ui.tables import show_table

_NEAREST = 6
_COLUMNS = 6
_MANTISSAS = range(12, -1, -1)


def per_digit(comparison: Comparison) -> None:
    """Show the accuracy on each digit."""
    fold = fold_on_demand("Is one digit hit harder than others?", ":material/bar_chart:", "answers-digits")
    if not fold.open:
        return
    with fold:
        shares, deltas = cards(2, "cards-digits")
        with shares:
            st.markdown("**Accuracy on each digit, with 95 % intervals**")
            chart(partial(accuracy_figures.per_digit, comparison), "per-digit", "Accuracy of both models on each digit")
        with deltas:
            st.markdown("**Change by float16**")
            chart(
                partial(accuracy_figures.per_digit_delta, comparison),
                "per-digit-delta",
                "Accuracy change on each digit, percentage points",
            )


def closest_calls(images: npt.NDArray[np.uint8], comparison: Comparison, proof: Guarantee | None, chosen: int) -> None:
    """Show the images nearest to another answer, and the distributions of observed and of possible changes."""
    fold = fold_on_demand("The closest calls", ":material/compress:", "answers-closest")
    if not fold.open:
        return

    def on_sheet() -> None:
        """Choose the image that was clicked on the sheet."""
        if (index := index_of(st.session_state["nearest"].picked, comparison.images)) is not None:
            st.session_state.point = index

    nearest = select_images(comparison, Show.CLOSEST)[:_NEAREST].copy()  # a slice would keep all of them alive
    with fold:
        calls, histogram = cards(2)
    with calls:
        if len(nearest):
            contact_sheet(
                sprite_png(images[nearest], _COLUMNS),
                _COLUMNS,
                sheet_entries(comparison, nearest, chosen),
                (REFERENCE_COLOUR, TARGET_COLOUR),
                key="nearest",
                on_pick=on_sheet,
            )
            st.caption(
                f"The {len(nearest)} images whose answer the smallest enlargement of float16's error would change, "
                "nearest first; a smaller margin may be missing where float16's error happens to widen it. An orange "
                "frame: it did change."
            )
            table: dict[str, list[object]] = {
                "image": [int(i) for i in nearest],
                "error × to change": [factor_text(comparison.report(i).flip_factor) for i in nearest],
                "margin": [small_text(comparison.report(i).margin) for i in nearest],
            }
            if proof is not None:
                table["proven"] = ["yes" if proof.proven[i] else "no" for i in nearest]
            show_table(table)
        else:
            st.markdown("No multiple of float16's error would change an answer.")
    if proof is not None:
        with histogram:
            st.markdown("**What happened, and what could have**")
            chart(
                partial(figures.observed_and_possible, comparison, proof),
                "observed-and-possible",
                "Histograms of the largest change of a logit, as observed and at most",
            )
            st.caption(
                "The gap shows how much the errors cancel in reality. A proof must not rely on that: it lets them all "
                "add up."
            )


def how_it_is_proven() -> None:
    """Explain the proof."""
    with st.expander("How it is proven", icon=":material/function:"):
        st.markdown(
            "Each float32 weight *w* may have become any number from *w* − *e* to *w* + *e*, where *e* is the size of "
            "its own rounding error in the file. Interval arithmetic carries these ranges through the convolution, "
            "ReLU, pooling and the dense layer, for each image: every intermediate number lies in a range, and so does "
            "the margin of the largest logit over each other one. If the lower end of that range is above 0, no choice "
            "of errors can change the answer. The ranges also allow for what float32 arithmetic itself may add when "
            "both models sum up thousands of products in whatever order (Higham, *Accuracy and Stability of Numerical "
            "Algorithms*, section 3.1)."
        )


def fewer_bits(images: int) -> None:
    """Try to prove the answers for fewer mantissa bits."""
    fold = fold_on_demand("The proof for fewer mantissa bits", ":material/tune:", "prove")
    if not fold.open:
        return
    with fold:
        forms = [FloatFormat(FLOAT16.exponent_bits, bits) for bits in _MANTISSAS]
        with state.explained():
            shares = sweep("prove", forms, lab.proven_and_unchanged, f"formats, each on {images:,} images")
        chart(
            partial(figures.proven_by_mantissa, dict(zip(_MANTISSAS, shares, strict=False)), FLOAT16),
            "proven-by-mantissa",
            "Share of answers that are not proven and that changed, against mantissa bits",
        )
        st.caption(
            "Each mantissa bit less doubles the largest rounding error. Where the model still gives the same answers "
            "but the proof fails, errors cancel that might have added up. No mark where there are no such images."
        )
