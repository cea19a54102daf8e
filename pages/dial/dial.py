"""Precision dial: the weights in any number of bits, down to where the model breaks."""

from functools import partial

import streamlit as st

from fp16core.figures.lab import dial as figures
from fp16core.lab.dial import enough_mantissa_bits
from fp16core.numerics.formats import FLOAT16, FLOAT32, PRESETS, FloatFormat
from fp16core.text import bytes_text, count_text, percent_text, points_text, small_text, weight_text
from pages.shared.session import lab, state
from pages.shared.session.sweep import go_on, sweep
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain

EXPONENTS = range(2, 9)
MANTISSAS = range(23, -1, -1)


def turn_to(form: FloatFormat) -> None:
    """Set the dial to a format."""
    st.session_state.exponent, st.session_state.mantissa = form.exponent_bits, form.mantissa_bits
    st.session_state.signed, st.session_state.infinity = form.has_sign, form.has_infinity


def preset_chosen() -> None:
    """Set the dial to the preset that was clicked."""
    if st.session_state.preset is not None:
        turn_to(PRESETS[st.session_state.preset])


def format_clicked() -> None:
    """Set the dial to the format whose cell was clicked."""
    if (place := picked("format-map", len(all_formats))) is not None:
        turn_to(all_formats[place])


with state.explained():
    found = state.results()
reference = found.comparison.reference

with st.container(border=True):
    presets = st.container()
    controls = st.container(key="cards-dial", horizontal=True, vertical_alignment="bottom")
    exponent = controls.slider(
        "Exponent bits",
        EXPONENTS[0],
        EXPONENTS[-1],
        5,
        key="exponent",
        bind="query-params",
        help="They give a number's magnitude: the power of two at or below it. With too few, small weights become 0 "
        "and large ones infinite.",
    )
    mantissa = controls.slider(
        "Mantissa bits",
        0,
        23,
        10,
        key="mantissa",
        bind="query-params",
        help="They give a number's position between two powers of two. Each bit less doubles the rounding error.",
    )
    with controls.container():
        signed = st.toggle(
            "Sign bit", True, key="signed", bind="query-params", help="Without it, negative weights become 0."
        )
        infinity = st.toggle(
            "Infinity",
            True,
            key="infinity",
            bind="query-params",
            help="Reserves the largest exponent for infinity and for NaN (not a number), as IEEE 754 does. Without it, "
            "as in FP8 E4M3, the largest exponent holds further numbers, and only the last pattern is NaN.",
        )
    chosen = FloatFormat(int(exponent), int(mantissa), signed, infinity)
    st.session_state.preset = chosen.title if chosen.title in PRESETS else None
    presets.pills(
        "Formats supported by hardware",
        list(PRESETS),
        key="preset",
        on_change=preset_chosen,
        help="float32 and float16 (IEEE 754), TF32 (NVIDIA), bfloat16 (Google), and two formats of 8 bits "
        "(Open Compute Project).",
    )

with state.explained():
    result = lab.format_result(chosen)

st.markdown(
    f"With each weight rounded to **{count_text(chosen.width, 'bit')}**, the model reads "
    f"**{percent_text(result.accuracy.value)}** of {found.comparison.images:,} test images correctly, and "
    f"**{count_text(result.changed_predictions, 'image')}** differently from float32. "
    + (":orange[This breaks it.]" if result.breaks else "")
)
row = headline("headline-six")
number(
    row,
    "Bits of a weight",
    f"{chosen.width}",
    f"{chosen.has_sign:d} sign + {chosen.exponent_bits} exponent + {chosen.mantissa_bits} mantissa",
    "float32 has 32.",
)
number(
    row,
    "File, if packed",
    bytes_text(result.size_bytes),
    f"{bytes_text(result.size_bytes - found.pair.reference.size_bytes, signed=True)} against float32",
    "Bytes of the float16 file if its weights were stored in that many bits, one after another without gaps.",
)
number(
    row,
    "Accuracy",
    percent_text(result.accuracy.value),
    f"{points_text(result.accuracy_delta)} against float32",
    "Share of the test images read correctly. Only the weights are rounded; the arithmetic stays float32.",
)
number(
    row,
    "Changed answers",
    f"{result.changed_predictions:,}",
    f"of {found.comparison.images:,} test images",
    "Images that float32 reads differently.",
)
number(
    row,
    "Largest logit change",
    small_text(result.max_abs_logit_delta),
    f"median top-1 margin {small_text(found.comparison.median_margin)}",
    "The largest change of a logit, the raw score of a digit, on any image. Beside it: the median margin of the "
    "largest logit over the second largest.",
)
number(
    row,
    "Largest number",
    weight_text(chosen.largest_finite),
    f"smallest above 0: {small_text(chosen.smallest_positive)}",
    f"Larger weights become {'infinite' if infinity else 'NaN, not a number'}; those below half of the smallest "
    "become 0.",
)

st.header(f"Fewer and fewer mantissa bits, with {count_text(chosen.exponent_bits, 'exponent bit')}", anchor="sweep")
with state.explained():
    forms = [FloatFormat(chosen.exponent_bits, bits, signed, infinity) for bits in MANTISSAS]
    measured = sweep(
        "dial",
        forms,
        lab.format_result,
        f"formats measured, each on {found.comparison.images:,} images",
    )
swept = dict(zip(MANTISSAS, measured, strict=False))
if len(measured) == len(forms):
    enough = enough_mantissa_bits(swept)
    st.markdown(
        f"**Even 23 mantissa bits are not enough** with {count_text(chosen.exponent_bits, 'exponent bit')}"
        f"{'' if signed else ' and no sign bit'}: accuracy falls by a point or more."
        if enough is None
        else f"**{count_text(enough, 'mantissa bit')} would do** if a point of accuracy may be lost, though "
        f"{count_text(swept[enough].changed_predictions, 'image')} would be read differently from float32."
    )
accuracy, changed = cards(2)
with accuracy:
    st.markdown("**Accuracy**")
    chart(
        partial(figures.accuracy_by_mantissa, swept, reference.accuracy.value, chosen.mantissa_bits),
        "accuracy-by-mantissa",
        "Accuracy against the number of mantissa bits",
    )
    st.caption("Dashed: float32. The answer depends on which logit is largest, which rounding seldom changes.")
with changed:
    st.markdown("**Answers that differ from float32's**")
    chart(
        partial(figures.changed_by_mantissa, swept, chosen.mantissa_bits),
        "changed-by-mantissa",
        "Number of changed answers against the number of mantissa bits",
    )
    st.caption("A changed answer can also be a corrected one, so these are at least as many as the accuracy lost.")

st.header("Accuracy for the bytes", anchor="bytes")
with state.explained():
    files, refusals = lab.file_results()
    others = [lab.format_result(form) for form in PRESETS.values() if form not in (FLOAT32, FLOAT16)]
for refusal in refusals:
    st.caption(f":orange[{plain(refusal)}]")
with st.container(border=True):
    chart(
        partial(figures.accuracy_by_bytes, files, others, result, files[0]),
        "accuracy-by-bytes",
        "Accuracy against bytes: real files of float32, float16, int8 and int4 weights, and formats as if packed",
    )
    st.caption(
        "float32's accuracy has a 95 % interval from "
        f"{percent_text(reference.accuracy.low)} to {percent_text(reference.accuracy.high)}: smaller differences "
        "between models may be chance. Apart from floating point there are integers (int8, int4) with a scale for each "
        "row; LiteRT Quantizer made such files here. *Dynamic* also computes with 8-bit numbers, *weight-only* does "
        "not."
    )
    show_table(
        {
            "model": [r.name for r in (*files, *others)],
            "file": ["exists"] * len(files) + ["as if packed"] * len(others),
            "bytes": [bytes_text(r.size_bytes) for r in (*files, *others)],
            "accuracy": [percent_text(r.accuracy.value) for r in (*files, *others)],
            "changed answers": [f"{r.changed_predictions:,}" for r in (*files, *others)],
            "largest logit change": [small_text(r.max_abs_logit_delta) for r in (*files, *others)],
        },
        height="content",
    )

st.header("Where does the model break?", anchor="map")
all_formats = [FloatFormat(e, m, signed, infinity) for m in MANTISSAS for e in reversed(EXPONENTS)]
if st.toggle(
    f"Measure all {len(all_formats)} formats with these switches",
    key="map",
    bind="query-params",
    help="Takes a while the first time; can be stopped, and shows the results so far.",
):
    with state.explained():
        mapped = sweep(
            "map",
            all_formats,
            lab.format_result,
            f"formats measured, each on {found.comparison.images:,} images",
        )
    with st.container(border=True):
        chart(
            partial(figures.format_map, all_formats, mapped, chosen),
            "format-map",
            "Map of the changed answers by exponent bits and mantissa bits",
            on_click=format_clicked,
        )
        st.caption("A cross: accuracy falls by a point or more. Click a cell to set the dial to its format.")
go_on()
