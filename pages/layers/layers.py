"""Layers: how the weights' rounding errors propagate from operator to operator, up to the logits."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from fp16core.evaluate.browse import any_image
from fp16core.evaluate.contact_sheet import answers_sentence
from fp16core.figures import layers
from fp16core.figures.base.pictures import digit_png
from fp16core.numerics.propagation_tables import step_purposes, step_table
from fp16core.runtime.operator_names import step_name
from fp16core.text import decibels_text, factor_text, small_text
from pages.layers import margins
from pages.layers.channels import show_channels
from pages.shared.session import propagation, state
from pages.shared.ui.charts import chart, table_button
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.image_card import link_to_image
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import say_if_probabilities

ONE, ALL = "the image", "all"
_COUNTS = {"first 100": 100, "first 1000": 1000}

with state.explained():
    found = state.results()
    weights = propagation.weights()
comparison = found.comparison


def choose(pick: Callable[[], int]) -> None:
    """Show the image that ``pick`` returns."""
    st.session_state.layer_image = pick()


answer = st.container()
say_if_probabilities(comparison.reference)
with st.container(border=True):
    picture, choice = st.container(key="cards-portrait").columns([1, 3], vertical_alignment="center")
    index = int(
        choice.number_input(
            f"Image number, 0 to {comparison.images - 1:,}",
            0,
            comparison.images - 1,
            key="layer_image",
            bind="query-params",
            help="Position in the test set, from 0.",
        )
    )
    report = comparison.report(index)
    picture.image(digit_png(found.images[index]), width=140, alt=f"Test image {index}")
    picks = choice.container(horizontal=True)
    for label, icon, pick in (
        ("Largest change", ":material/trending_up:", lambda: comparison.most_changed_image),
        ("Closest to changing", ":material/compare_arrows:", lambda: comparison.closest_image),
        ("At random", ":material/casino:", lambda: any_image(comparison)),
    ):
        picks.button(label, icon=icon, key=f"layer-{label}", on_click=choose, args=(pick,))
    choice.caption(answers_sentence(comparison, index) + ".")
    with choice:
        link_to_image(index)

over = st.segmented_control(
    "Measured over",
    [ONE, *(words for words, count in _COUNTS.items() if count < comparison.images), ALL],
    default=ONE,
    required=True,
    key="layer_over",
    bind="query-params",
    help="This image alone, or that many of the first test images together.",
)
with state.explained():
    record = propagation.recording(index)
    activations = record()
    travelled = (
        activations.propagation() if over == ONE else propagation.propagation(_COUNTS.get(over, comparison.images))
    )
noisiest, logits = travelled.noisiest, travelled.logits
row = headline()
number(
    row,
    "SNR of the weights",
    decibels_text(weights.snr_db),
    "after rounding to float16",
    "Signal-to-noise ratio: the weights against their rounding errors. All later error comes from these.",
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
    "The ten logits (raw scores) against their error. Where many errors add up, part of them cancels.",
)
number(
    row,
    "Largest logit change",
    small_text(logits.error.max_abs_error),
    f"beside a margin of {small_text(report.margin)}" if over == ONE else f"of {travelled.images:,} images",
    "Largest |float16 − float32| of a logit. Only a change of at least half the margin can change an answer.",
)
st.caption(
    "SNR, the *signal-to-noise ratio*, compares numbers with their error: at 40 dB they are 100 times as large, at "
    "60 dB 1,000 times, and each significant bit adds 6 dB."
)
images_text = f"image {index:,}" if over == ONE else f"{travelled.images:,} images"

with answer:
    if travelled.is_exact:
        st.markdown(f"On {images_text}, both models compute **the same activations**, bit for bit, up to the logits.")
    elif (broken := travelled.first_not_finite) is not None:
        st.markdown(
            f":orange[On {images_text}, **{broken.error.not_finite:,} of {broken.error.count:,}** numbers are infinite "
            f"or not numbers after the operator **{step_name(broken.step)}**]; no later result can be trusted."
        )
    else:
        st.markdown(
            f"On {images_text}, the relative error is largest after the operator "
            f"**{step_name(noisiest.step)}**, where the activations are "
            f"**{factor_text(noisiest.error.snr_factor)} times** as large as the error"
            + (
                ". It is strongest when it reaches the logits."
                if noisiest is logits
                else ". It fades on the way to the logits, which are "
                f"**{factor_text(logits.error.snr_factor)} times** as large as their error."
            )
        )
    st.caption(
        "An *activation* is a number that an operator computes from the image and passes to the next one. The rounded "
        "weights put a small error into each, and the next operator computes with these errors already in its input."
    )

errors, ratios = cards(2, "cards-errors")
with errors:
    st.markdown("**The error after each operator**")
    chart(
        partial(layers.step_errors, travelled),
        "layer-errors",
        "Largest and RMS error after each operator, and the RMS of the activations",
    )
    st.caption(
        "What counts is the gap between the activations and their error: sums of many activations have larger errors, "
        "but are larger themselves. RMS, the root mean square, is a typical magnitude."
    )
with ratios:
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

with st.container(border=True):
    st.markdown("**Operator by operator**")
    show_table(
        step_table(travelled),
        column_config={
            "numbers": st.column_config.TextColumn("numbers", help="Count of activations for one image."),
            "float32": st.column_config.TextColumn(help="Smallest to largest activation of the float32 model."),
            "float16": st.column_config.TextColumn(help="Smallest to largest activation of the float16 model."),
            "RMS error": st.column_config.TextColumn(help="Root mean square of float16 − float32."),
            "bits": st.column_config.TextColumn(help="The SNR in significant bits, 6.02 dB each."),
            "cosine similarity": st.column_config.TextColumn(
                help="1 if both models' activations, as vectors, point in the same direction, whatever their lengths."
            ),
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

st.header("Is it enough to change the answer?", anchor="answer")
if over == ONE:
    margins.of_one_image(comparison, index)
else:
    margins.of_many_images(comparison, travelled.images)

if (convolution := activations.convolution) is not None:
    st.header("What do the channels of the convolution see?", anchor="maps")
    show_channels(activations, convolution, index, partial(propagation.table, record, convolution))
# The callbacks above hold what the page has named as long as the visit lasts.
del activations, travelled
