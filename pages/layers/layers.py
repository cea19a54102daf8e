"""Layers: how the weights' rounding errors propagate from operator to operator, up to the logits."""

from functools import partial

import streamlit as st

from fp16core.evaluate.contact_sheet import answers_sentence
from fp16core.figures import layers
from fp16core.figures.base.pictures import digit_png, png_url
from pages.layers import margins
from pages.layers.channels import show_channels
from pages.layers.decibels import show_decibels, show_operators
from pages.layers.special import special_images
from pages.layers.words import answer_sentence
from pages.shared.digit.image_card import choose_image, link_to_image
from pages.shared.session import state
from pages.shared.session.measuring import propagation
from pages.shared.ui.charts import chart
from pages.shared.ui.words import say_if_probabilities

ONE, ALL = "the image", "all"
_COUNTS = {"first 100": 100, "first 1000": 1000}

with state.explained():
    found = state.results()
    weights = propagation.weights()
comparison = found.comparison

answer = st.empty()
say_if_probabilities(comparison.reference)
with st.container(border=True, key="layers-image", horizontal=True, vertical_alignment="center"):
    picture = st.empty()
    choice = st.container(gap="xsmall")
    row = choice.container(horizontal=True, vertical_alignment="bottom", gap="small")
    index = choose_image(row, comparison, "layer_image")
    special_images(row)
    report = comparison.report(index)
    picture.image(png_url(digit_png(found.images[index])), width=96, alt=f"Test image {index}")
    line = choice.container(horizontal=True, vertical_alignment="center", gap="small")
    line.caption(answers_sentence(comparison, index) + ".", width="content")
    with line:
        link_to_image(index)

with state.explained():
    record = propagation.recording(index)
    activations = record()
convolution = activations.convolution
if convolution is not None:
    show_channels(activations, convolution, partial(propagation.table, record, convolution))

st.header("From operator to operator", anchor="operators")
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
    travelled = (
        activations.propagation() if over == ONE else propagation.propagation(_COUNTS.get(over, comparison.images))
    )
images_text = f"image {index:,}" if over == ONE else f"{travelled.images:,} images"
answer.markdown(answer_sentence(travelled, images_text))
row = st.container(key="cards-errors", horizontal=True)
with row.container(border=True, gap="xsmall"):
    st.markdown("**The error after each operator**")
    chart(
        partial(layers.step_errors, travelled),
        "layer-errors",
        "Largest and RMS error after each operator, and the RMS of the activations",
    )
    st.caption(
        "Sums of many activations have larger errors, but are larger themselves: what counts is the gap between the "
        "blue line and the green ones. RMS, the root mean square, is a typical magnitude."
    )
with row.container(border=True, gap="xsmall"):
    st.markdown("**Is it enough to change the answer?**")
    if over == ONE:
        margins.of_one_image(comparison, index)
    else:
        margins.of_many_images(comparison, travelled.images)
if over == ONE:
    with st.expander("The ten logits of both models"):
        margins.logits_of_one_image(comparison, index)
with st.expander("In decibels: the signal-to-noise ratio after each operator, and a table of all numbers"):
    show_decibels(travelled, weights, report.margin if over == ONE else None)
    show_operators(travelled, activations, record, index)
# The callbacks above hold what the page has named as long as the visit lasts.
del activations, travelled
