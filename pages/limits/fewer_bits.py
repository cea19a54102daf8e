"""The weights in any number of bits, down to where the model breaks."""

from collections.abc import Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.figures.lab import dial as figures
from fp16core.figures.lab.format_map import bits_text, fields_text, format_cells, format_csv, scale_ticks
from fp16core.lab.dial import DialResult, enough_mantissa_bits, narrowest_enough
from fp16core.numerics.formats import FLOAT16, FLOAT32, PRESETS, FloatFormat
from fp16core.text import bytes_text, count_text, percent_text, points_text, small_text, weight_text
from pages.limits.format_dial import MANTISSAS, chosen_format, format_dial
from pages.shared.session import state
from pages.shared.session.measuring import lab
from pages.shared.session.measuring.sweep import sweep
from pages.shared.ui.charts import chart, table_button
from pages.shared.ui.folds import fold_on_demand
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain

_ROWS = (5, 8, 4, 3, 6, 7, 2)
"""Exponent bits in the order in which they are measured: those of float16, of float32, of FP8 first."""


def show(answer: DeltaGenerator) -> None:
    """Show this part of the page, with its answer in ``answer``."""
    with state.explained():
        found = state.results()
    images = found.comparison.images
    card = st.container(border=True)
    progress = st.container()
    chosen = chosen_format()
    with state.explained(), progress:
        result = lab.format_result(chosen)
        forms = [
            FloatFormat(exponent, mantissa, chosen.has_sign, chosen.has_infinity)
            for exponent in _ROWS
            for mantissa in reversed(MANTISSAS)
        ]
        measured = sweep("map", forms, lab.format_result, f"formats measured, each on {images:,} images")
    with card:
        format_dial(chosen, format_cells(forms, measured), scale_ticks(images), images)
        table_button(lambda: format_csv(forms, measured), "format-map", "The numbers behind this map, as CSV")
    by_format = dict(zip(forms, measured, strict=False))
    row = {form.mantissa_bits: by_format[form] for form in by_format if form.exponent_bits == chosen.exponent_bits}
    narrowest = narrowest_enough(forms, measured) if len(measured) == len(forms) else None
    answer.markdown(_headline(chosen, result, row, narrowest))
    _numbers(chosen, result)
    _against_mantissa(chosen, row, found.comparison.reference.accuracy.value)
    _bytes(result)


def _headline(
    chosen: FloatFormat, result: DialResult, row: Mapping[int, DialResult], narrowest: FloatFormat | None
) -> str:
    exponents = count_text(chosen.exponent_bits, "exponent bit") + ("" if chosen.has_sign else " and no sign bit")
    if len(row) < len(MANTISSAS):
        return (
            f"With each weight rounded to **{count_text(chosen.width, 'bit')}**, the model reads "
            f"**{percent_text(result.accuracy.value)}** of the test images correctly."
        )
    enough = enough_mantissa_bits(row)
    if enough is None:
        said = f"**With {exponents}, even 23 mantissa bits are not enough:** a point of accuracy or more is lost."
    else:
        least = "not one mantissa bit is needed" if enough == 0 else f"{count_text(enough, 'mantissa bit')} would do"
        said = (
            f"**With {exponents}, {least}:** less than a point of accuracy is lost "
            f"({points_text(row[enough].accuracy_delta)})."
        )
    if narrowest is None:
        return said
    return (
        f"{said} The narrowest format on this map of which this is true has **{bits_text(narrowest)}**: "
        f"{fields_text(narrowest)}."
    )


def _numbers(chosen: FloatFormat, result: DialResult) -> None:
    found = state.results()
    row = headline("headline-six")
    number(
        row,
        "Bits of a weight",
        f"{chosen.width}",
        fields_text(chosen),
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
        hint("accuracy", more="Only the weights are rounded; the arithmetic stays float32."),
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
        f"median margin {small_text(found.comparison.median_margin)}",
        hint("logit", "logit change", "margin"),
    )
    number(
        row,
        "Largest number",
        weight_text(chosen.largest_finite),
        f"smallest above 0: {small_text(chosen.smallest_positive)}",
        f"Larger weights become {'infinite' if chosen.has_infinity else 'NaN, not a number'}; those below half of the "
        "smallest become 0.",
    )


def _against_mantissa(chosen: FloatFormat, row: Mapping[int, DialResult], reference_accuracy: float) -> None:
    st.header(f"Fewer and fewer mantissa bits, with {count_text(chosen.exponent_bits, 'exponent bit')}", anchor="sweep")
    accuracy, changed = cards(2)
    with accuracy:
        st.markdown("**Accuracy**")
        chart(
            partial(figures.accuracy_by_mantissa, row, reference_accuracy, chosen.mantissa_bits),
            "accuracy-by-mantissa",
            "Accuracy against the number of mantissa bits",
        )
        st.caption("Dashed: float32. The answer depends on which logit is largest, which rounding seldom changes.")
    with changed:
        st.markdown("**Answers that differ from float32's**")
        chart(
            partial(figures.changed_by_mantissa, row, chosen.mantissa_bits),
            "changed-by-mantissa",
            "Number of changed answers against the number of mantissa bits",
        )
        st.caption(
            "A changed answer can also be a corrected one: accuracy falls by at most the share of changed answers."
        )


def _bytes(result: DialResult) -> None:
    """Show real files and formats by their bytes; measured only when the fold is open."""
    fold = fold_on_demand(
        "Accuracy for the bytes: real files, int8 and int4 among them", ":material/data_usage:", "limits-bytes"
    )
    if not fold.open:
        return
    with fold:
        with state.explained():
            files, refusals = lab.file_results()
            others = [lab.format_result(form) for form in PRESETS.values() if form not in (FLOAT32, FLOAT16)]
        for refusal in refusals:
            st.caption(f":orange[{plain(refusal)}]")
        chart(
            partial(figures.accuracy_by_bytes, files, others, result, files[0]),
            "accuracy-by-bytes",
            "Accuracy against bytes: real files of float32, float16, int8 and int4 weights, and formats as if packed",
        )
        reference = state.results().comparison.reference
        st.caption(
            "float32's accuracy has a 95 % interval from "
            f"{percent_text(reference.accuracy.low)} to {percent_text(reference.accuracy.high)}: smaller differences "
            "between models may be chance. Apart from floating point there are integers (int8, int4) with a scale for "
            "each row; LiteRT Quantizer made such files here. *Dynamic* also computes with 8-bit numbers, "
            "*weight-only* does not."
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
