"""The same network with larger and smaller weights, until they leave float16's range."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.figures.lab import overflow as figures
from fp16core.lab.overflow import ScaleResult, nearest_power, unharmed_range
from fp16core.numerics.formats import FLOAT16
from fp16core.text import count_text, percent_text, points_text, power_text, small_text, weight_text
from pages.shared.address import defaults
from pages.shared.address.live import Live, numbers
from pages.shared.session import state
from pages.shared.session.measuring import lab
from pages.shared.session.measuring.sweep import sweep
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.live_slider import live_slider, slider_spec
from pages.shared.ui.terms import hint

_POWERS = {2: range(-28, 29), 10: range(-9, 10)}
_SLIDERS = {
    base: Live(f"factor-{base}", {f"power-of-{base}": numbers(powers)}, {f"power-of-{base}": 0})
    for base, powers in _POWERS.items()
}
_BASES = {"powers of 2": 2, "powers of 10": 10}
_CLAMPED = "clamped to 65,504"
_INFINITE = "infinite"


def show(answer: DeltaGenerator) -> None:
    """Show this part of the page, with its answer in ``answer``."""
    with state.explained():
        found = state.results()
        boundaries = lab.boundaries()
    card = st.container(border=True)
    progress = st.container()
    with card:
        base, clamps, count, boundary = _controls(boundaries, found.comparison.images)
    live, powers = _SLIDERS[base], _POWERS[base]
    power = live.values()[f"power-of-{base}"]
    settings = [(boundary, float(base) ** exponent, clamps, count) for exponent in powers]
    with state.explained(), progress:
        here = _measured(settings[powers.index(power)])
        results = sweep("scales", settings, _measured, f"factors measured, each with both models on {count:,} images")
    with card:
        live_slider(
            live.key,
            slider_spec(
                f"power-of-{base}",
                f"Factor: {boundaries[boundary][0]} × factor, {boundaries[boundary][1]} ÷ factor",
                powers,
                [power_text(base, exponent) for exponent in powers],
            ),
            power,
            live.version,
            [_note(result) for result in results],
        )
    answer.markdown(_headline(here, results, base, power, count))
    _numbers(here, count)
    _charts(results, boundaries[boundary], base, power)


def _controls(boundaries: tuple[tuple[str, str], ...], images: int) -> tuple[int, bool, int, int]:
    """Draw what sets the measurement, apart from the factor.

    Returns the base of the factors, whether weights are clamped, the number of images, and which layers.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom")
    asked = row.segmented_control(
        "Factors",
        list(_BASES),
        default="powers of 2",
        required=True,
        key="factors",
        on_change=_base_changed,
        label_visibility="collapsed",
        bind="query-params",
    )
    with row.popover("Settings", icon=":material/tune:"):
        st.caption(
            "A power of two only moves the exponent, so float32 gives the same logits while its range lasts. A power "
            "of ten rounds each weight anew."
        )
        beyond = st.segmented_control(
            "A weight beyond 65,504 becomes",
            [_INFINITE, _CLAMPED],
            default=_INFINITE,
            required=True,
            key="beyond",
            bind="query-params",
            help=hint(
                "overflow",
                "clamp",
                more="LiteRT Quantizer and NumPy make it infinite, TensorFlow's converter clamps it.",
            ),
        )
        counts = [str(count) for count in (500, 2_000) if count < images] + [str(images)]
        count = st.segmented_control(
            "Test images",
            counts,
            default=defaults.note("images", counts[min(1, len(counts) - 1)], counts),
            required=True,
            key="images",
            bind="query-params",
            help="That many of the first test images. Fewer are measured faster.",
        )
        names = [f"{first} × factor, {second} ÷ factor" for first, second in boundaries]
        layers = names[0]
        if len(names) > 1:
            defaults.note("layers", names[0], names)
            layers = st.selectbox("Layers", names, key="layers", bind="query-params")
    return _BASES[asked], beyond == _CLAMPED, int(count), names.index(layers)


def _base_changed() -> None:
    """Keep the factor, as near as the powers of the other base come to it."""
    base = _BASES[st.session_state.factors]
    other = next(candidate for candidate in _POWERS if candidate != base)
    power = st.session_state.get(f"power-of-{other}", 0)
    _SLIDERS[base].set_to({f"power-of-{base}": nearest_power(other, power, base, _POWERS[base])})


def _measured(setting: tuple[int, float, bool, int]) -> ScaleResult:
    """Both models at one factor."""
    return lab.scale_result(*setting)


def _note(result: ScaleResult) -> str:
    return (
        f"float32 {percent_text(result.reference_accuracy)}, float16 {percent_text(result.target_accuracy)}, "
        f"{count_text(result.changed_predictions, 'changed answer')}" + (": here float16 hurts" if result.hurts else "")
    )


def _headline(here: ScaleResult, results: list[ScaleResult], base: int, power: int, count: int) -> str:
    said = (
        f"At factor **{power_text(base, power)}**, float32 reads **{percent_text(here.reference_accuracy)}** and "
        f"float16 **{percent_text(here.target_accuracy)}** of the first {count:,} test images correctly"
        + (": :orange[here float16 hurts.]" if here.hurts else ".")
    )
    if len(results) < len(_POWERS[base]):
        return said
    unharmed = unharmed_range(results)
    if unharmed is None:
        return "**float16 costs a point of accuracy even at factor 1.** " + said
    low, high = (power_text(base, _POWERS[base][place]) for place in unharmed)
    return f"**Between factors {low} and {high}, float16 costs less than a point of accuracy.** {said}"


def _numbers(here: ScaleResult, count: int) -> None:
    rescaled = here.rescaled
    row = headline("headline-six")
    number(
        row,
        "Accuracy, float16",
        percent_text(here.target_accuracy),
        f"{points_text(here.accuracy_delta)} against float32",
        hint("accuracy", more="Other images, or more of them, give other shares."),
    )
    number(
        row,
        "Changed answers",
        f"{here.changed_predictions:,}",
        f"of {count:,}"
        + (f"; {count_text(here.unanswered, 'image')} without an answer" if here.unanswered else " images"),
        "Images on which the two rescaled models answer differently. No answer: a logit is not a number.",
    )
    number(
        row,
        "Largest logit change",
        small_text(here.max_abs_logit_delta),
        "float16 − float32, at this factor",
        hint(
            "logit",
            "logit change",
            more=f"Rescaling by itself changed float32's logits by {small_text(here.reference_delta)} at most.",
        ),
    )
    number(
        row,
        "Subnormal (fewer digits)",
        f"{rescaled.subnormal:,}",
        f"of {rescaled.total:,} rescaled weights",
        hint("subnormal", more="The smaller the weight, the fewer."),
    )
    number(
        row,
        "Became 0",
        f"{rescaled.underflowed:,}",
        f"of {rescaled.total:,} rescaled weights",
        hint("underflow", more="Here below half of float16's smallest number, 2⁻²⁴."),
    )
    number(
        row,
        "Too large",
        f"{rescaled.overflowed:,}",
        f"of {rescaled.total:,} rescaled weights",
        hint("overflow"),
    )


def _charts(results: list[ScaleResult], layers: tuple[str, str], base: int, power: int) -> None:
    powers = tuple(_POWERS[base])
    accuracy, change = cards(2)
    with accuracy:
        st.markdown("**Accuracy**")
        chart(
            partial(figures.accuracies, results, powers, base, power),
            "scale-accuracy",
            "Accuracy of both models against the factor",
        )
        st.caption("float32's range is wide enough for all these factors; float16's is not.")
    with change:
        st.markdown("**Largest change of a logit by float16**")
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
        for weights_key, words in zip(layers, ("multiplied by", "divided by"), strict=True):
            with sides.container():
                st.markdown(f"{weights_key}, {words} the factor")
                chart(
                    partial(figures.census, results, weights_key, powers, base, power),
                    f"census-{weights_key}",
                    f"Share of the weights of {weights_key} that are normal, subnormal, 0 or too large",
                )
        st.caption(
            "What one layer gains, the other loses: the weights of the first overflow while those of the second "
            "underflow."
        )
    st.caption(
        "Multiply one layer's weights by a factor and divide the next layer's by it: in exact arithmetic the network "
        "stays the same. The range of float32 is wide enough for that; float16 reaches from "
        f"{small_text(FLOAT16.smallest_positive)} to {weight_text(FLOAT16.largest_finite)}, and no further."
    )
