"""Common parts of the sections on modes of execution: the modes, the machine, and running measurements."""

import json
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from fp16core.json_text import nonfinite_as_null
from fp16core.modes.document import modes_document
from fp16core.modes.emulated import Accounted
from fp16core.modes.latency import ModeLatency
from fp16core.modes.measured import MeasuredPair
from fp16core.modes.runs import ModeRun, ModeTable
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.runtime.versions import versions
from fp16core.text import count_text
from fp16core.vocabulary import HalfBitsError
from pages.shared.server import stopping
from pages.shared.session import state
from pages.shared.session.measuring import measurements
from pages.shared.session.measuring.measurement_board import AnySurvey, Wanted
from pages.shared.ui.words import plain
from pages.size.recorded import gallery

_TICK_S = 0.7

_ERROR = "runtimes-error"


def modes() -> None:
    """Show the modes, with an explanation, and those that this server has."""
    with state.explained():
        probe = measurements.probe()
    if not probe.is_over:
        st.fragment(_probing, run_every=_TICK_S)()
        return
    outcomes = probe.outcomes()
    there = sum(isinstance(outcome, ModeRun) for outcome in outcomes.values())
    with st.expander(
        f"The modes, and this machine: {there} of {len(ExecutionMode)} run here", icon=":material/memory:"
    ):
        st.table(
            {
                "mode": [f"**{mode.title}**" for mode in ExecutionMode],
                "what it is": [mode.explanation for mode in ExecutionMode],
                "on this server": [_availability(outcomes.get(mode)) for mode in ExecutionMode],
            },
            hide_index=True,
        )
        st.caption(
            "XNNPACK is a library of fast operators for processors; it is LiteRT's default *delegate*, which is what "
            "LiteRT hands operators to. *CompiledModel* is LiteRT's newer interface, the only one to a GPU. An "
            "*adapter* is what a graphics driver offers; one in software computes on the processor. Determined on "
            "the first 100 test images, in a separate process for each mode."
        )
        _machine()


def measured(wanted: Wanted, label: str, words: str) -> bool:
    """Offer to measure, or show a measurement's progress; return whether there are results to show."""
    survey = measurements.survey(wanted)
    if survey is not None and not survey.is_over:
        st.fragment(_watching, run_every=_TICK_S)(wanted, survey, len(survey.outcomes()))
        return bool(survey.outcomes())
    with st.container(horizontal=True, vertical_alignment="center"):
        is_complete = survey is not None and not survey.was_stopped
        st.button(
            "Measure again" if survey is not None else label,
            type="secondary" if is_complete else "primary",
            icon=":material/refresh:" if survey is not None else ":material/play_arrow:",
            key="measure",
            on_click=_start,
            args=(wanted,),
        )
        if survey is None:
            st.caption(f"{words} Can be stopped. Until then: recorded results.")
        elif survey.was_stopped:
            st.caption("Stopped; what was measured before is shown." if survey.outcomes() else "Stopped.")
        elif not measurements.is_mine(survey):
            st.caption("Measured on this server before.")
    if error := st.session_state.pop(_ERROR, None):
        st.error(plain(error), icon=":material/error:")
    if survey is None:
        gallery.show(with_one=False)
        return False
    _refusals(survey)
    return True


def adapter_words(adapters: Sequence[Adapter | None]) -> None:
    """Name the adapters that the GPU modes run on."""
    named = {adapter.title: adapter.is_software for adapter in adapters if adapter is not None}
    for title, is_software in named.items():
        remark = (
            " It shows what a GPU's arithmetic does to numbers, but says nothing about a GPU's speed."
            if is_software
            else ""
        )
        st.caption(f"The modes on a GPU: {plain(title)}.{remark}")


def download(content: Callable[[], str]) -> None:
    """Offer measurements as JSON; ``content`` must not use the session, which Streamlit no longer knows then."""
    st.download_button(
        "These measurements as JSON",
        content,
        file_name="modes.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _refusals(survey: AnySurvey) -> None:
    """Name the modes that did not run, in a line; their reasons are for whoever runs the server."""
    refused = {mode: why for mode, why in survey.outcomes().items() if isinstance(why, str)}
    if refused:
        names = ", ".join(mode.short_title for mode in refused)
        with st.expander(f"Not run on this server: {names}. Reasons, for whoever runs it", icon=":material/block:"):
            st.markdown("\n".join(f"- **{mode.title}**: {plain(why)}" for mode, why in refused.items()))


def document(
    pair: MeasuredPair,
    found: ModeTable,
    timed: Mapping[ExecutionMode, ModeLatency | str],
    explained: Mapping[ExecutionMode, Accounted | str],
) -> str:
    """Measurements as JSON."""
    return (
        json.dumps(nonfinite_as_null(modes_document(pair, found, timed, explained)), indent=2, allow_nan=False) + "\n"
    )


def _availability(outcome: ModeRun | str | None) -> str:
    if not isinstance(outcome, ModeRun):
        return f":gray[:material/block: not available.] {plain(outcome or 'It was not tested.')}"
    by = "" if outcome.adapter is None else f" {plain(outcome.adapter.title)}."
    if outcome.is_silently_float32:
        return f":orange[:material/warning: silently computes in float32], though asked for float16.{by}"
    return f":green[:material/check_circle: available.]{by}"


def _probing() -> None:
    probe = measurements.probe()
    if probe.is_over:
        st.rerun()
    st.progress(probe.done, text=f"Testing what this machine can do: {probe.what} …")


def _machine() -> None:
    processor = measurements.processor()
    st.markdown(f"**{plain(processor.name)}**, {count_text(processor.cores, 'core')} for this server")
    for feature in processor.features:
        mark = {
            True: ":green[:material/check:]",
            False: ":gray[:material/close:]",
            None: ":gray[:material/question_mark:]",
        }[feature.is_there]
        st.markdown(f"{mark} **{feature.name}** {feature.meaning}")
    st.caption(" · ".join(f"{name} {version}" for name, version in versions().items()) + " · one thread for each model")


def _start(wanted: Wanted) -> None:
    try:
        measurements.start(wanted)
    except HalfBitsError as error:
        st.session_state[_ERROR] = str(error)


def _stop(shown: AnySurvey) -> None:
    stopping.stop(shown, shown.stop)


def _watching(wanted: Wanted, shown: AnySurvey, outcomes: int) -> None:
    survey = measurements.survey(wanted)
    if survey is not shown or shown.is_over or len(shown.outcomes()) != outcomes:
        st.rerun()
    row = st.container(horizontal=True, vertical_alignment="center")
    row.progress(shown.done, text=f"{shown.what} …")
    if measurements.may_stop(shown):
        stopping.button(row, shown, _stop, "stop-measuring", shown)
