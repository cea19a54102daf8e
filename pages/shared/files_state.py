"""What the Files page measures."""

from dataclasses import dataclass
from typing import Any

from fp16core.convert import TfliteFile, quantize_tflite, read_tflite
from fp16core.data import normalise
from fp16core.evaluate import conversions
from fp16core.evaluate.conversions import OneWeight, TwoWays, convert_both_ways, read_one_weight, with_first_weight
from fp16core.evaluate.folding import Folding, fold_dequantize
from fp16core.runtime.delegation import Moment, Part, delegated_parts, upsampling_moment
from fp16core.singleton import singleton
from fp16core.worker.job import Desk, Job
from fp16core.worker.tensorflow_way import MODULE, request_for, target_of
from pages.shared import state
from pages.shared.subject import Subject, cached, subject


@dataclass(frozen=True)
class Graphs:
    """Both files' graphs and how they are run.

    Attributes
    ----------
    files, parts
        Reference and target, and what the delegate runs of each.
    moments
        When the target's float16 weights are upsampled, with the delegate and without.
    folding
        The target without DEQUANTIZE operators.
    """

    files: tuple[TfliteFile, TfliteFile]
    parts: tuple[tuple[Part, ...], tuple[Part, ...]]
    moments: tuple[Moment | None, Moment | None]
    folding: Folding


@dataclass(frozen=True)
class WeightQuestion:
    """One weight of a pair's float32 file, set to a value.

    Attributes
    ----------
    subject
        The pair, and the test images.
    key
        The tensor whose first weight it is, by the keys of `TfliteFile.weights`.
    value
        The weight.
    """

    subject: Subject
    key: str
    value: float


@cached("Running both graphs …")
def graphs(subject: Subject) -> Graphs:
    """Both graphs; raises `HalfBitsError` if they cannot be had."""
    found = state.results()
    pair, image = found.pair, normalise(found.images[0])
    files = read_tflite(pair.reference, pair.reference_name), read_tflite(pair.target, pair.target_name)
    return Graphs(
        files,
        (delegated_parts(pair.reference, pair.reference_name), delegated_parts(pair.target, pair.target_name)),
        (
            upsampling_moment(pair.target, image, pair.target_name),
            upsampling_moment(pair.target, image, pair.target_name, delegated=False),
        ),
        fold_dequantize(pair, found.images, found.comparison.target.logits),
    )


@cached("Quantizing the float32 file with LiteRT Quantizer, and running it …")
def two_ways(subject: Subject) -> TwoWays:
    """Converter against quantizer; raises `HalfBitsError` if they cannot be compared."""
    found = state.results()
    return convert_both_ways(found.pair, found.comparison, found.images)


def first_tensor() -> str:
    """Key of the active pair's first weights; raises `HalfBitsError` if they cannot be had."""
    return conversions.first_tensor(state.roundings())


def weight_question(key: str, value: float) -> WeightQuestion:
    """What becomes of the first weight of a tensor of the active pair, set to a value."""
    return WeightQuestion(subject(), key, value)


@singleton
def desk() -> Desk:
    """Where the server's one conversion at a time is handed in."""
    return Desk()


@cached(kept=64)
def quantized_weight(subject: Subject, question: WeightQuestion) -> tuple[OneWeight, OneWeight]:
    """The weight in the float32 file, and as LiteRT Quantizer stores it."""
    changed, image = _changed(question), state.results().images[0]
    return (
        read_one_weight(changed, question.key, image),
        read_one_weight(quantize_tflite(changed), question.key, image),
    )


def start_conversion(question: WeightQuestion) -> Job | None:
    """Hand the question to TensorFlow's converter; None if it is at work on another."""
    return desk().hand_in(question, MODULE, request_for(_changed(question)))


@cached(kept=64)
def converted_weight(subject: Subject, question: WeightQuestion, _answer: dict[str, Any]) -> OneWeight:
    """The weight as TensorFlow's converter stores it, by the answer of its process."""
    return read_one_weight(target_of(_answer), question.key, state.results().images[0])


def _changed(question: WeightQuestion) -> bytes:
    return with_first_weight(state.active_pair().reference, question.key, question.value)
