"""View of two ways to float16: TensorFlow's converter and LiteRT Quantizer."""

from collections.abc import Callable

import streamlit as st

from fp16core.evaluate.evaluation import answer_text
from fp16core.jobs.ticket import Ticket
from fp16core.lab.conversions import CONVERTER, QUANTIZER, Conversion, OneWeight, TwoWays
from fp16core.text import bytes_text, count_text, percent_text, small_text, weight_text
from fp16core.vocabulary import TUTORIAL_URL, HalfBitsError
from pages.shared.server import rate_limits, stopping
from pages.shared.session import state
from pages.shared.ui.headline import cards
from pages.shared.ui.words import plain
from pages.size import state as size_state
from pages.size.state import WeightQuestion

_MEASURED: dict[str, Callable[[Conversion], str]] = {
    "file size": lambda way: bytes_text(way.file.size_bytes),
    "share of the float32 file": lambda way: percent_text(way.comparison.size_share),
    "weights stored as": lambda way: way.dtypes("weights"),
    "biases stored as": lambda way: way.dtypes("biases"),
    "operators": lambda way: str(len(way.file.operators)),
    "DEQUANTIZE among them": lambda way: str(len(way.file.upsampling())),
    "stored bits": lambda way: "as NumPy casts" if way.bits_match_numpy else "not as NumPy casts",
    "accuracy": lambda way: percent_text(way.comparison.target.accuracy.value),
    "answers changed": lambda way: f"{way.comparison.changed_predictions:,} of {way.comparison.images:,}",
    "largest logit change": lambda way: small_text(way.comparison.max_abs_logit_delta),
}

_OUTCOMES: dict[str, Callable[[OneWeight], str]] = {
    "stored as": lambda outcome: outcome.dtype,
    "stored value": lambda outcome: weight_text(outcome.stored),
    "logits that are not numbers": lambda outcome: f"{outcome.unusable_logits} of {outcome.logits.size}",
    "answer to test image 0": lambda outcome: answer_text(outcome.prediction),
    "its largest logit": lambda outcome: small_text(float(outcome.logits.max())),
}

_WEIGHT = 70_000.0
_LARGEST = 1e38

_ERROR = "files-error"

_TICK_S = 0.5
"""Polling interval while a conversion runs."""


def show() -> None:
    """The view."""
    with state.explained():
        found = size_state.two_ways()
    st.markdown(_answer(found))
    comparison, weight = cards(2)
    with comparison:
        st.markdown("**The same float32 model, converted both ways**")
        ways = {found.target_maker: found.target, QUANTIZER: found.quantized}
        st.table(
            {"measured": list(_MEASURED)}
            | {name: [measure(way) for measure in _MEASURED.values()] for name, way in ways.items()},
            hide_index=True,
        )
        st.caption(
            f"The tutorial lets TensorFlow's converter cast while it converts, which [its page]({TUTORIAL_URL}) now "
            "calls deprecated; LiteRT Quantizer casts the finished float32 file, and needs no TensorFlow."
        )
    with weight:
        _one_weight()


def _answer(found: TwoWays) -> str:
    target, quantized = found.target.file, found.quantized.file
    if not found.quantized.holds_float16:
        return "**LiteRT Quantizer casts none of this model's weights to float16**: it knows none of their operators."
    if not found.target.holds_float16:
        return (
            "This pair's target holds no float16 weights. What **LiteRT Quantizer** makes of its float32 file has "
            f"**{bytes_text(quantized.size_bytes)}**, {found.quantized.dtypes('weights')} weights, and "
            f"{count_text(len(quantized.upsampling()), 'DEQUANTIZE operator')}."
        )
    if found.is_same_file:
        return "This pair's float16 file is what **LiteRT Quantizer** makes of its float32 file, byte for byte."
    return (
        f"Both ways give the same digits on **{found.between.images - found.between.changed_predictions:,} of "
        f"{found.between.images:,}** images, with logits at most {small_text(found.between.max_abs_logit_delta)} "
        f"apart. This pair's file was made by {found.target_maker}, has {bytes_text(target.size_bytes)}, stores biases "
        f"as {found.target.dtypes('biases')}, and needs {count_text(len(target.upsampling()), 'DEQUANTIZE operator')}; "
        f"LiteRT Quantizer's has **{bytes_text(quantized.size_bytes)}**, {found.quantized.dtypes('biases')} biases, "
        f"and {count_text(len(quantized.upsampling()), 'DEQUANTIZE operator')}."
    )


def _one_weight() -> None:
    st.markdown("**What does each do with a weight that is too large?**")
    with state.explained():
        key = size_state.first_tensor()
    value = st.number_input(
        f"First weight of {key}",
        -_LARGEST,
        _LARGEST,
        _WEIGHT,
        step=1.0,
        format="%.8g",
        key="files-weight",
        bind="query-params",
        help="From −10³⁸ to 10³⁸. float16 ends at 65,504. Try 65,519, which is rounded down to it, and 65,520, which "
        "is not.",
    )
    with state.explained():
        question = size_state.weight_question(key, value)
        outcomes = size_state.quantized_weight(question)
        job = size_state.conversion(question)
    columns = {"float32 file": outcomes[0], QUANTIZER: outcomes[1]}
    if job is not None and job.answer is not None:
        with state.explained():
            columns[CONVERTER] = size_state.converted_weight(question)
    st.table(
        {"measured": list(_OUTCOMES)}
        | {name: [say(outcome) for say in _OUTCOMES.values()] for name, outcome in columns.items()},
        hide_index=True,
    )
    if CONVERTER not in columns:
        ticking = bool(size_state.conversion_queue().running)
        st.fragment(_converter, run_every=_TICK_S if ticking else None)(question, ticking)
    st.caption(
        "One weight of the float32 file is replaced, the file converted, and what is stored read back; then the model "
        "reads one image. A number beyond a type's range either becomes infinite or is clamped to the largest one, "
        "and infinity times 0 is not a number."
    )


def _converter(question: WeightQuestion, ticking: bool) -> None:
    """Start, watch or stop TensorFlow's converter; ``ticking`` tells whether this fragment polls."""
    queue = size_state.conversion_queue()
    job, running = size_state.conversion(question), next(iter(queue.running), None)
    if ticking != (running is not None):
        st.rerun()  # the whole page: only it can start and stop the polling
    if running is None:
        if (error := st.session_state.pop(_ERROR, None)) is not None:
            st.error(plain(error), icon=":material/error:")
        if job is not None and job.error is not None:
            st.caption(f":orange[:material/error: {plain(job.error)}]")
        st.button(
            f"Ask {CONVERTER}",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(question,),
            help="Rebuilds the network around these weights and converts it in a separate process: 5 to 10 seconds.",
        )
        return
    what = running.what + " …" if running is job else "busy with another weight; the button returns in a few seconds"
    st.progress(running.done, text=f"{CONVERTER}: {what}")
    if job is not None and running is job and st.session_state.get("files-started") == job:
        stopping.button(st.container(), job, _stop, "stop-converting", job)


def _stop(job: Ticket) -> None:
    stopping.stop(job, job.stop)


def _start(question: WeightQuestion) -> None:
    try:
        rate_limits.allow("conversion")
        st.session_state["files-started"] = size_state.start_conversion(question)
    except HalfBitsError as error:
        st.session_state[_ERROR] = str(error)
