"""Checks of a stranger's models by their weights and by their answers, and remarks on both."""

import time

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.runtime.classifier import Classifier
from fp16core.text import count_text, percent_text
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModelFileError

MAX_IMAGE_S = 1e-3
"""Longest average time, in seconds, that a model may take for an image: measurements read all of them repeatedly."""

_ALONE = 3
"""Images that are also read one at a time."""


def remarks_on_weights(pair: ModelPair) -> list[str]:
    """Return sentences on weights that are not the reference's, rounded."""
    roundings = weight_roundings(pair)
    odd = [key for key, rounding in roundings.items() if not rounding.bits_match_numpy and not rounding.is_clamped]
    remarks = []
    if odd:
        remarks.append(
            f"{len(odd)} of {count_text(len(roundings), 'weight tensor')} are not the float32 ones rounded "
            f"({', '.join(odd[:3])}{', …' if len(odd) > 3 else ''}): {pair.target.name} was not made from "
            f"{pair.reference.name}, or was changed afterwards."
        )
    return remarks


def compared(pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> tuple[Comparison, float]:
    """Compare both models, check that their answers repeat, and time them.

    Parameters
    ----------
    pair
        Reference and target.
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
        The true classes.

    Returns
    -------
    comparison : Comparison
    image_s : float
        Processor time, in seconds, that the slower model takes for an image.

    Raises
    ------
    ModelFileError
        If a model answers differently when asked again or for single images, or is too slow.
    """
    first = compare(pair, images, labels)
    inputs = normalise(images)
    slowest = 0.0
    for model, answers in ((pair.reference, first.reference), (pair.target, first.target)):
        again, name = Classifier(model), model.name
        start = time.process_time()  # of this process: the server may be busy with other things
        logits = again.logits(inputs)
        seconds = (time.process_time() - start) / len(inputs)
        slowest = max(slowest, seconds)
        if not np.array_equal(logits, answers.logits, equal_nan=True):
            raise ModelFileError(f"{name} answers the same images differently when asked again; the file is damaged.")
        if seconds > MAX_IMAGE_S:
            raise ModelFileError(
                f"{name} takes {seconds * 1e3:.1f} ms for an image; {MAX_IMAGE_S * 1e3:.0f} ms is the limit, as "
                "every page runs it on thousands of images."
            )
        alone = np.concatenate([again.logits(inputs[place : place + 1]) for place in range(_ALONE)])
        if not _nearly_equal(alone, logits[:_ALONE]):
            raise ModelFileError(
                f"{name} answers an image differently in a batch with others; images must not influence each other."
            )
    return first, slowest


def _nearly_equal(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> bool:
    # Sums may be in another order when there are more images.
    finite = other[np.isfinite(other)]
    return np.allclose(one, other, rtol=1e-3, atol=1e-4 * float(np.abs(finite).max(initial=1)), equal_nan=True)


def remarks_on_answers(pair: ModelPair, comparison: Comparison) -> list[str]:
    """Return sentences on outputs, batch size and accuracy that a user should know of."""
    remarks = []
    if comparison.reference.are_probabilities:
        remarks.append("The outputs look like probabilities, not logits: the network ends in a softmax.")
    batch = pair.reference.graph.inputs[0].shape_signature[0]
    if batch != -1:
        remarks.append(
            f"The file takes {count_text(batch, 'image')} at a time, no more and no fewer; it is run that way."
        )
    if not np.isfinite(comparison.reference.logits).all():
        remarks.append("Some logits of the float32 model are infinite or not numbers.")
    accuracy = comparison.reference.accuracy
    if len(np.unique(comparison.reference.predictions)) == 1:
        remarks.append("It gives all test images the same answer.")
    elif accuracy.low <= 0.1:
        remarks.append(
            f"It reads {percent_text(accuracy.value)} of {accuracy.total:,} test images right, which guessing would, "
            "too. Its images must be scaled to 0…1, with white ink on black paper."
        )
    return remarks
