"""A pair of models executed in one mode: ``python -m fp16core.worker.modes.run``."""

import base64
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.evaluation import Evaluation
from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import JobSpec
from fp16core.modes.runs import ModeRun, ModeStep
from fp16core.numerics.error_measure import ErrorMeasure, measure_error
from fp16core.runtime.delegation import UpsamplingStage, upsampling_stage
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.runtime.gpu_log import Adapter
from fp16core.runtime.runner import ModeRunner
from fp16core.tflite.graph import Operator, Tensor
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import CLASSES, HalfBitsError, PairError, WorkerError
from fp16core.worker.modes.process import adapter, attachments, drivers_at_work, limits_for, possible_batches, received

Floats = npt.NDArray[np.float32]

MODULE = "fp16core.worker.modes.run"

STEP_IMAGES = 100
"""Images on which the operators are examined one by one."""

_RUNNING = 0.7
"""Share of the work that running both files takes."""

_MOVES_ONLY = ("RESHAPE", "DEQUANTIZE")
"""Operators that compute no number."""


def specs_for(
    modes: Iterable[ExecutionMode],
    pair: ModelPair,
    images: npt.NDArray[np.uint8],
    batch: int,
    in_depth: bool = True,
    is_wide: bool = False,
) -> dict[ExecutionMode, JobSpec]:
    """Return the jobs for a `fp16core.worker.modes.survey.Survey`, by mode.

    Parameters
    ----------
    modes
        Modes to execute both files in.
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
        n at least 1.
    batch
        Images for each run. A GPU adds up in a different order for each batch size. A file's fixed batch size is kept.
    in_depth
        Also examine each operator, and the stage of upsampling.
    is_wide
        True for this package's wide network alone, whose processes may write larger files.
    """
    names = [pair.reference.name, pair.target.name]
    request = {"batch": batch, "in_depth": in_depth, "is_wide": is_wide, "names": names}
    parts = attachments(pair, images)
    return {mode: JobSpec(MODULE, request | {"mode": mode.value}, parts, limits_for(mode, pair)) for mode in modes}


def mode_run(answer: dict[str, Any], mode: ExecutionMode, pair: ModelPair, labels: npt.NDArray[np.uint8]) -> ModeRun:
    """Read a process's answer; parameters as for `specs_for`, ``labels`` the classes of the images.

    Raises
    ------
    WorkerError
        If it did not answer all images.
    """
    reference, target = (
        Evaluation(_logits(text, len(labels)), labels, model.size_bytes)
        for text, model in zip(answer["logits"], pair.files, strict=True)
    )
    return ModeRun(
        mode=mode,
        batch=answer["batch"],
        reference=reference,
        target=target,
        adapter=None if answer["adapter"] is None else Adapter(**answer["adapter"]),
        steps=tuple(
            ModeStep(step["operator"], _measure(step["reference"]), _measure(step["target"]))
            for step in answer["steps"]
        ),
        steps_refused=answer["steps_refused"],
        upsampled=None if answer["upsampled"] is None else UpsamplingStage[answer["upsampled"]],
    )


def work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    """Execute both files, and examine their operators."""
    mode, pair, images = received(request, client)
    (batch,) = possible_batches(pair, [request["batch"]], len(images))
    in_depth = request["in_depth"]
    client.progress("loading", 0.0)
    with drivers_at_work(mode):
        share = _RUNNING if in_depth else 1.0
        reference = _run(pair.reference, mode, batch, images, client, (0.0, share / 2))
        target = _run(pair.target, mode, batch, images, client, (share / 2, share))
        computes = adapter() if mode.on_gpu else None
        steps, refused = [], None
        if in_depth:
            try:
                steps = _steps(pair, mode, batch, images[:STEP_IMAGES], client)
            except HalfBitsError as error:  # the whole network has run nevertheless
                refused = str(error)
        # Only the interpreter lets its constants be erased.
        moment = upsampling_stage(pair.target, images[0]) if in_depth and mode is ExecutionMode.CPU_FLOAT32 else None
    return {
        "batch": batch,
        "logits": [base64.b64encode(rows.tobytes()).decode() for rows in (reference, target)],
        "adapter": None if computes is None else asdict(computes),
        "steps": steps,
        "steps_refused": refused,
        "upsampled": None if moment is None else moment.name,
    }


def _run(
    model: ModelFile,
    mode: ExecutionMode,
    batch: int,
    images: Floats,
    client: Client,
    span: tuple[float, float],
) -> Floats:
    """One file on all images; ``span`` says which part of the whole this is."""
    runner = ModeRunner(with_fixed_batch(model, batch), mode)
    begin, end = span

    def report(done: int) -> None:
        client.progress("running", begin + (end - begin) * done / len(images))

    return runner.run_all(images, report)


def _steps(pair: ModelPair, mode: ExecutionMode, batch: int, images: Floats, client: Client) -> list[dict[str, Any]]:
    """Each operator's result in this mode, from either file, against the float32 file's on the CPU in float32.

    LiteRT shows results between image and logits only in the first mode: the network is therefore cut off after
    each operator, and the remainder is run.
    """
    found = []
    reference, target = _computing(pair.reference), _computing(pair.target)
    kinds = [[op.name for op, _ in steps] for steps in (reference, target)]
    if kinds[0] != kinds[1]:
        raise PairError(
            f"{pair.reference.name} computes {', '.join(kinds[0])}, {pair.target.name} {', '.join(kinds[1])}; choose a "
            "target converted from this reference."
        )
    both = list(zip(reference, target, strict=True))
    for number, ((operator, expected), (_, tensor)) in enumerate(both):
        client.progress(f"examining {operator.name}", _RUNNING + (1 - _RUNNING) * number / len(both))

        def cut(model: ModelFile, index: int, how: ExecutionMode) -> Floats:
            return ModeRunner(with_fixed_batch(model, batch, output=index), how).run_all(images)

        usual = cut(pair.reference, expected.index, ExecutionMode.CPU_FLOAT32)
        found.append(
            {
                "operator": operator.name,
                "reference": asdict(measure_error(usual, cut(pair.reference, expected.index, mode))),
                "target": asdict(measure_error(usual, cut(pair.target, tensor.index, mode))),
            }
        )
    return found


def _computing(model: ModelFile) -> list[tuple[Operator, Tensor]]:
    return [(op, tensor) for op, tensor in model.graph.from_input() if op.name not in _MOVES_ONLY]


def _measure(fields: dict[str, Any]) -> ErrorMeasure:
    ranges = {name: tuple(fields[name]) for name in ("reference_range", "target_range")}
    return ErrorMeasure(**fields | ranges)


def _logits(text: str, images: int) -> Floats:
    numbers = np.frombuffer(base64.b64decode(text), np.float32)
    if numbers.size != math.prod((images, CLASSES)):
        raise WorkerError(f"a process answered with {numbers.size} logits; expected {images * CLASSES}.")
    return numbers.reshape(images, CLASSES)


if __name__ == "__main__":
    serve(work)
