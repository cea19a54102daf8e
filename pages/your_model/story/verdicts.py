"""The verdicts on arithmetic, the file and the places where it runs, and the cures: a sentence and a picture each."""

import math
from functools import partial

import streamlit as st

from fp16core.diagnosis.file_results import CastFile
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.results import ArithmeticVerdict, OutputError
from fp16core.figures import bytes as bytes_figures
from fp16core.figures.diagnosis import arithmetic, cure, placement
from fp16core.text import bytes_text, decibels_text, percent_text, small_text
from pages.shared.session.examination import Kept
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain
from pages.your_model.story.operators import choose_clicked, chosen_operator, read_in_float16
from pages.your_model.story.words import clipped, verdict_markdown

_ALONG = "diagnosis-along"

_UNBROKEN_B = "\u00a0B"
"""Unit of bytes that stays on the line of its number."""


def show_arithmetic(kept: Kept, found: Diagnosis) -> None:
    """Show float16 arithmetic on each device: outputs, and the error along the graph."""
    st.header("What does float16 arithmetic do to it?", anchor="arithmetic")
    if found.control:
        st.markdown(f":material/help: {plain(found.control)}")
    for verdict in found.arithmetic:
        st.markdown(f"{verdict_markdown(verdict.finding, verdict.sentence)} ({clipped(verdict.device)})")
    read = read_in_float16(found)
    if read:
        with st.container(border=True):
            st.markdown("**The error along the graph**")
            chart(
                partial(arithmetic.snr_along, read, chosen_operator(kept, found)),
                _ALONG,
                "Signal-to-noise ratio of each operator's results in float16 arithmetic, in order of execution",
                on_click=partial(choose_clicked, _ALONG),
            )
            st.caption(
                "The higher, the better: at 40 dB an error is a hundredth of the numbers, at 60 dB a thousandth. "
                "Squares are operators that stayed in float32. A click chooses the operator that is shown above."
            )
    verdicts = [*found.arithmetic, *([] if found.storage is None else [found.storage])]
    outputs = [(verdict, output) for verdict in verdicts for output in verdict.outputs]
    if outputs:
        _show_outputs(outputs)


def _show_outputs(outputs: list[tuple[ArithmeticVerdict, OutputError]]) -> None:
    show_table(
        {
            "output": [output.name for _, output in outputs],
            "device": [verdict.device for verdict, _ in outputs],
            "SNR": [decibels_text(output.snr_db) for _, output in outputs],
            "largest error": [_error_text(output) for _, output in outputs],
            "not finite": [output.not_finite for _, output in outputs],
            "same class": [
                "not declared" if output.same_argmax is None else f"{output.same_argmax:,} of {output.samples:,}"
                for _, output in outputs
            ],
            "within your tolerance": [
                "none declared" if output.tolerance is None else "yes" if output.is_within else "no"
                for _, output in outputs
            ],
        }
    )


def _error_text(output: OutputError) -> str:
    """The largest error among the numbers that stayed finite."""
    if not output.not_finite:
        return small_text(output.max_abs_error)
    return "–" if math.isnan(output.snr_db) else f"{small_text(output.max_abs_error)} where finite"


def show_bytes(found: Diagnosis) -> None:
    """Show what was cast by each converter, and why the file is not half."""
    verdict = found.file
    st.header("What becomes of the file?", anchor="file")
    st.markdown(verdict_markdown(verdict.finding, verdict.sentence))
    if verdict.codes_filled_in:
        st.markdown(
            "The file names its operators in the way of older converters, which LiteRT Quantizer does not read: the "
            "codes were filled in first."
        )
    if found.storage is not None:
        st.markdown(verdict_markdown(found.storage.finding, found.storage.sentence))
    places = cards(len(verdict.casts), "cards-casts") if verdict.casts else []
    for number, (cast, place) in enumerate(zip(verdict.casts, places, strict=True)):
        with place:
            account = cast.account
            sizes = f"{bytes_text(account.target_bytes)} of {bytes_text(account.reference_bytes)}"
            share = f"**{clipped(cast.by)}: {percent_text(account.size_share)} of the size**"
            st.markdown(f"{share}, {sizes.replace(' B', _UNBROKEN_B)}")
            chart(
                partial(bytes_figures.beyond_half, account),
                f"diagnosis-bytes-{number}",
                "Waterfall chart of the bytes beyond half, by cause",
            )
            with st.expander("What was cast, and what was not", icon=":material/table_rows:"):
                _show_cast(cast)
    for by, why in verdict.refused.items():
        st.caption(f"{clipped(by)}: {plain(why)}")


def _show_cast(cast: CastFile) -> None:
    show_table(
        {
            "operators": [kind.kind for kind in cast.kinds],
            "stored as float16": [kind.cast_weights for kind in cast.kinds],
            "left in float32": [kind.kept_weights for kind in cast.kinds],
            "bytes of these": [kind.kept_bytes for kind in cast.kinds],
        }
    )
    changed = [each for each in cast.tensors if each.infinite or each.clamped or each.zero or each.subnormal]
    if not changed:
        st.caption("Every number that was cast was rounded, and nothing else: none became infinite, 0 or subnormal.")
        return
    st.markdown("**Numbers to which the cast did more than rounding**")
    show_table(
        {
            "tensor": [each.tensor for each in changed],
            "numbers": [each.weights for each in changed],
            "infinite": [each.infinite for each in changed],
            "clamped": [each.clamped for each in changed],
            "became 0": [each.zero for each in changed],
            "subnormal": [each.subnormal for each in changed],
            "largest relative error": [percent_text(each.max_relative_error) for each in changed],
        }
    )


def show_placement(found: Diagnosis) -> None:
    """Show which operators a delegate runs, and what breaks the graph into pieces."""
    verdict = found.placement
    st.header("Where does it run?", anchor="placement")
    st.markdown(verdict_markdown(verdict.finding, verdict.sentence))
    if verdict.parts or verdict.breaks:
        with st.container(border=True):
            chart(
                partial(placement.bands, verdict, len(found.graph)),
                "diagnosis-bands",
                "Bands along the operators, one row for each delegate and one for the rest",
            )
            st.caption(
                "A band is run as one by a delegate such as XNNPACK, the library that LiteRT gives work to on a CPU; "
                "between two bands, numbers go back and forth."
            )
    if verdict.latency_ratio is not None:
        low, middle, high = verdict.latency_ratio
        st.markdown(
            f"The float16 file takes **{middle:.2f} times** as long as the float32 file on this computer (99 % "
            f"interval {low:.2f} to {high:.2f})."
        )


def show_cure(found: Diagnosis) -> None:
    """Show the cures that were tried, with their sizes and ratios."""
    if found.cure is None:
        return
    st.header("What cures it?" if found.finding is Finding.BREAKS else "Would a cure help?", anchor="cure")
    st.markdown(verdict_markdown(found.cure.finding, found.cure.sentence))
    if len(found.cure.steps) > 1:
        with st.container(border=True):
            chart(
                partial(cure.curve, found.cure),
                "diagnosis-cure",
                "Size of the file against the signal-to-noise ratio of its worst output, a mark for each cure",
            )
            st.caption(
                "Further up, the outputs are closer to float32’s; further right, the file is larger. The numbers are "
                "those of the list below."
            )
    if found.cure.steps:
        with st.expander("Everything that was tried, in order", icon=":material/format_list_numbered:"):
            show_table(
                {
                    "number": list(range(len(found.cure.steps))),
                    "cure": [step.sentence for step in found.cure.steps],
                    "for": [step.disease for step in found.cure.steps],
                    "bytes": [step.size_bytes for step in found.cure.steps],
                    "worst output": [cure.step_text(step) for step in found.cure.steps],
                    "not finite": [step.not_finite for step in found.cure.steps],
                    "kept": ["yes" if step.is_kept else "no" for step in found.cure.steps],
                }
            )
