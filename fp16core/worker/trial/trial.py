"""A stranger's models tried out in a separate process: ``python -m fp16core.worker.trial.trial``.

Every kind of measurement is tried here first, so that a file that crashes the runtime, hangs or asks for too much
memory costs only an error message. TensorFlow is not needed.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.casting import casting_of
from fp16core.evaluate.comparison import Comparison
from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import Limits
from fp16core.runtime.classifier import Classifier
from fp16core.system.limits import confine
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError
from fp16core.worker.trial.answers import compared, remarks_on_answers, remarks_on_weights
from fp16core.worker.trial.inspection import check_file, order_files
from fp16core.worker.trial.rehearsal import REHEARSALS

MODULE = "fp16core.worker.trial.trial"
"""Name of this module, for a `fp16core.jobs.job.Job`."""

CPU_S = 60
"""Processor time of a trial, in seconds; one of the bundled model takes a second."""

_WALL_S = 600
_LEAST_BYTES, _TIMES, _MOST_BYTES = 260_000_000, 30, 800_000_000
"""Memory of a trial: for the process, and for each byte of the files; and what no trial may exceed.

Measured: 190 MB of data with the bundled model, 480 MB with one of 9.8 MB.
"""


def limits_for(files_bytes: int) -> Limits:
    """Limits on a trial of files of this total size."""
    return Limits(_WALL_S, min(_LEAST_BYTES + _TIMES * files_bytes, _MOST_BYTES), CPU_S)


IMAGES = 500
"""Test images that the models are tried on."""

_ADDRESS_SPACE_BYTES = 4_000_000_000
_LOG_BYTES = 10_000_000


@dataclass(frozen=True)
class Tried:
    """Findings of a trial.

    Attributes
    ----------
    pair
        The float32 model and its float16 counterpart, however it was made.
    remarks
        Remarks on the models, in sentences.
    failed
        Reasons why the pair does not allow a measurement, by its name in `REHEARSALS`.
    images
        Test images that both models read.
    reference_accuracy, target_accuracy
        Shares of the images that were classified correctly.
    changed_predictions
        Number of images on which the two models differ.
    image_s
        Processor time, in seconds, that the slower of both takes for an image.
    """

    pair: ModelPair = field(repr=False)
    remarks: tuple[str, ...]
    failed: Mapping[str, str]
    images: int
    reference_accuracy: float
    target_accuracy: float
    changed_predictions: int
    image_s: float


def request_for(names: Sequence[str]) -> dict[str, Any]:
    """Request to try a float32 ``.tflite``, or two files; their contents are the job's attachments."""
    return {"names": list(names)}


def tried(answer: dict[str, Any], files: Sequence[ModelFile], run: dict[str, Any] | None = None) -> Tried:
    """Parse the answer of a trial.

    Parameters
    ----------
    answer
        The job's.
    files
        The files that were tried.
    run
        Record of how the models were made, as in ``run.json``.
    """

    def file(role: str) -> bytes:
        kept = answer[role]
        return files[kept].contents if isinstance(kept, int) else base64.b64decode(kept)

    reference, target = (
        ModelFile(file(role), name) for role, name in zip(("reference", "target"), answer["names"], strict=True)
    )
    pair = ModelPair(answer["pair"], reference, target, run or {})
    return Tried(pair, tuple(answer["remarks"]), answer["failed"], **answer["found"])


def try_files(files: Sequence[ModelFile], report: Progress, pair_name: str | None = None) -> dict[str, Any]:
    """Try a float32 model, or a float32 and a float16 one in any order, with every kind of measurement.

    Parameters
    ----------
    files
        One file or two.
    report
        Called with what is happening and the fraction done.
    pair_name
        Name of the pair, if not by the files.

    Returns
    -------
    dict
        Answer for `tried`.

    Raises
    ------
    HalfBitsError
        If they cannot be used; the message says why.
    """
    report("reading the file" if len(files) == 1 else "reading the files", 0.05)
    for file in files:
        check_file(file)
    order, remarks = order_files(files)
    reference = files[order[0]]
    report("running the float32 model", 0.15)
    Classifier(reference).logits(normalise(np.zeros((1, 28, 28), np.uint8)))
    if len(files) == 1:
        report("quantizing it with LiteRT Quantizer", 0.25)
        target = quantize_tflite(reference)
    else:
        target = files[order[1]]
    called = pair_name or (reference.name if len(files) == 1 else f"{reference.name} and {target.name}")
    pair = ModelPair(called, reference, target)
    remarks += remarks_on_weights(pair)
    report("running both models on test images", 0.4)
    images, labels = (array[:IMAGES] for array in load_mnist("test"))
    comparison, image_s = compared(pair, images, labels)
    remarks = [*casting_of(pair).remarks(None), *remarks, *remarks_on_answers(pair, comparison)]
    failed = _rehearsed(pair, comparison, images, report)
    report("done", 1.0)
    return {
        "pair": called,
        "names": [file.name for file in pair.files],
        "reference": order[0],
        "target": order[1] if len(files) > 1 else base64.b64encode(target.contents).decode(),
        "remarks": remarks,
        "failed": failed,
        "found": {
            "images": comparison.images,
            "reference_accuracy": comparison.reference.accuracy.value,
            "target_accuracy": comparison.target.accuracy.value,
            "changed_predictions": comparison.changed_predictions,
            "image_s": image_s,
        },
    }


def _rehearsed(
    pair: ModelPair, comparison: Comparison, images: npt.NDArray[np.uint8], report: Progress
) -> dict[str, str]:
    """Reasons why measurements of `REHEARSALS` fail, by their names."""
    failed = {}
    for number, (name, rehearsal) in enumerate(REHEARSALS.items()):
        report(f"trying {rehearsal.title}", 0.5 + 0.5 * number / len(REHEARSALS))
        try:
            rehearsal.run(pair, comparison, images)
        except HalfBitsError as error:
            if rehearsal.is_required:
                raise
            failed[name] = str(error)
    return failed


def _work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    confine(_ADDRESS_SPACE_BYTES, _LOG_BYTES, client.memory_bytes)
    files = [ModelFile(contents, name) for name, contents in zip(request["names"], client.attachments, strict=True)]
    return try_files(files, client.progress)


if __name__ == "__main__":
    serve(_work)
