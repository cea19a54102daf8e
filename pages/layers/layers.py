"""Layers: how the weights' rounding errors travel from operator to operator, up to the logits."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from fp16core.evaluate.browse import any_image
from fp16core.figures import digits, layers, margins
from fp16core.figures.activation_maps import map_sheet
from fp16core.text import count_text, decibels_text, factor_text, small_text
from pages.layers.channels import channel_cards
from pages.shared.session import propagation, state
from pages.shared.ui.charts import chart, table_button
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.image_card import link_to_image
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import flip_sentence, say_if_probabilities

ONE, ALL = "the image", "all"
_COUNTS = {"first 100": 100, "first 1000": 1000}

st.title("Where does the error grow or fade?")
with state.explained():
    found = state.results()
    weights = propagation.weights()
comparison = found.comparison


def choose(pick: Callable[[], int]) -> None:
    """Choose the image that ``pick`` names."""
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
    picture.image(digits.digit_png(found.images[index]), width=140, alt=f"Test image {index}")
    picks = choice.container(horizontal=True)
    for label, icon, pick in (
        ("Largest change", ":material/trending_up:", lambda: comparison.most_changed_image),
        ("Closest to changing", ":material/compare_arrows:", lambda: comparison.closest_image),
        ("At random", ":material/casino:", lambda: any_image(comparison)),
    ):
        picks.button(label, icon=icon, key=f"layer-{label}", on_click=choose, args=(pick,))
    choice.caption(digits.hover_sentence(comparison, index) + ".")
    with choice:
        link_to_image(index)

over = st.segmented_control(
    "Measured over",
    [ONE, *(words for words, count in _COUNTS.items() if count < comparison.images), ALL],
    default=ONE,
    required=True,
    key="layer_over",
    bind="query-params",
    help="This image alone, or the first so many test images together.",
)
with state.explained():
    record = propagation.recording(index)
    activations = record()
    travelled = (
        activations.propagation() if over == ONE else propagation.propagation(_COUNTS.get(over, comparison.images))
    )
noisiest, logits = travelled.noisiest, travelled.logits
for column, label, value, remark, hint in zip(
    headline(4),
    ("SNR of the weights", "Lowest SNR", "SNR of the scores", "Largest logit change"),
    (
        decibels_text(weights.snr_db),
        decibels_text(noisiest.error.snr_db),
        decibels_text(logits.error.snr_db),
        small_text(logits.error.max_abs_error),
    ),
    (
        "after rounding to float16",
        f"after {layers.step_name(noisiest.step)}",
        "the last operator’s output",
        f"the best score leads by {small_text(report.margin)}" if over == ONE else f"of {travelled.images:,} images",
    ),
    (
        "Signal-to-noise ratio: the weights against their rounding errors. All later error comes from these.",
        "The operator after which the error is largest, compared with the numbers that it disturbs.",
        "The ten raw scores (logits) against their error. Where many errors add up, part of them cancels.",
        "Largest |float16 − float32| of a logit. Only a change of at least half the lead can change an answer.",
    ),
    strict=True,
):
    number(column, label, value, remark, hint)
st.caption(
    "SNR, the *signal-to-noise ratio*, says how far numbers stand above their error: at 40 dB they are 100 times "
    "as large, at 60 dB 1,000 times, and each significant bit adds 6 dB."
)
images_text = f"image {index:,}" if over == ONE else f"{travelled.images:,} images"

with answer:
    if travelled.is_exact:
        st.markdown(f"On {images_text}, both models compute **the same activations**, bit for bit, up to the scores.")
    elif (broken := travelled.first_not_finite) is not None:
        st.markdown(
            f":orange[On {images_text}, **{broken.error.not_finite:,} of {broken.error.count:,}** numbers are infinite "
            f"or not numbers after the operator **{layers.step_name(broken.step)}**]; nothing after it can be trusted."
        )
    else:
        st.markdown(
            f"On {images_text}, the error stands out most after the operator **{layers.step_name(noisiest.step)}**, "
            f"where the activations are **{factor_text(noisiest.error.snr_factor)} times** as large as the error"
            + (
                ". It reaches the scores at its strongest."
                if noisiest is logits
                else f". Up to the scores it fades: they are **{factor_text(logits.error.snr_factor)} times** as large "
                "as their error."
            )
        )
    st.caption(
        "An *activation* is a number that an operator computes from the image and hands on to the next one. The "
        "weights' rounding makes each a little wrong, and the next operator computes with what is wrong already."
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
        "The gap between the activations and their error is what counts: sums of many activations have larger errors, "
        "but are larger themselves. RMS, the root of the mean square, is a typical size."
    )
with ratios:
    st.markdown("**How far the activations stand above their error**")
    chart(
        partial(layers.step_snr, travelled, weights),
        "layer-snr",
        "Signal-to-noise ratio after each operator in decibels, beside that of the rounded weights",
    )
    st.caption(
        "float16 keeps 11 significant bits of a weight in its normal range: a leading 1 and the 10 bits of the "
        "*mantissa*. 11 × 6 dB are the dotted worst case of one such weight; rounding usually does better. Where the "
        "green line rises, the error shrank against the activations; where it falls, it grew."
    )

with st.container(border=True):
    st.markdown("**Operator by operator**")
    show_table(
        layers.step_table(travelled),
        column_config={
            "numbers": st.column_config.TextColumn("numbers", help="How many it computes for one image."),
            "float32": st.column_config.TextColumn(help="Smallest to largest activation of the float32 model."),
            "float16": st.column_config.TextColumn(help="Smallest to largest activation of the float16 model."),
            "RMS error": st.column_config.TextColumn(help="Root of the mean square of float16 − float32."),
            "bits": st.column_config.TextColumn(help="The SNR as significant bits, 6.02 dB each."),
            "cosine similarity": st.column_config.TextColumn(
                help="1 if both models' activations point in the same direction, whatever their size."
            ),
        },
    )
    st.caption("; ".join(f"*{name}* {duty}" for name, duty in layers.step_duties(travelled).items()) + ".")
    table_button(
        partial(propagation.table, record),
        "layer-activations",
        "Each activation of this image by both models, as CSV",
        f"All activations of image {index:,}",
    )
    st.caption(
        "To show what lies between, LiteRT is told to keep each operator’s numbers, which it usually overwrites. "
        + (
            "The scores of this image are the same as without, bit for bit, in both models."
            if propagation.same_as_usual(activations, index)
            else ":orange[The scores of this image differ a little from those that it computes without.]"
        )
    )

st.header("Is it enough to change the answer?", anchor="answer")
if over == ONE:
    st.markdown(flip_sentence(report))
    scores, rivals = cards(2, "cards-scores")
    with scores:
        st.markdown("**Scores of both models, and what float16 changed**")
        chart(
            partial(digits.logits, comparison, index),
            "layer-logits",
            f"Logits of both models and their differences for image {index}",
        )
        st.caption("Above, the score of each digit by both models; below, their difference, on a scale of its own.")
    with rivals:
        st.markdown("**The change against the lead**")
        chart(
            partial(margins.leads, comparison, index),
            "layer-leads",
            f"The lead of the best digit over each other digit, and its change by float16, for image {index}",
        )
        st.caption("The answer changes where a filled green mark climbs up to the blue one above it.")
else:
    many = travelled.images
    st.markdown(
        f"Of these {many:,} answers, **{comparison.changed[:many].sum():,}** changed. "
        f"On **{comparison.exposed[:many].sum():,}** images some score changed by at least half the lead of the best "
        "one; on all others, no answer could change."
    )
    with st.container(border=True):
        st.markdown("**Changes and leads of all these images**")
        chart(
            partial(margins.changes_and_margins, comparison, travelled.images),
            "layer-margins",
            "Distributions of the largest logit change and of half the top-1 margin",
        )
        st.caption(
            "An answer can only change where an image’s change, in the green hill, reaches half its lead, in the blue "
            "one: "
            "that is, where the hills overlap, however few images that are."
        )

if (convolution := activations.convolution) is not None:
    st.header("What do the channels of the convolution see?", anchor="maps")
    kernel = state.roundings().get("conv_2d.kernel")
    sheet = map_sheet(*activations.of_first_image(convolution), kernel.reference if kernel else None)
    st.markdown(
        f"Image {index:,}, through **{count_text(len(sheet.channels), 'channel')}**. "
        + (
            f"The differences are drawn **{factor_text(sheet.amplification)} times stronger** than the activations; "
            "otherwise there would be nothing to see."
            if sheet.has_differences
            else "Both models compute the same, so there are no differences to see."
        )
    )
    with st.container(border=True):
        channel_cards(sheet)
        table_button(
            partial(propagation.table, record, convolution), "layer-maps", "The numbers behind these maps, as CSV"
        )
        st.caption(
            "Each channel slides its own pattern of weights over the image (white adds, black subtracts) and lights up "
            f"where it fits: from clear, {small_text(sheet.low)}, to full colour, {small_text(sheet.high)}. "
            "Differences are orange where float16 computes more, blue where it computes less, and in full colour where "
            "they are largest. Anything grey is infinite or not a number."
        )
    del sheet
# The callbacks above hold what the page has named as long as the visit lasts.
del activations, travelled
