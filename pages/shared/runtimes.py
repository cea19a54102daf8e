"""Measurements of the modes of execution: handed in, watched, kept, and shared where everybody may see them."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.emulated import Accounted, account_for
from fp16core.evaluate.evaluation import Evaluation
from fp16core.evaluate.evidence import RuntimeEvidence
from fp16core.evaluate.latency import ModeLatency
from fp16core.evaluate.mode_runs import ModeRun, ModeTable
from fp16core.evaluate.modes_document import modes_document
from fp16core.models.pair import BUNDLED, load_pair
from fp16core.output import finite
from fp16core.runtime.modes import ExecutionMode
from fp16core.runtime.processor import Processor, read_processor
from fp16core.vocabulary import ModelPair
from fp16core.worker import latency_run, mode_run
from fp16core.worker.survey import Survey
from fp16core.worker.waiting_room import WaitingRoom
from pages.shared import state
from pages.shared.subject import Subject, subject

ACCURACY, LATENCY = "Accuracy by mode", "Latency and memory"
"""What can be measured: the page's sections."""

_PROBE_IMAGES = 100
"""Images on which it is found out what a mode is: enough logits that none of float32 passes for float16."""

_LONGEST = 40
"""Modes that may wait at once: a visitor's measurement takes five places."""

_KEPT = 12
"""Measurements that are kept for all visitors."""

_MINE, _ACCOUNTED = "runtimes", "runtimes-accounted"

Key = tuple[Subject, str, int, int]
AnySurvey = Survey[Any]
Outcome = TypeVar("Outcome")


@dataclass(frozen=True)
class Wanted:
    """What the visitor asks to be measured: on how many images, and how many at once."""

    images: int
    batch: int


class _Shared:
    """Measurements that all visitors may see."""

    def __init__(self) -> None:
        self.room = WaitingRoom(places=1, longest=_LONGEST, waits_for="a measurement")
        self.lock = threading.Lock()
        self.surveys: dict[Key, AnySurvey] = {}


@st.cache_resource(show_spinner=False)
def _shared() -> _Shared:
    return _Shared()


@st.cache_resource(show_spinner=False)
def processor() -> Processor:
    """The processor of this server."""
    return read_processor()


@st.cache_resource(show_spinner=False)
def probe() -> AnySurvey:
    """What each mode is on this server, found out once with the bundled pair."""
    pair = load_pair(BUNDLED)
    images, labels = (array[:_PROBE_IMAGES] for array in load_mnist("test"))
    return Survey(
        _shared().room,
        {mode: mode_run.wish_for(mode, pair, images, _PROBE_IMAGES, in_depth=False) for mode in ExecutionMode},
        lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels),
    )


def survey(kind: str, wanted: Wanted) -> AnySurvey | None:
    """The visitor's measurement of the active pair, or another visitor's of the same, if there is one."""
    key = _key(kind, wanted)
    return _mine().get(key) or (None if subject().is_private else _shared().surveys.get(key))


def is_mine(kind: str, wanted: Wanted) -> bool:
    """Whether the visitor has asked for it, and may stop it."""
    return _key(kind, wanted) in _mine()


def start(kind: str, wanted: Wanted) -> None:
    """Ask for a measurement of the active pair; raises `BusyError` if too many wait, and as `state.results`."""
    found = state.results()
    key, shared = _key(kind, wanted), _shared()
    pair, images, labels = found.pair, found.images[: key[2]], found.comparison.labels[: key[2]]
    with shared.lock:
        existing = None if subject().is_private else shared.surveys.get(key)
        # Two visitors who ask for the same at the same time share it.
        if existing is None or existing.is_over:
            existing = _handed_in(kind, shared.room, pair, images, labels, wanted.batch)
            if not subject().is_private:
                shared.surveys[key] = existing
                while len(shared.surveys) > _KEPT:
                    del shared.surveys[next(iter(shared.surveys))]
    _mine()[key] = existing


def stop(kind: str, wanted: Wanted) -> None:
    """End the visitor's measurement; what has come of it stays."""
    if (found := _mine().get(_key(kind, wanted))) is not None:
        found.stop()


def table(wanted: Wanted) -> ModeTable | None:
    """The active pair in all modes that have been tried on so many images; raises as `state.results`."""
    found = survey(ACCURACY, wanted)
    if found is None:
        return None
    usual = state.results().comparison.reference
    baseline = Evaluation(usual.logits[: wanted.images], usual.labels[: wanted.images], usual.size_bytes)
    return ModeTable(baseline, found.outcomes())


def latencies(wanted: Wanted) -> dict[ExecutionMode, ModeLatency | str]:
    """The active pair's times in all modes that have been timed, or why there are none."""
    found = survey(LATENCY, _timed(wanted))
    return {} if found is None else found.outcomes()


def evidence() -> RuntimeEvidence:
    """All that the visitor, or somebody else, has had measured of the active pair; the most images count."""
    keys = [key for key in {**_public(), **_mine()} if key[0] == subject()]
    tables = [table(Wanted(key[2], key[3])) for key in sorted(keys, key=lambda key: key[2]) if key[1] == ACCURACY]
    timed = [
        outcome
        for key in keys
        if key[1] == LATENCY
        for outcome in latencies(Wanted(key[2], key[3])).values()
        if isinstance(outcome, ModeLatency)
    ]
    return RuntimeEvidence(tables[-1] if tables else None, {outcome.mode: outcome for outcome in timed})


def accounted(run: ModeRun, wanted: Wanted) -> Accounted:
    """What explains a run in float16; raises `HalfBitsError` if the network cannot be followed."""
    found = survey(ACCURACY, wanted)
    known: dict[tuple[int, ExecutionMode], Accounted] = st.session_state.setdefault(_ACCOUNTED, {})
    key = (id(found), run.mode)
    if key not in known:
        results = state.results()
        known[key] = account_for(run, results.pair, normalise(results.images[: wanted.images]))
    return known[key]


def document(wanted: Wanted, explained: Mapping[ExecutionMode, Accounted | str]) -> str:
    """All measurements as JSON; raises as `state.results`."""
    results = state.results()
    found = table(wanted) or ModeTable(results.comparison.reference, {})
    content = modes_document(results.pair.name, found, latencies(wanted), explained)
    return json.dumps(finite(content), indent=2, allow_nan=False) + "\n"


def forget_private() -> None:
    """Stop and drop all measurements of what is the visitor's own."""
    for key in [key for key in _mine() if key[0].is_private]:
        _mine().pop(key).stop()
    st.session_state.pop(_ACCOUNTED, None)


def _handed_in(
    kind: str,
    room: WaitingRoom,
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    batch: int,
) -> AnySurvey:
    if kind == LATENCY:
        return Survey(
            room, {mode: latency_run.wish_for(mode, pair, images) for mode in ExecutionMode}, latency_run.mode_latency
        )
    return Survey(
        room,
        {mode: mode_run.wish_for(mode, pair, images, batch) for mode in ExecutionMode},
        lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels),
    )


def _key(kind: str, wanted: Wanted) -> Key:
    settled = _timed(wanted) if kind == LATENCY else wanted
    return subject(), kind, settled.images, settled.batch


def _timed(wanted: Wanted) -> Wanted:
    """Times are taken of batches of their own, on the first images."""
    return Wanted(latency_run.IMAGES, 0)


def _public() -> dict[Key, AnySurvey]:
    return {} if subject().is_private else dict(_shared().surveys)


def _mine() -> dict[Key, AnySurvey]:
    kept: dict[Key, AnySurvey] = st.session_state.setdefault(_MINE, {})
    return kept
