"""Measurements of the modes of execution: started, watched, kept, and shared where everybody may see them."""

import streamlit as st

from fp16core.claims.evidence import Measurement, RuntimeEvidence
from fp16core.data.mnist import load_mnist
from fp16core.modes.emulated import Accounted
from fp16core.modes.latency import ModeLatency
from fp16core.modes.runs import ModeOutcome, ModeRun, ModeTable
from fp16core.recordings.gallery import all_recordings
from fp16core.runs.pair import BUNDLED, load_pair
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.processor import Processor, read_processor
from fp16core.singleton import singleton
from fp16core.text import share_text
from fp16core.training.recipe import Progress
from fp16core.vocabulary import BusyError
from fp16core.workbench import measures
from fp16core.worker.modes import latency
from fp16core.worker.modes import run as mode_run
from fp16core.worker.modes.survey import Survey
from pages.shared.server import rate_limits, visits
from pages.shared.server.turns import aside
from pages.shared.session import state
from pages.shared.session.measuring.measurement_board import AnySurvey, Board, Key, Wanted
from pages.shared.session.subject import subject

_PROBE_IMAGES = 100
"""Images that decide whether a mode computes in float16: enough logits that none in float32 passes for it."""

_TICK_S = 2.0
"""Polling interval of a page's top while a measurement of the visitor's is in progress."""

_MOST = 8
"""Limit on the measurements that run or wait at once."""

_MINE, _ACCOUNTED, _FOLLOWED = "runtimes", "runtimes-accounted", "runtimes-followed"


SPEED = "Speed and accuracy"
"""View of the page *Size and speed* that shows measurements."""

GLANCE, ACCURACY, LATENCY = "At a glance", "Accuracy by mode", "Latency and memory"
OWN_GPU, PHONE = "Your own GPU", "Your phone"
"""The view's sections."""


@singleton
def _shared() -> Board:
    return Board()


@st.cache_resource(show_spinner=False)
def processor() -> Processor:
    """The processor of this server."""
    return read_processor()


@singleton
def probe() -> AnySurvey:
    """Survey of the modes on this server, made once with the bundled pair."""
    pair = load_pair(BUNDLED)
    images, labels = (array[:_PROBE_IMAGES] for array in load_mnist("test"))
    shared = _shared()
    with shared.lock:
        shared.probe = Survey(
            shared.queue,
            mode_run.specs_for(ExecutionMode, pair, images, _PROBE_IMAGES, in_depth=False),
            lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels),
        )
    return shared.probe


def survey(wanted: Wanted) -> AnySurvey | None:
    """Current or last measurement of the active pair, if there is one; anybody's if the pair is public."""
    key, shared = (subject(), wanted), _shared()
    mine = _mine().get(key)
    if subject().is_private:
        return mine
    with shared.lock:
        shared.settle()
        return shared.public.get(key) or shared.finished.get(key) or mine


def is_mine(found: AnySurvey) -> bool:
    """Return whether this visitor asked for it."""
    return found in _mine().values()


def may_stop(found: AnySurvey) -> bool:
    """Return whether this visitor may stop it: owners may, and anybody once all owners are gone."""
    if is_mine(found):
        found.owners.touch(visits.visitor())
        return True
    return found.owners.are_gone


def is_chosen() -> bool:
    """Return whether the page *Size and speed*, if it is open, shows measurements in progress."""
    chosen = st.session_state.get("size-view"), st.session_state.get("runtimes-section")
    return chosen in ((SPEED, ACCURACY), (SPEED, LATENCY))


def follow(is_shown: bool) -> None:
    """Show the progress of the visitor's measurement at the top of the page, and announce its end.

    Nothing is shown on the page of the measurement itself.

    A visitor who reads another page meanwhile counts as present.
    """
    going = next((found for found in _mine().values() if not found.is_over), None)
    if going is not None:
        st.session_state[_FOLLOWED] = True
        st.fragment(_note, run_every=_TICK_S)(going, is_shown)
    elif st.session_state.pop(_FOLLOWED, False) and not is_shown:
        st.toast("Your measurement is over. The page *Size and speed* shows the result.")


def _note(going: AnySurvey, is_shown: bool) -> None:
    may_stop(going)
    if not is_shown:
        st.caption(f":material/speed: Your measurement: {going.what}, {share_text(going.done)}")
        if going.is_over:
            st.rerun()


def start(wanted: Wanted) -> None:
    """Ask for a measurement of the active pair, or join the one in progress.

    Raises
    ------
    BusyError
        If another measurement of this visitor is in progress, or too many of others.
    HalfBitsError
        As `state.results`.
    """
    found, key, shared = state.results(), (subject(), wanted), _shared()
    with shared.lock:
        shared.settle()
        if (existing := shared.public.get(key)) is not None:
            existing.owners.add(visits.visitor())
            _mine()[key] = existing
            return
        if any(not mine.is_over for mine in _mine().values()):
            raise BusyError("Another of your measurements is in progress; wait for it or stop it, then start this one.")
        if len(shared.running) >= _MOST:
            raise BusyError(f"{_MOST} measurements are already running or waiting; try again in a few minutes.")
        rate_limits.allow("measurement")
        pair, labels, owner = found.pair, found.comparison.labels[: wanted.images], visits.visitor()
        if wanted.kind is Measurement.LATENCY:
            asked: AnySurvey = Survey(
                shared.queue, latency.specs_for(ExecutionMode, pair, found.images), latency.mode_latency, owner
            )
        else:
            asked = Survey(
                shared.queue,
                mode_run.specs_for(ExecutionMode, pair, found.images[: wanted.images], wanted.batch),
                lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels),
                owner,
            )
        shared.running.append(asked)
        if not subject().is_private:
            shared.public[key] = asked
    _mine()[key] = asked


def table(wanted: Wanted) -> ModeTable:
    """The active pair in all modes that have been tried so far; raises as `state.results`."""
    found = survey(wanted)
    return ModeTable(state.results().comparison.reference, {} if found is None else found.outcomes())


def latencies(wanted: Wanted) -> dict[ExecutionMode, ModeLatency | str]:
    """The active pair's times in all modes that have been timed so far, or why there are none."""
    found = survey(wanted)
    return {} if found is None else found.outcomes()


def evidence() -> RuntimeEvidence:
    """All that has been measured of the active pair; for each mode, the run on most images counts. And all recordings.

    Raises as `state.results`.
    """
    outcomes: dict[ExecutionMode, ModeOutcome] = dict(_refusals())
    timed: dict[ExecutionMode, ModeLatency] = {}
    for found in _surveys():
        for mode, outcome in found.outcomes().items():
            if isinstance(outcome, ModeLatency):
                timed[mode] = outcome
            elif isinstance(outcome, ModeRun) or not isinstance(outcomes.get(mode), ModeRun):
                outcomes[mode] = outcome
    known: dict[ModeRun, Accounted] = st.session_state.get(_ACCOUNTED, {})
    emulated: dict[ExecutionMode, Accounted | str] = {
        mode: known[outcome] for mode, outcome in outcomes.items() if isinstance(outcome, ModeRun) and outcome in known
    }
    table = ModeTable(state.results().comparison.reference, outcomes) if outcomes else None
    return RuntimeEvidence(table, timed, emulated, all_recordings().recordings)


def accounted(run: ModeRun, on_progress: Progress) -> Accounted:
    """Emulations that may explain a run in float16; raises `HalfBitsError` if the network cannot be followed.

    The progress of a confined process is unknown.
    """
    known: dict[ModeRun, Accounted] = st.session_state.setdefault(_ACCOUNTED, {})
    if run not in known:
        if len(known) >= len(ExecutionMode):
            known.clear()
        with aside():
            known[run] = state.measure(measures.accounted, run, *([] if subject().own_pair else [on_progress]))
    return known[run]


def forget_private() -> None:
    """Stop and drop all measurements of the visitor's own files."""
    for key in [key for key in _mine() if key[0].is_private]:
        _mine().pop(key).stop()
    st.session_state.pop(_ACCOUNTED, None)
    shared = _shared()
    with shared.lock:
        shared.settle()


def _surveys() -> list[AnySurvey]:
    """All measurements of the active pair that this visitor may know of, those on most images last."""
    shared = _shared()
    with shared.lock:
        shared.settle()
        known = [*_mine().items()]
        if not subject().is_private:
            known += [*shared.finished.items(), *shared.public.items()]
    ours = [(wanted, found) for (pair, wanted), found in known if pair == subject()]
    return [found for _, found in sorted(ours, key=lambda item: (item[0].images, item[0].batch))]


def _refusals() -> dict[ExecutionMode, str]:
    """Reasons why modes are unavailable on this server, as far as they are known."""
    found = _shared().probe  # another page than *Size and speed* need not begin one
    if found is None or not found.is_over:
        return {}
    return {mode: why for mode, why in found.outcomes().items() if isinstance(why, str)}


def _mine() -> dict[Key, AnySurvey]:
    kept: dict[Key, AnySurvey] = st.session_state.setdefault(_MINE, {})
    return kept
