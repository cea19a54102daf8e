"""Overflow: the same network with larger and smaller weights, until they leave float16's range."""

from functools import partial

import streamlit as st

from fp16core.figures.lab import overflow as figures
from fp16core.lab.overflow import ScaleResult, unharmed_range
from fp16core.numerics.formats import FLOAT16
from fp16core.text import count_text, percent_text, points_text, power_text, small_text, weight_text
from pages.shared.session import lab, state
from pages.shared.session.sweep import go_on, sweep
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number

POWERS = {2: tuple(range(-28, 29)), 10: tuple(range(-9, 10))}
CLAMPED = "clamped to 65,504"
INFINITE = "infinite"

with state.explained():
    found = state.results()
    boundaries = lab.boundaries()

st.markdown(
    "Multiply one layer's weights by a factor and divide the next layer's by it: in exact arithmetic the network stays "
    "the same. The range of float32 is wide enough for that; float16 reaches from "
    f"{small_text(FLOAT16.smallest_positive)} to {weight_text(FLOAT16.largest_finite)}, and no further."
)
with st.container(border=True):
    controls = st.container(horizontal=True, gap="medium")
    base = int(
        controls.segmented_control(
            "Factors",
            ["powers of 2", "powers of 10"],
            default="powers of 2",
            required=True,
            key="factors",
            bind="query-params",
            help="A power of two only moves the exponent, so float32 gives the same logits while its range lasts. "
            "A power of ten rounds each weight anew.",
        ).removeprefix("powers of ")
    )
    beyond = controls.segmented_control(
        "A weight beyond 65,504 becomes",
        [INFINITE, CLAMPED],
        default=INFINITE,
        required=True,
        key="beyond",
        bind="query-params",
        help="LiteRT Quantizer and NumPy make it infinite, TensorFlow's converter clamps it.",
    )
    count = int(
        controls.segmented_control(
            "Test images",
            ["500", "2000", "10000"],
            default="2000",
            required=True,
            key="images",
            bind="query-params",
            help="That many of the first test images. Fewer are measured faster.",
        )
    )
    names = [f"{first} × factor, {second} ÷ factor" for first, second in boundaries]
    boundary = 0
    if len(names) > 1:
        boundary = names.index(st.selectbox("Layers", names, key="layers", bind="query-params"))
    powers = POWERS[base]
    power = int(
        st.slider(
            f"Factor: {base} to the power of",
            powers[0],
            powers[-1],
            0,
            key=f"power-of-{base}",
            bind="query-params",
        )
    )
count = min(count, found.comparison.images)


def measured(setting: tuple[int, float, bool, int]) -> ScaleResult:
    """Both models at one factor."""
    return lab.scale_result(*setting)


settings = [(boundary, float(base) ** exponent, beyond == CLAMPED, count) for exponent in powers]
with state.explained():
    here = measured(settings[powers.index(power)])
    results = sweep("scales", settings, measured, f"factors measured, each with both models on {count:,} images")

factor = power_text(base, power)
first, second = boundaries[boundary]
rescaled = here.rescaled
st.markdown(
    f"At factor **{factor}**, float32 reads **{percent_text(here.reference_accuracy)}** and float16 "
    f"**{percent_text(here.target_accuracy)}** of the first {count:,} test images correctly"
    + (": :orange[here float16 hurts.]" if here.hurts else ".")
)
row = headline("headline-six")
number(
    row,
    "Accuracy, float16",
    percent_text(here.target_accuracy),
    f"{points_text(here.accuracy_delta)} against float32",
    "Share of these images read correctly; other images, or more of them, give other shares.",
)
number(
    row,
    "Changed answers",
    f"{here.changed_predictions:,}",
    f"of {count:,}" + (f"; {count_text(here.unanswered, 'image')} without an answer" if here.unanswered else " images"),
    "Images on which the two rescaled models answer differently. No answer: a logit is not a number.",
)
number(
    row,
    "Largest logit change",
    small_text(here.max_abs_logit_delta),
    "float16 − float32, at this factor",
    "Of a logit, the raw score of a digit. Rescaling by itself changed float32's logits by "
    f"{small_text(here.reference_delta)} at most.",
)
number(
    row,
    "Subnormal (fewer digits)",
    f"{rescaled.subnormal:,}",
    f"of {rescaled.total:,} rescaled weights",
    "Weights nearer to 0 than 2⁻¹⁴ ≈ 0.000061: float16 stores them with fewer digits, the fewer the smaller.",
)
number(
    row,
    "Became 0",
    f"{rescaled.underflowed:,}",
    f"of {rescaled.total:,} rescaled weights",
    "Weights below half of float16's smallest number, 2⁻²⁴ ≈ 0.00000006.",
)
number(
    row,
    "Too large",
    f"{rescaled.overflowed:,}",
    f"of {rescaled.total:,} rescaled weights",
    "Weights of 65,520 and more.",
)

if len(results) == len(powers):
    unharmed = unharmed_range(results)
    st.markdown(
        "float16 costs a point of accuracy even at factor 1."
        if unharmed is None
        else f"On these {count:,} images, between factors **{power_text(base, powers[unharmed[0]])}** and "
        f"**{power_text(base, powers[unharmed[1]])}**, float16 costs less than a point of accuracy."
    )
accuracy, change = cards(2)
with accuracy:
    st.markdown("**Accuracy**")
    chart(
        partial(figures.accuracies, results, powers, base, power),
        "scale-accuracy",
        "Accuracy of both models against the factor",
    )
    st.caption(
        "An infinite weight spoils every logit that depends on it; a clamped or vanished one only distorts the network."
    )
with change:
    st.markdown("**Largest change of a logit**")
    chart(
        partial(figures.logit_changes, results, powers, base, power),
        "scale-logits",
        "Largest logit change by float16 against the factor",
    )
    st.caption(
        "Flat where all weights are normal: float16's error is relative and does not depend on the scale. No point "
        "where a logit is infinite or not a number."
    )
with st.container(border=True):
    st.markdown("**What became of the weights in float16**")
    sides = st.container(key="cards-census", horizontal=True)
    for weights_key, words in ((first, "multiplied by"), (second, "divided by")):
        with sides.container():
            st.markdown(f"{weights_key}, {words} the factor")
            chart(
                partial(figures.census, results, weights_key, powers, base, power),
                f"census-{weights_key}",
                f"Share of the weights of {weights_key} that are normal, subnormal, 0 or too large",
            )
    st.caption(
        "What one layer gains, the other loses: the weights of the first overflow while those of the second underflow."
    )
go_on()
