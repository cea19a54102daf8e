"""The section on the visitor's own GPU."""

import json
from collections.abc import Mapping

import streamlit as st

from fp16core.modes.measured import MeasuredPair, measured_pair
from fp16core.text import count_text
from fp16core.vocabulary import HalfBitsError
from fp16core.webgpu.answer import GpuAnswer, read_answer
from fp16core.webgpu.findings import GpuFindings, Logits, findings, findings_document
from fp16core.webgpu.plan import Message
from fp16core.webgpu.words import advice_text, agreement_rows, answer_rows, probe_rows, time_text, verdict_text
from fp16core.workbench import measures
from pages.shared.server import rate_limits
from pages.shared.session import own_gpu as visitors_gpu
from pages.shared.session import state
from pages.shared.session.cache import cached
from pages.shared.session.measuring.measurements import GLANCE
from pages.shared.session.subject import Subject, subject
from pages.shared.ui.charts import index_of
from pages.shared.ui.headline import cards
from pages.shared.ui.tables import show_table
from pages.shared.ui.words import plain
from pages.size.gpu_run import COUNTS, gpu_run, sent

_WANTED, _ANSWER, _ERROR = "gpu-wanted", "gpu-answer", "gpu-error"


def own_gpu() -> None:
    """Show the button, and what the last run found."""
    st.markdown(
        "**What does float16 do on *your* GPU?** Your browser computes the float16 file in float32 and, where the GPU "
        "has it, in float16 arithmetic, by shaders generated from the file. Nothing of your device is sent to this "
        "server but the GPU's name and its results."
    )
    with state.explained():
        count = st.session_state.get(_WANTED)
        message = None if count is None else _message(count)
        if message is None:
            visitors_gpu.plan()  # a network that no browser can run is said before anything is clicked
    gpu_run(None if message is None else message.data, _wanted, _answered)
    if error := st.session_state.pop(_ERROR, None):
        st.error(plain(error), icon=":material/error:")
    answer = _kept()
    if answer is None:
        st.caption(
            f"{count_text(COUNTS[0], 'image')} take a second or so on a GPU, longer in software. The images travel "
            "once, compressed, after the click."
        )
        return
    with state.explained():
        found = _found(answer, _emulations() if answer.has_float16 else {})
        pair = measured_pair(state.active_pair())
    _show(found, pair)


def reasons() -> list[str]:
    """Findings on the visitor's GPU for the advice, in Markdown; none before it was measured with the active pair."""
    answer = _kept()
    return [] if answer is None else [advice_text(_found(answer, {}), plain(answer.adapter))]


def _kept() -> GpuAnswer | None:
    """Last answer of the visitor's GPU with the active pair."""
    kept: tuple[Subject, GpuAnswer] | None = st.session_state.get(_ANSWER)
    return kept[1] if kept is not None and kept[0] == subject() else None


def _found(answer: GpuAnswer, emulated: Mapping[str, Logits]) -> GpuFindings:
    return findings(answer, state.results().comparison.target, emulated)


def _show(found: GpuFindings, pair: MeasuredPair) -> None:
    st.markdown(verdict_text(found, plain(found.answer.adapter)))
    with st.container(border=True):
        st.markdown(f"**{plain(found.answer.adapter)}**, on {count_text(found.answer.images, 'test image')}")
        show_table(answer_rows(found), height="content")
        st.caption(
            "Against the same file on this server, in float32. "
            + (time_text(found) if found.answer.has_float16 or found.answer.by_software else "")
        )
    places = cards(2 if found.agreements else 1, "cards-gpu")
    with places[0]:
        st.markdown("**Is its arithmetic real?**")
        st.table(probe_rows(found.answer.arithmetic), hide_index=True)
        st.caption("By small shaders whose numbers tell the kinds of arithmetic apart.")
    if found.agreements:
        with places[1]:
            st.markdown("**Which emulation gives its float16 logits?**")
            st.table(agreement_rows(found), hide_index=True)
            it = "driver" if found.answer.by_software else "GPU"
            st.caption(
                f"Of the first {found.agreements[0].images:,} images, bit for bit. The emulations, in NumPy, know "
                f"nothing of this {it}. A shader leaves it to the driver whether a product is rounded before it is "
                "added."
            )
    document = json.dumps(findings_document(pair, found), indent=2, allow_nan=False) + "\n"
    st.download_button(
        "These findings as JSON",
        document,
        file_name="own_gpu.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        help=f"Paste them on *{GLANCE}* to see them beside recorded hardware.",
    )


def _wanted() -> None:
    asked = sent("wanted")
    images = index_of(asked.get("images"), max(COUNTS) + 1) if isinstance(asked, dict) else None
    if images in COUNTS:
        st.session_state[_WANTED] = images


def _answered() -> None:
    answer = sent("answer")
    if answer is None:
        return
    try:
        of_plan = _message(st.session_state.get(_WANTED, COUNTS[0]))
        st.session_state[_ANSWER] = subject(), read_answer(answer, len(state.test_set()[0]), of_plan.digest)
    except HalfBitsError as error:
        st.session_state[_ERROR] = str(error)
    else:
        visitors_gpu.note_opened(True)


@cached("Packing shaders, weights and images …", kept=4)
def _message(count: int) -> Message:
    rate_limits.allow("lab")
    images = state.test_set()[0]
    return visitors_gpu.plan().message(images[:count], len(images))


@cached("Emulating float16 arithmetic …", kept=4)
def _emulations() -> dict[str, Logits]:
    rate_limits.allow("lab")
    return state.measure(measures.gpu_emulations)
