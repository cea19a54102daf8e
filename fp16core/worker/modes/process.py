"""Common parts of the processes that execute models in the modes: input, limits, drivers, log."""

import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.jobs.serve import Client
from fp16core.jobs.spec import Limits
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_driver import vulkan_driver
from fp16core.runtime.gpu_log import Adapter, refusal, selected_adapter
from fp16core.system.files import read_at
from fp16core.system.limits import confine
from fp16core.temporary import temporary_named
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModeError

_CPU_S, _WALL_S = 600, 1800
"""Limits of a process in seconds: a slow driver needs 20 s for all test images."""

_CPU_BYTES, _GPU_BYTES, _TIMES = 220_000_000, 2_000_000_000, 14
"""Memory of a process that computes on the CPU, with 14 times the two files, or that loads a GPU's driver.

With the bundled pair the former held 143 MB at most, and 301 MB with a GPU driver in software.
"""

_FILE_BYTES = 100_000_000
"""Largest file that a driver may write: its log, or compiled shaders."""

_WIDE_FILE_BYTES = 2_000_000_000
"""The same for the wide network, which is nobody's upload: a driver in software keeps a GPU's memory in a file."""

_LOG_BYTES = 2_000_000
"""Most that a process reads of its own log: what it searches for comes early."""


def limits_for(mode: ExecutionMode, pair: ModelPair) -> Limits:
    """Return the limits for executing a pair in a mode."""
    needed_bytes = _CPU_BYTES + _TIMES * pair.size_bytes
    return Limits(_WALL_S, _GPU_BYTES if mode.on_gpu else needed_bytes, _CPU_S)


def confine_for(mode: ExecutionMode, client: Client, file_bytes: int = _FILE_BYTES) -> None:
    """Confine this process for good, before it opens a file and before a driver is loaded."""
    confine(None, file_bytes, None if mode.on_gpu else client.memory_bytes)  # drivers map more than they hold


def possible_batches(pair: ModelPair, batches: Sequence[int], images: int) -> list[int]:
    """Batch sizes that both files and the number of images allow; a file's fixed batch size alone if it has one."""
    signatures = [model.graph.inputs[0].shape_signature[0] for model in pair.files]
    fixed = [size for size in signatures if size != -1]
    return fixed[:1] or [batch for batch in batches if batch <= images] or [images]


def attachments(pair: ModelPair, images: npt.NDArray[np.uint8]) -> tuple[bytes, bytes, bytes]:
    """Return the attachments of a request: both files and the images."""
    file = io.BytesIO()
    np.save(file, images)
    return pair.reference.contents, pair.target.contents, file.getvalue()


def received(request: dict[str, Any], client: Client) -> tuple[ExecutionMode, ModelPair, npt.NDArray[np.float32]]:
    """The mode, the pair, and the images as the models take them, once this process is confined."""
    mode = ExecutionMode(request["mode"])
    confine_for(mode, client, _WIDE_FILE_BYTES if request["is_wide"] else _FILE_BYTES)
    reference, target, images = client.attachments
    names = request["names"]
    pair = ModelPair("", ModelFile(reference, names[0]), ModelFile(target, names[1]))
    scaled = normalise(np.load(io.BytesIO(images), allow_pickle=False))
    return mode, pair, scaled


@contextmanager
def drivers_at_work(mode: ExecutionMode) -> Iterator[None]:
    """Explain a GPU's refusal by its log.

    Raises
    ------
    ModeError
        As raised within, with the reason that the log gives.
    """
    os.environ.setdefault("LITERT_DISABLE_OPENCL", "1")  # one less thing that could fail; WebGPU is used anyway
    with temporary_named():
        temporary = tempfile.TemporaryDirectory()
    with temporary as folder:
        if mode.on_gpu:
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # Mesa complains without it
        try:
            yield
        except ModeError as error:
            raise ModeError((mode.on_gpu and refusal(own_log())) or str(error)) from error


def adapter() -> Adapter | None:
    """Return the adapter that computes for this process, with its driver's version, if it uses a GPU."""
    found = selected_adapter(own_log())
    return None if found is None else replace(found, driver=vulkan_driver(found.name))


def own_log() -> str:
    """Return the beginning of what this process has printed so far."""
    # Standard error is a file that the parent has opened for reading, too.
    return read_at(2, _LOG_BYTES, 0).decode("utf-8", "replace")
