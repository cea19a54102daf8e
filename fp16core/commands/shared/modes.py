"""Measurement of both files of a pair in every mode of execution."""

import time
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.jobs.queue import JobQueue
from fp16core.jobs.ticket import Ticket
from fp16core.modes.latency import ModeLatency
from fp16core.modes.runs import ModeOutcome
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Progress
from fp16core.worker.modes import latency, run
from fp16core.worker.modes.survey import Survey

Found = TypeVar("Found")

Outcomes = Mapping[ExecutionMode, ModeOutcome]
Latencies = Mapping[ExecutionMode, ModeLatency | str]

_POLL_S = 0.1


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
        Images per run.
    with_times
        Also time them, which takes a minute.
    on_progress
        Called with a description of the current step and the fraction done.

    Returns
    -------
    outcomes, latencies
        By mode: the result, or a message that says why there is none; no latencies unless requested.
    """
    queue: JobQueue[Ticket] = JobQueue(places=1, max_waiting=2 * len(ExecutionMode))
    parts = 2 if with_times else 1
    outcomes: Outcomes = _watched(
        Survey(
            queue,
            run.specs_for(ExecutionMode, pair, images, batch),
            lambda answer, mode: run.mode_run(answer, mode, pair, labels),
        ),
        lambda what, done: on_progress(what, done / parts),
    )
    if not with_times:
        return outcomes, {}
    latencies: Latencies = _watched(
        Survey(queue, latency.specs_for(ExecutionMode, pair, images), latency.mode_latency),
        lambda what, done: on_progress(what, 0.5 + done / 2),
    )
    return outcomes, latencies


def _watched(survey: Survey[Found], report: Progress) -> dict[ExecutionMode, Found | str]:
    try:
        while not survey.is_over:
            time.sleep(_POLL_S)
            report(survey.what, survey.done)
    finally:
        survey.stop()
    return survey.outcomes()
