"""A stranger's models tried out in a process of their own: ``python -m fp16core.worker.trial.trial``.

Whatever the pages will later measure is tried here first, so that a file that crashes the runtime, hangs or
asks for too much memory costs a sentence. TensorFlow is not needed.
"""

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.casting import casting_of
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.jobs.confine import confine
from fp16core.jobs.serve import Client, serve
from fp16core.jobs.spec import Limits
from fp16core.numerics.rounding import weight_roundings
from fp16core.runtime.classifier import Classifier
from fp16core.text import count_text, percent_text
from fp16core.tflite.reader import read_tflite
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError, ModelFileError, ModelPair
from fp16core.worker.trial.inspection import Named, check_file, order_files
from fp16core.worker.trial.rehearsal import REHEARSALS, REQUIRED

MODULE = "fp16core.worker.trial.trial"
"""What to hand to a `fp16core.jobs.job.Job`."""

CPU_S = 60
"""Processor time of a trial, in seconds; one of the bundled model takes a second."""

_WALL_S = 600
_LEAST_BYTES, _TIMES, _MOST_BYTES = 260_000_000, 30, 800_000_000
"""Memory of a trial: for the process, and for each byte of the files; and what no trial may exceed.

Measured: 190 MB of data with the bundled model, 480 MB with one of 9.8 MB.
"""


def limits_for(files_bytes: int) -> Limits:
    """What a trial of files of this size together may take."""
    return Limits(_WALL_S, min(_LEAST_BYTES + _TIMES * files_bytes, _MOST_BYTES), CPU_S)


MAX_IMAGE_S = 1e-3
"""How long a model may take for an image, on average: each page lets both read all test images, most several times."""

IMAGES = 500
"""Test images that the models are tried on."""

_ADDRESS_SPACE_BYTES = 4_000_000_000
_LOG_BYTES = 10_000_000

_ALONE = 3
"""Images that are also read alone."""


@dataclass(frozen=True)
class Tried:
    """What a trial found.

    Attributes
    ----------
    pair
        The float32 model and its float16 counterpart, whichever way it came by.
    remarks
        What is worth knowing, in sentences.
    images
        Test images that both models read.
    reference_accuracy, target_accuracy
        Shares of those read right.
    changed_predictions
        Number of those on which the two differ.
    image_s
        Processor time, in seconds, that the slower of both takes for an image.
    """

    pair: ModelPair = field(repr=False)
    remarks: tuple[str, ...]
    images: int
    reference_accuracy: float
    target_accuracy: float
    changed_predictions: int
    image_s: float


def request_for(names: Sequence[str]) -> dict[str, Any]:
    """What to ask this module: try a float32 ``.tflite``, or two files; their contents are the job's attachments."""
    return {"names": list(names)}


def tried(answer: dict[str, Any], files: Sequence[Named], run: dict[str, Any] | None = None) -> Tried:
    """What a trial answered.

    Parameters
    ----------
    answer
        The job's.
    files
        What was tried.
    run
        What is known of how the models were made, as in ``run.json``.
    """

    def file(role: str) -> bytes:
        kept = answer[role]
        return files[kept][1] if isinstance(kept, int) else base64.b64decode(kept)

    names = answer["names"]
    pair = ModelPair(answer["pair"], file("reference"), file("target"), run or {}, *names)
    return Tried(pair, tuple(answer["remarks"]), **answer["found"])


def try_files(files: Sequence[Named], report: Progress, pair_name: str | None = None) -> dict[str, Any]:
    """Try a float32 model, or a float32 and a float16 one in any order, in every way that the pages use them.

    Parameters
    ----------
    files
        One file or two.
    report
        Called with what is happening and the fraction done.
    pair_name
        What to call the pair, if not by the files.

    Returns
    -------
    dict
        What `tried` takes.

    Raises
    ------
    HalfBitsError
        Why they cannot be used, in a sentence.
    """
    report("reading the file" if len(files) == 1 else "reading the files", 0.05)
    for name, model in files:
        check_file(name, model)
    order, remarks = order_files(files)
    name, reference = files[order[0]]
    report("running the float32 model", 0.15)
    Classifier(reference, name).logits(normalise(np.zeros((1, 28, 28), np.uint8)))
    if len(files) == 1:
        report("quantizing it with LiteRT Quantizer", 0.25)
        names, target = (name, f"the float16 model made of {name}"), quantize_tflite(reference, name)
    else:
        names, target = (name, files[order[1]][0]), files[order[1]][1]
    called = pair_name or (name if len(files) == 1 else " and ".join(names))
    pair = ModelPair(called, reference, target, {}, *names)
    remarks += _remarks_on_weights(pair)
    report("running both models on test images", 0.4)
    images, labels = (array[:IMAGES] for array in load_mnist("test"))
    comparison, image_s = _compared(pair, images, labels)
    remarks = [*casting_of(pair).remarks(None), *remarks, *_remarks_on_answers(pair, comparison)]
    remarks += _rehearsed(pair, comparison, images, report)
    report("done", 1.0)
    return {
        "pair": called,
        "names": list(names),
        "reference": order[0],
        "target": order[1] if len(files) > 1 else base64.b64encode(target).decode(),
        "remarks": remarks,
        "found": {
            "images": comparison.images,
            "reference_accuracy": comparison.reference.accuracy.value,
            "target_accuracy": comparison.target.accuracy.value,
            "changed_predictions": comparison.changed_predictions,
            "image_s": image_s,
        },
    }


def _remarks_on_weights(pair: ModelPair) -> list[str]:
    roundings = weight_roundings(pair)
    odd = [key for key, rounding in roundings.items() if not rounding.bits_match_numpy and not rounding.is_clamped]
    remarks = []
    if odd:
        remarks.append(
            f"{len(odd)} of {count_text(len(roundings), 'weight tensor')} are not the float32 ones rounded "
            f"({', '.join(odd[:3])}{', …' if len(odd) > 3 else ''}): {pair.target_name} was not made of "
            f"{pair.reference_name}, or changed afterwards."
        )
    return remarks


def _compared(
    pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]
) -> tuple[Comparison, float]:
    """Both models on the images, asked twice and some of them alone, and what an image takes."""
    first = compare(pair, images, labels)
    inputs = normalise(images)
    slowest = 0.0
    for model, name, answers in (
        (pair.reference, pair.reference_name, first.reference),
        (pair.target, pair.target_name, first.target),
    ):
        again = Classifier(model, name)
        start = time.process_time()  # of this process: the server may be busy with other things
        logits = again.logits(inputs)
        seconds = (time.process_time() - start) / len(inputs)
        slowest = max(slowest, seconds)
        if not np.array_equal(logits, answers.logits, equal_nan=True):
            raise ModelFileError(f"{name} answers the same images differently when asked again; the file is damaged.")
        if seconds > MAX_IMAGE_S:
            raise ModelFileError(
                f"{name} takes {seconds * 1e3:.1f} ms for an image; {MAX_IMAGE_S * 1e3:.0f} ms is the limit, as all "
                "pages let it read thousands of images."
            )
        alone = np.concatenate([again.logits(inputs[place : place + 1]) for place in range(_ALONE)])
        if not _nearly_equal(alone, logits[:_ALONE]):
            raise ModelFileError(f"{name} answers an image differently beside other ones; images must not mix.")
    return first, slowest


def _nearly_equal(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> bool:
    # Sums may be in another order when there are more images.
    finite = other[np.isfinite(other)]
    return np.allclose(one, other, rtol=1e-3, atol=1e-4 * float(np.abs(finite).max(initial=1)), equal_nan=True)


def _remarks_on_answers(pair: ModelPair, comparison: Comparison) -> list[str]:
    remarks = []
    if comparison.reference.are_probabilities:
        remarks.append("The outputs look like probabilities, not logits: the network ends in a softmax.")
    batch = read_tflite(pair.reference).inputs[0].shape_signature[0]
    if batch != -1:
        remarks.append(f"The file takes {count_text(batch, 'image')} at a time, no more and no fewer; it is run so.")
    if not np.isfinite(comparison.reference.logits).all():
        remarks.append("Some scores of the float32 model are infinite or not numbers.")
    accuracy = comparison.reference.accuracy
    if len(np.unique(comparison.reference.predictions)) == 1:
        remarks.append("It gives all test images the same answer.")
    elif accuracy.low <= 0.1:
        remarks.append(
            f"It reads {percent_text(accuracy.value)} of {accuracy.total:,} test images right, which guessing would, "
            "too. Its images must be scaled to 0…1, with white ink on black paper."
        )
    return remarks


def _rehearsed(pair: ModelPair, comparison: Comparison, images: npt.NDArray[np.uint8], report: Progress) -> list[str]:
    """What each page does; why some cannot do it."""
    unable: dict[str, list[str]] = {}
    for number, (page, rehearse) in enumerate(REHEARSALS.items()):
        report(f"trying what the page {page} does", 0.5 + 0.5 * number / len(REHEARSALS))
        try:
            rehearse(pair, comparison, images)
        except HalfBitsError as error:
            if page in REQUIRED:
                raise
            unable.setdefault(str(error), []).append(page)
    return [f"Cannot be shown on {' and '.join(pages)}: {reason}" for reason, pages in unable.items()]


def _work(request: dict[str, Any], client: Client) -> dict[str, Any]:
    confine(_ADDRESS_SPACE_BYTES, _LOG_BYTES, client.memory_bytes)
    return try_files(list(zip(request["names"], client.attachments, strict=True)), client.progress)


if __name__ == "__main__":
    serve(_work)
