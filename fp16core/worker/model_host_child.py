"""The process behind a `fp16core.worker.model_host.ModelHost`: ``python -m fp16core.worker.model_host_child``."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.resident.child import serve_calls
from fp16core.tflite.model_file import ModelPair
from fp16core.workbench.measures import MEASURES
from fp16core.workbench.workbench import Workbench

_opened: list[Workbench] = []


def open_pair(pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> None:
    """Take the pair and the test images that all later calls are about."""
    _opened[:] = [Workbench(pair, lambda: (images, labels))]


def _about_the_pair(measure: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: measure(*_opened, *arguments)


if __name__ == "__main__":
    serve_calls({"open_pair": open_pair} | {name: _about_the_pair(measure) for name, measure in MEASURES.items()})
