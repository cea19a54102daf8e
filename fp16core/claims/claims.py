"""The tutorial's claims, checked against the models at hand.

The claims come from "Post-training float16 quantization" (LiteRT documentation). Each is judged by
a rule stated beside it; verdicts follow from measurements only.
"""

import math

import numpy as np

from fp16core.claims.evidence import ClaimCheck, Evidence, Verdict, graded
from fp16core.claims.judge import Judge, about_float16
from fp16core.claims.runtime_claims import TRADE, latency_impact, native_arithmetic, reduced_precision, upsampled
from fp16core.evaluate.evaluation import answer_text
from fp16core.text import bytes_text, count_text, percent_text, points_text
from fp16core.tflite.graph import TfliteFile

TRAINED_ACCURACY, NO_DIFFERENCE = "Trained accuracy", "No difference"
"""Topics of the claims that a study over many trainings judges as well."""

MINIMAL_ACCURACY_DELTA = 0.001
"""Largest change of accuracy, as a share of 1, that counts as minimal."""


def check_claims(evidence: Evidence) -> tuple[ClaimCheck, ...]:
    """Judge every claim of the tutorial, in the tutorial's order."""
    return tuple(judge(evidence) for judge in _JUDGES)


@about_float16
def _size_reduction(e: Evidence) -> ClaimCheck:
    ratio = e.comparison.size_ratio
    sizes = e.reference_file.size_bytes, e.target_file.size_bytes
    weights = _parameter_bytes(e.reference_file), _parameter_bytes(e.target_file)
    rest = sizes[0] - weights[0], sizes[1] - weights[1]
    return ClaimCheck(
        "Size reduction",
        "This results in a 2x reduction in model size.",
        f"{ratio:.2f}× ({bytes_text(sizes[0])} → {bytes_text(sizes[1])}); weight data alone "
        f"{weights[0] / weights[1]:.2f}×, the rest of the file {bytes_text(rest[0])} → {bytes_text(rest[1])}",
        graded(1.95 <= ratio < 2.05, ratio >= 1.5),
        "Holds from 1.95× to 2.05× (2.0× when rounded), partly from 1.5× up.",
        "Bytes of the float32 file over bytes of the float16 file, and the same for the stored floating-point "
        "numbers alone and for all other bytes.",
    )


@about_float16
def _accuracy_impact(e: Evidence) -> ClaimCheck:
    delta, changed = e.comparison.accuracy_delta, e.comparison.changed_predictions
    return ClaimCheck(
        "Impact on accuracy",
        TRADE,
        f"{points_text(delta)}, {changed:,} of {count_text(e.comparison.images, 'prediction')} changed",
        graded(abs(delta) <= MINIMAL_ACCURACY_DELTA + 1e-12, abs(delta) <= 0.005 + 1e-12),
        "Minimal means: holds within ±0.10 percentage points, partly within ±0.50.",
        f"Accuracy of the target minus accuracy of the reference on {count_text(e.comparison.images, 'image')}.",
    )


def _preprocessing(e: Evidence) -> ClaimCheck:
    scaled, raw = e.comparison.reference.accuracy, e.raw_pixel_accuracy
    return ClaimCheck(
        "Preprocessing",
        "Normalize the input image so that each pixel value is between 0 to 1.",
        f"accuracy on {count_text(scaled.total, 'image')}: {percent_text(scaled.value)} with inputs from 0 to 1, "
        f"{percent_text(raw.value)} from 0 to 255",
        graded(scaled.low >= raw.value, scaled.value >= raw.value),
        "Holds if the model reads scaled images better than raw ones by more than chance (the raw accuracy lies below "
        "the 95 % interval), partly if only as well or within chance.",
        f"The float32 model on {count_text(e.comparison.images, 'image')}, each once divided by 255 and once not.",
    )


def _parameters(e: Evidence) -> ClaimCheck:
    count = sum(math.prod(tensor.shape) for tensor in e.reference_file.parameters())
    reference = e.comparison.reference
    are_logits = bool(np.isfinite(reference.logits).all() and not reference.are_probabilities)
    outputs = (
        "are logits" if are_logits else "are probabilities" if reference.are_probabilities else "are not all numbers"
    )
    return ClaimCheck(
        "Network",
        "The network that the tutorial's code builds has 20,410 parameters, and its outputs are logits.",
        f"{count:,} parameters; outputs {outputs}",
        graded(count == 20_410 and are_logits, are_logits),
        "Holds with 20,410 parameters and outputs that are finite and do not sum to 1; partly with another number.",
        "Floating-point numbers stored in the float32 file; probabilities would sum to 1 for each image.",
        is_quote=False,
    )


def _trained_accuracy(e: Evidence) -> ClaimCheck:
    accuracy = e.comparison.reference.accuracy
    epochs = e.pair.run.get("recipe", {}).get("epochs")
    about = "" if epochs == 1 else "; the claim is about a single epoch"
    if epochs == 1 and not e.trained_on_these_images:
        about = "; the claim is about the test images of its own data set"
    trained = f"after {count_text(epochs, 'epoch')}" if epochs else "after an unknown number of epochs"
    return ClaimCheck(
        TRAINED_ACCURACY,
        "… you trained the model for just a single epoch, so it only trains to ~96% accuracy.",
        f"{percent_text(accuracy.value)} of {count_text(accuracy.total, 'image')} (95 % interval "
        f"{percent_text(accuracy.low)} to {percent_text(accuracy.high)}) {trained}{about}",
        graded(0.955 <= accuracy.value < 0.965, accuracy.value >= 0.95) if not about else Verdict.NOT_JUDGED,
        "For a model trained one epoch and tested on its data set: holds from 95.5 % to 96.5 %, partly above 95 %.",
        f"Float32 model on {count_text(e.comparison.images, 'image')}; Wilson interval; epochs and data set from the "
        "run's record.",
    )


@about_float16
def _float_interface(e: Evidence) -> ClaimCheck:
    given, answer = e.target_file.inputs[0].dtype, e.target_file.outputs[0].dtype
    return ClaimCheck(
        "Input and output",
        "… by default the converted model will still use float input and outputs for invocation convenience.",
        f"input {given}, output {answer}",
        graded(given == answer == "float32", "float32" in (given, answer)),
        "Holds if both are float32, partly if one is.",
        "Types read from the float16 file's graph.",
    )


@about_float16
def _half_size(e: Evidence) -> ClaimCheck:
    share = e.comparison.size_share
    return ClaimCheck(
        "Half the size",
        "… the resulting file is approximately 1/2 the size.",
        f"{percent_text(share)} of the float32 file",
        graded(0.45 <= share <= 0.55, 0.25 <= share <= 0.75),
        "Holds from 45 % to 55 %, partly from 25 % to 75 %.",
        "Bytes of the float16 file over bytes of the float32 file.",
    )


@about_float16
def _one_image(e: Evidence) -> ClaimCheck:
    label = int(e.comparison.labels[0])
    answers = int(e.comparison.reference.predictions[0]), int(e.comparison.target.predictions[0])
    right = [answer == label for answer in answers]
    return ClaimCheck(
        "One image",
        "The tutorial lets both models read the first test image.",
        f"true digit {label}; float32 says {answer_text(answers[0])}, float16 says {answer_text(answers[1])}",
        graded(all(right), any(right)),
        "Holds if both models name the first test image's digit, partly if one does.",
        "The first test image, as in the tutorial, through both interpreters.",
        is_quote=False,
    )


@about_float16
def _no_accuracy_difference(e: Evidence) -> ClaimCheck:
    delta, p = e.comparison.accuracy_delta, e.comparison.mcnemar_p
    return ClaimCheck(
        NO_DIFFERENCE,
        "… quantized a model to float16 with no difference in the accuracy.",
        f"difference {points_text(delta)}; McNemar p = {p:.3g}",
        graded(delta == 0, abs(delta) <= MINIMAL_ACCURACY_DELTA + 1e-12 and not e.comparison.is_difference_significant),
        "Holds if the difference is exactly 0; partly if it is within ±0.10 percentage points and no larger than "
        "chance explains (p ≥ 0.05).",
        f"All {count_text(e.comparison.images, 'image')} through both interpreters; exact McNemar test.",
    )


def _parameter_bytes(file: TfliteFile) -> int:
    return sum(tensor.stored_size_bytes for tensor in file.parameters())


_JUDGES: tuple[Judge, ...] = (
    _size_reduction,
    native_arithmetic,
    upsampled,
    _accuracy_impact,
    latency_impact,
    _preprocessing,
    _parameters,
    _trained_accuracy,
    _float_interface,
    _half_size,
    _one_image,
    _no_accuracy_difference,
    reduced_precision,
)
