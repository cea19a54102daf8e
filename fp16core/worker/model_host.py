"""A stranger's pair of models, parsed and run in a confined process: this process never opens the files."""

import threading
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt

from fp16core.resident.endings import CallLimits
from fp16core.resident.keeper import ResidentKeeper
from fp16core.serving.child_memory import ChildMemory
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModelFileError
from fp16core.workbench import measures
from fp16core.workbench.workbench import Workbench

P = ParamSpec("P")
R = TypeVar("R")

MODULE = "fp16core.worker.model_host_child"

CPU_S, WALL_S = 60.0, 600.0
"""Limits for one measurement: models that pass their trial read all test images in a third of it."""

_BASE_BYTES, _TIMES = 210_000_000, 14
"""Data that the process may hold: for itself, and for each byte of the two files; in addition, the images as float32.

Measured with all pages' measurements on 10,000 images: 190 MB with the bundled pair, of which its libraries take
most, and 410 MB with files of 9.8 and 4.9 MB.
"""

_ANSWER_BYTES, _ANSWER_TIMES = 20_000_000, 3
"""Largest answer: for what depends on images, and for each byte of the files, as some answers hold the weights."""

_PATIENCE_S = 60.0
"""Seconds that a measurement waits for memory."""

IDLE_S = 120.0
"""Seconds that the process is kept after a measurement."""


class ModelHost:
    """Measures a pair in a confined process, which is started when it is needed and kept for a while.

    Threads may share it. The process is ended when it is idle, when others need its memory, and when it exceeds
    a limit; the next measurement starts another.

    Parameters
    ----------
    memory
        Memory budget of the server's child processes.
    pair, images, labels
        As for `Workbench`.
    is_wanted
        Called now and then; false once the visitor has left.
    """

    def __init__(
        self,
        memory: ChildMemory,
        pair: ModelPair,
        images: npt.NDArray[np.uint8],
        labels: npt.NDArray[np.uint8],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._pair, self._images, self._labels, self._is_wanted = pair, images, labels, is_wanted
        files_bytes = pair.reference.size_bytes + pair.target.size_bytes
        needed_bytes = _BASE_BYTES + _TIMES * files_bytes + 4 * images.size
        self._limits = CallLimits(
            CPU_S, WALL_S, min(needed_bytes, memory.total_bytes), _ANSWER_BYTES + _ANSWER_TIMES * files_bytes
        )
        self._closed = threading.Event()
        self._keeper = ResidentKeeper(MODULE, self._limits, memory, IDLE_S)
        self._answers: dict[str, int] = {}

    @property
    def pid(self) -> int | None:
        """Number of the process; `None` while there is none."""
        return self._keeper.pid

    @property
    def answered_bytes(self) -> int:
        """Memory for one answer of each kind, the largest that came: what their owner may keep of them."""
        return sum(list(self._answers.values()))

    def measure(self, function: Callable[Concatenate[Workbench, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the result of one of `fp16core.workbench.measures`; ``kwargs`` must be empty.

        Raises
        ------
        HalfBitsError
            As the function does.
        ResidentEndedError
            If the process exceeded a limit or crashed.
        BusyError
            If there was no memory for it.
        ModelFileError
            If the host is closed.
        """
        if kwargs:
            raise TypeError("measures take their arguments by position")
        with self._keeper.lock:
            if self._closed.is_set():
                raise ModelFileError("These model files were dropped; upload them again, or choose another pair.")
            try:
                child, is_new = self._keeper.ready(self._limits.memory_bytes, _PATIENCE_S, self._goes_on)
                if is_new:
                    child.call("open_pair", self._pair, self._images, self._labels, is_wanted=self._goes_on)
                name = function.__name__
                found = child.call(name, *args, is_wanted=self._goes_on)
                self._answers[name] = max(child.answer_bytes, self._answers.get(name, 0))
                return cast(R, found)
            finally:
                self._keeper.rest()

    def close(self) -> None:
        """End the process for good; a measurement that is under way, or waits, raises an error."""
        self._closed.set()
        self._keeper.close()

    def _goes_on(self) -> bool:
        return not self._closed.is_set() and self._is_wanted()


class HostedModel:
    """One of a host's two models, as `fp16core.runtime.classifier.DigitModel`."""

    def __init__(self, host: ModelHost, of_target: bool) -> None:
        self._host, self._of_target = host, of_target

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """As `fp16core.runtime.classifier.Classifier.logits`, and as `ModelHost.measure`."""
        return self._host.measure(measures.logits, self._of_target, images)
