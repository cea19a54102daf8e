"""Signal-to-noise ratios of activations after each operator, and the table of all numbers."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from fp16core.figures import layers
from fp16core.numerics.error_measure import ErrorMeasure
from fp16core.numerics.propagation import PairActivations, Propagation
from fp16core.numerics.propagation_tables import step_purposes, step_table
from fp16core.runtime.operator_names import step_name
from fp16core.text import decibels_text, small_text
from pages.shared.session.measuring import propagation
from pages.shared.ui.charts import chart, table_button
from pages.shared.ui.headline import headline, number
from pages.shared.ui.tables import show_table
from pages.shared.ui.terms import hint


def show_decibels(travelled: Propagation, weights: ErrorMeasure, margin: float | None) -> None:
    """Show the ratios of numbers to their errors.

    Parameters
    ----------
    travelled
        The errors after each operator.
    weights
        The error of the rounded weights.
    margin
        The image's margin; `None` for many images.
    """
    st.caption(
        "How to read decibels: at 40 dB, numbers are 100 times as large as their error, at 60 dB 1,000 times, and each "
        "significant bit adds 6 dB. The higher, the better."
    )
    noisiest, logits = travelled.noisiest, travelled.logits
    row = headline()
    number(
        row,
        "SNR of the weights",
        decibels_text(weights.snr_db),
        "after rounding to float16",
        hint("SNR", more="Here the weights against their rounding errors. All later error comes from these."),
    )
    number(
        row,
        "Lowest SNR",
        decibels_text(noisiest.error.snr_db),
        f"after {step_name(noisiest.step)}",
        "The operator after which the error is largest, relative to the activations.",
    )
    number(
        row,
        "SNR of the logits",
        decibels_text(logits.error.snr_db),
        "the last operator’s output",
        hint("logit", more="The ten logits against their error. Where many errors add up, part of them cancels."),
    )
    number(
        row,
        "Largest logit change",
        small_text(logits.error.max_abs_error),
        f"beside a margin of {small_text(margin)}" if margin is not None else f"of {travelled.images:,} images",
        hint("logit change", "margin"),
    )
    st.markdown("**Activations relative to their error**")
    chart(
        partial(layers.step_snr, travelled, weights),
        "layer-snr",
        "Signal-to-noise ratio after each operator in decibels, beside that of the rounded weights",
    )
    st.caption(
        "float16 keeps 11 significant bits of a weight in its normal range: a leading 1 and the 10 bits of the "
        "*mantissa*. The dotted line, 11 × 6 dB, is the worst case for one such weight; rounding usually does better. "
        "Where the green line rises, the error shrank relative to the activations; where it falls, it grew."
    )


def show_operators(
    travelled: Propagation, activations: PairActivations, record: Callable[[], PairActivations], index: int
) -> None:
    """Show all numbers by operator, and offer the activations of the image that ``record`` returns anew."""
    st.markdown("**Operator by operator**")
    show_table(
        step_table(travelled),
        column_config={
            "numbers": st.column_config.TextColumn("numbers", help="Count of activations for one image."),
            "float32": st.column_config.TextColumn(help="Smallest to largest activation of the float32 model."),
            "float16": st.column_config.TextColumn(help="Smallest to largest activation of the float16 model."),
            "RMS error": st.column_config.TextColumn(help=hint("RMS", more="Here of float16 − float32.")),
            "bits": st.column_config.TextColumn(
                help=hint("decibel", more="Here the SNR in significant bits, 6.02 dB each.")
            ),
            "cosine similarity": st.column_config.TextColumn(help=hint("cosine similarity")),
        },
    )
    st.caption("; ".join(f"*{name}* {purpose}" for name, purpose in step_purposes(travelled).items()) + ".")
    table_button(
        partial(propagation.table, record),
        "layer-activations",
        "Every activation of both models for this image, as CSV",
        f"All activations of image {index:,}",
    )
    st.caption(
        "For this page LiteRT is told to keep every operator’s output, which it usually overwrites. "
        + (
            "The logits of this image are bit for bit the same as without, in both models."
            if propagation.same_as_usual(activations, index)
            else ":orange[The logits of this image differ slightly from those computed without.]"
        )
    )
