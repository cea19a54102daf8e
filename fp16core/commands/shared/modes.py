"""Measurement of both files of a pair in every mode of execution."""

import time
from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.jobs.queue import JobQueue
from fp16core.jobs.ticket import Ticket
from fp16core.modes.latency import ModeLatency
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeOutcome
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Progress
from fp16core.worker.modes import latency, run
from fp16core.worker.modes.survey import Survey

Found = TypeVar("Found")

Outcomes = Mapping[ExecutionMode, ModeOutcome]
Latencies = Mapping[ExecutionMode, ModeLatency | str]

WIDE_RUN, WIDE_BATCH = 10, 1
"""Images on which the wide network is run to see what it computes in, and those of each run: LiteRT waits for a GPU's
results for some seconds only, which a driver in software exceeds with more of them.
"""

_POLL_S = 0.1


def measure_modes(
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    batch: int,
    with_times: bool,
    on_progress: Progress,
    network: Network = Network.PAIR,
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
    network
        Network that the files hold. The wide one is run without a look at each operator, with fewer calls, and not on
        the reference kernels, which would take hours.

    Returns
    -------
    outcomes, latencies
        By mode: the result, or a message that says why there is none; no latencies unless requested.
    """
    is_wide = network is Network.WIDE
    modes = [mode for mode in ExecutionMode if not (is_wide and mode is ExecutionMode.CPU_REFERENCE)]
    running = 0.2 if is_wide else 0.5
    ran = min(len(images), WIDE_RUN) if is_wide else len(images)
    batch = min(batch, WIDE_BATCH) if is_wide else batch
    queue: JobQueue[Ticket] = JobQueue(places=1, max_waiting=2 * len(ExecutionMode))
    outcomes: Outcomes = _watched(
        Survey(
            queue,
            run.specs_for(modes, pair, images[:ran], batch, in_depth=not is_wide, is_wide=is_wide),
            lambda answer, mode: run.mode_run(answer, mode, pair, labels[:ran]),
        ),
        lambda what, done: on_progress(what, done * running if with_times else done),
    )
    if not with_times:
        return outcomes, {}
    latencies: Latencies = _watched(
        Survey(
            queue,
            latency.specs_for(modes, pair, images, effort=latency.LEAST if is_wide else latency.USUAL, is_wide=is_wide),
            latency.mode_latency,
        ),
        lambda what, done: on_progress(what, running + done * (1 - running)),
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
