"""Fewest bits that are enough: the reference with its weights in any format, and real files beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.convert.quantizer import INTEGER_RECIPES, quantize_integer, quantize_tflite
from fp16core.evaluate.comparison import Comparison, costs_a_point, image_logits
from fp16core.evaluate.evaluation import Evaluation
from fp16core.evaluate.statistics import Proportion
from fp16core.numerics.formats import FloatFormat
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import ModelFileError

QUANTIZED = "float16 by LiteRT Quantizer"
FILES = ("float32", "float16", QUANTIZED, *INTEGER_RECIPES)
"""Files that exist, in falling order of their bits."""


@dataclass(frozen=True)
class DialResult:
    """A model of fewer bits against the reference, on the same images.

    Attributes
    ----------
    name
        Name of the model.
    size_bytes
        Of the file; for a format of which there is no file, see `packed_size_bytes`.
    accuracy
        Share of right answers.
    accuracy_delta
        Accuracy minus the reference's.
    changed_predictions
        Number of images on which it and the reference answer differently.
    max_abs_logit_delta
        Largest magnitude of its logits minus the reference's; NaN if a logit is not a number.
    """

    name: str
    size_bytes: int
    accuracy: Proportion
    accuracy_delta: float
    changed_predictions: int
    max_abs_logit_delta: float

    @property
    def unchanged_share(self) -> float:
        """Share of the images that it and the reference answer alike."""
        return 1 - self.changed_predictions / self.accuracy.total

    @property
    def breaks(self) -> bool:
        """True if it costs at least a point of accuracy."""
        return costs_a_point(self.accuracy_delta)


def measure_format(
    pair: ModelPair, form: FloatFormat, images: npt.NDArray[np.uint8], reference: Evaluation
) -> DialResult:
    """Round all weights and biases of the reference to a format and run it; arithmetic stays float32.

    Parameters
    ----------
    pair
        Reference and target.
    form
        The format.
    images : uint8, shape (n, 28, 28)
    reference
        The reference on these images.

    Raises
    ------
    ModelFileError
        If the runtime refuses or fails on the rounded model.
    """
    weights = pair.reference.graph.weights()
    rounded = {key: form.rounded(tensor.values.astype(np.float32)) for key, tensor in weights.items()}
    size_bytes = packed_size_bytes(pair, form.width)
    return _measured(form.title, replace_weights(pair.reference, rounded, form.title), size_bytes, images, reference)


def packed_size_bytes(pair: ModelPair, bits: int) -> int:
    """Size of the target's file if it stored each weight and bias in this many bits, one after another without gaps.

    With 32 bits it is the reference's file: nothing has to be upsampled.
    """
    model = pair.reference if bits == 32 else pair.target
    # Tensors may share a buffer: it is in the file once.
    weights = {tensor.buffer: tensor for tensor in model.graph.weights().values()}.values()
    numbers = sum(tensor.values.size for tensor in weights)
    besides = model.size_bytes - sum(len(tensor.stored_bytes) for tensor in weights)
    return besides + -(-numbers * bits // 8)


def make_file(pair: ModelPair, name: str) -> ModelFile:
    """One of `FILES`: the pair's own, or what LiteRT Quantizer makes of the reference.

    Raises
    ------
    ModelFileError
        If the quantizer refuses the reference, or a file of float16 would hold no float16 weights.
    """
    if name == "float32":
        return pair.reference
    if name in INTEGER_RECIPES:
        return quantize_integer(pair.reference, name)
    model = quantize_tflite(pair.reference) if name == QUANTIZED else pair.target
    if not holds_float16_weights(model):
        maker = "LiteRT Quantizer casts none of its weights" if name == QUANTIZED else "the target holds none"
        raise ModelFileError(f"There is no file of {name} to show: {maker}.")
    return model


def measure_file(name: str, model: ModelFile, images: npt.NDArray[np.uint8], reference: Evaluation) -> DialResult:
    """Run one of `FILES`; parameters and errors as for `measure_format`."""
    return _measured(name, model, model.size_bytes, images, reference)


def enough_mantissa_bits(results: Mapping[int, DialResult]) -> int | None:
    """Fewest mantissa bits from which on no result breaks the model; None if even the largest number does.

    Parameters
    ----------
    results
        By their mantissa bits.
    """
    enough = None
    for bits in sorted(results, reverse=True):
        if results[bits].breaks:
            break
        enough = bits
    return enough


def narrowest_enough(forms: Sequence[FloatFormat], results: Sequence[DialResult]) -> FloatFormat | None:
    """The format of the fewest bits that does not break the model, and of these the most accurate; None if all do.

    Parameters
    ----------
    forms
        Formats.
    results
        Of the first of them, in the same order.
    """
    enough = [
        (form.width, -result.accuracy.value, place, form)
        for place, (form, result) in enumerate(zip(forms, results, strict=False))
        if not result.breaks
    ]
    return min(enough)[-1] if enough else None


def _measured(
    name: str, model: ModelFile, size_bytes: int, images: npt.NDArray[np.uint8], reference: Evaluation
) -> DialResult:
    answers = Evaluation(image_logits(Classifier(model), images), reference.labels, size_bytes)
    found = Comparison(reference, answers)
    return DialResult(
        name, size_bytes, answers.accuracy, found.accuracy_delta, found.changed_predictions, found.max_abs_logit_delta
    )
