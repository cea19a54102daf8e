"""Both files of a pair in every mode of execution, measured while somebody waits."""

import time
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.latency import ModeLatency
from fp16core.evaluate.mode_runs import ModeOutcome
from fp16core.models.recipe import Progress
from fp16core.runtime.modes import ExecutionMode
from fp16core.vocabulary import ModelPair
from fp16core.worker import latency_run, mode_run
from fp16core.worker.survey import Survey
from fp16core.worker.waiting_room import WaitingRoom

Found = TypeVar("Found")

Outcomes = Mapping[ExecutionMode, ModeOutcome]
Latencies = Mapping[ExecutionMode, ModeLatency | str]

_LOOK_S = 0.1


def measure_modes(
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    batch: int,
    with_times: bool,
    on_progress: Progress,
) -> tuple[Outcomes, Latencies]:
    """Run both files in every mode, and time them.

    Parameters
    ----------
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
    batch
        Images for each run.
    with_times
        Whether to time them, too, which takes a minute.
    on_progress
        Called with what is happening and the fraction done.

    Returns
    -------
    outcomes, latencies
        By mode: what was found, or why there is nothing, in a sentence; no latencies unless they were asked for.
    """
    room = WaitingRoom(places=1, longest=2 * len(ExecutionMode))
    parts = 2 if with_times else 1
    outcomes: Outcomes = _watched(
        Survey(
            room,
            mode_run.wishes_for(ExecutionMode, pair, images, batch),
            lambda answer, mode: mode_run.mode_run(answer, mode, pair, labels),
        ),
        lambda what, done: on_progress(what, done / parts),
    )
    if not with_times:
        return outcomes, {}
    latencies: Latencies = _watched(
        Survey(room, latency_run.wishes_for(ExecutionMode, pair, images), latency_run.mode_latency),
        lambda what, done: on_progress(what, 0.5 + done / 2),
    )
    return outcomes, latencies


def _watched(survey: Survey[Found], report: Progress) -> dict[ExecutionMode, Found | str]:
    try:
        while not survey.is_over:
            time.sleep(_LOOK_S)
            report(survey.what, survey.done)
    finally:
        survey.stop()
    return survey.outcomes()
