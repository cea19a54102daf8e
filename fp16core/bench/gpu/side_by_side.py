"""Both sides on one driver, in a process of its own: ``python -m fp16core.bench.gpu.side_by_side REPEATS COUNT…``.

Prints one JSON document: the adapter's name, and for each number of images and each precision the seconds of passes by
our shaders and by LiteRT's accelerator, in turns, from pixels in memory to logits in memory.
"""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.bench.gpu.device import Gpu, opened
from fp16core.bench.measures import timed
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist, normalise
from fp16core.redirection import redirected_output
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.runtime.runner import ModeRunner
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import HalfBitsError, ModeError
from fp16core.webgpu.plan import plan
from fp16core.webgpu.wgsl import Precision
from fp16core.worker.modes.process import adapter, drivers_at_work

Run = Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.float32]]

_MODES = {Precision.FLOAT32: ExecutionMode.GPU_FLOAT32, Precision.FLOAT16: ExecutionMode.GPU_FLOAT16}

_MOST_APART = 1.0
"""Largest difference between logits of both sides: they add in other orders, and float16 rounds each sum."""


def main(repeats: int, counts: Sequence[int]) -> dict[str, Any]:
    """Run both sides in turns, and return what is printed."""
    model, images = load_pair(pairs.BUNDLED).target, load_mnist("test", mnist.BUNDLED)[0]
    message = plan(read_chain(model)).message(images[: max(counts)])
    at_once = opened(message.data)[0]["atOnce"]
    with drivers_at_work(ExecutionMode.GPU_FLOAT16):
        theirs = {precision: _theirs(model, at_once, mode) for precision, mode in _MODES.items()}
        for run in theirs.values():
            run(images[:at_once])
        found = adapter()
    if found is None:
        raise ModeError("LiteRT's log names no adapter, so no other program can be run on the same one.")
    ours = _ours(message.data, found.name)
    seconds: dict[str, dict[str, dict[str, list[float]]]] = {
        str(count): {p.value: {"theirs": [], "ours": []} for p in Precision} for count in counts
    }
    for repeat in range(repeats + 1):
        for count in counts:
            for precision in Precision:
                _compare(ours[precision], theirs[precision], images[:at_once])
                taken = seconds[str(count)][precision.value]
                sides = [("theirs", theirs[precision]), ("ours", ours[precision])]
                for side, run in sides if repeat % 2 else reversed(sides):
                    took = timed(lambda run=run, count=count: run(images[:count]))  # type: ignore[misc]
                    if repeat:  # the first round warms up
                        taken[side].append(took)
    return {"adapter": found.name, "seconds": seconds}


def _theirs(model: ModelFile, at_once: int, mode: ExecutionMode) -> Run:
    runner = ModeRunner(with_fixed_batch(model, at_once), mode)
    return lambda images: runner.run_all(normalise(images))


def _ours(message: bytes, name: str) -> dict[Precision, Run]:
    document, blocks = opened(message)
    try:
        gpu = Gpu(name)
    except ImportError as error:
        raise ModeError("the package wgpu is missing; run pip install -r requirements-dev.txt.") from error
    except LookupError as error:
        raise ModeError(f"wgpu does not offer the GPU that LiteRT uses: {error.args[0]}.") from error

    def run_by(precision: Precision) -> Run:
        program = gpu.program(document, blocks[precision.value], precision.value, "driver")
        return lambda images: gpu.run(program, images.tobytes())

    return {precision: run_by(precision) for precision in Precision}


def _compare(ours: Run, theirs: Run, images: npt.NDArray[np.uint8]) -> None:
    """Raise `ModeError` unless both sides compute the same network."""
    apart = float(np.abs(ours(images) - theirs(images)).max())
    if not apart < _MOST_APART:
        raise ModeError(f"logits of both sides differ by {apart:.3g}; their times are those of different work.")


if __name__ == "__main__":
    try:
        with tempfile.TemporaryFile() as log, redirected_output(log):  # drivers print wherever they like
            answer = main(int(sys.argv[1]), [int(count) for count in sys.argv[2:]])
    except HalfBitsError as refused:
        sys.exit(str(refused))
    print(json.dumps(answer))
