"""Measurements of one trained network: what float16 weights, and float16 arithmetic, change in its answers."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import NO_ANSWER, Evaluation
from fp16core.lab.guarantee import guarantee
from fp16core.modes.emulated import IMAGES, WAYS, layer_rounding_errors
from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.emulation.network import emulate_each
from fp16core.numerics.error_measure import measure_error
from fp16core.numerics.weight_rounding import rounding_errors, weight_roundings
from fp16core.runs.record import QUANTIZER_FILE, REFERENCE_FILE, TARGET_FILE, FileRecord, file_record
from fp16core.study.rows.results import FACTORS, Change, Effect, Results, WeightCounts
from fp16core.system.memory import peak_bytes
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelFile, ModelPair

STUDIED_WAYS = (
    "sums in float32, fused multiply-adds from the bias on",
    "fused multiply-adds in float16, from the bias on",
    "sums in float16, dense ones in fours",
)
"""Arithmetic of x86-64 processors without and with AVX512-FP16, and of LiteRT on an NVIDIA H200; of `WAYS`."""


@dataclass(frozen=True)
class Measured:
    """Results of one network.

    Attributes
    ----------
    results
        Part of its row.
    files
        Contents of the three ``.tflite`` files, by name.
    """

    results: Results
    files: Mapping[str, bytes] = field(repr=False)


class Stopwatch:
    """Time by step: `lap` ends a step that began at the end of the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, step: str) -> None:
        """End a step."""
        now = time.monotonic()
        self.seconds[step] = round(now - self._last, 3)
        self._last = now


def measure_network(
    reference: bytes,
    target: bytes,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    watch: Stopwatch,
) -> Measured:
    """Quantize a float32 file with LiteRT Quantizer as well, and hold all float16 answers against its own.

    Parameters
    ----------
    reference, target
        The float32 and the float16 file by TensorFlow's converter.
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
        The test images.
    watch
        Takes the time of each step.

    Raises
    ------
    ModelFileError, PairError
        If a file cannot be run or followed, which no network of a `Recipe` leads to.
    """
    first = ModelFile(reference, REFERENCE_FILE)
    converted = ModelPair("the trained model", first, ModelFile(target, TARGET_FILE))
    quantized = ModelPair("the trained model", first, quantize_tflite(first))
    watch.lap("quantization")
    by_converter, by_quantizer = (compare(pair, images, labels) for pair in (converted, quantized))
    effects = [effect_of(comparison) for comparison in (by_converter, by_quantizer)]
    watch.lap("evaluation")
    proof = guarantee(converted, rounding_errors(converted), images, by_converter.reference)
    watch.lap("proof")
    arithmetic = _arithmetic(converted, images[:IMAGES], by_converter)
    watch.lap("emulation")
    files = {
        REFERENCE_FILE: reference,
        TARGET_FILE: target,
        QUANTIZER_FILE: quantized.target.contents,
    }
    results = Results(
        reference_loss=by_converter.reference.loss,
        converter=replace(effects[0], proven_images=proof.proven_images),
        quantizer=effects[1],
        arithmetic=arithmetic,
        converter_weights=_counts(converted),
        quantizer_weights=_counts(quantized),
        files={name: FileRecord(**file_record(contents)) for name, contents in files.items()},
        seconds=watch.seconds,
        peak_memory_bytes=peak_bytes(),
    )
    return Measured(results, files)


def effect_of(comparison: Comparison) -> Effect:
    """Effect of float16, from both answers to the same images."""
    reference, target, factors = comparison.reference, comparison.target, comparison.flip_factors
    changed = np.flatnonzero(comparison.changed)
    columns = (changed, comparison.labels[changed], reference.predictions[changed], target.predictions[changed])
    closest = comparison.closest_image
    return Effect(
        images=comparison.images,
        reference_correct=reference.accuracy.successes,
        correct=target.accuracy.successes,
        loss=target.loss,
        changed=tuple(Change(*map(int, values)) for values in zip(*columns, strict=True)),
        max_abs_logit_delta=comparison.max_abs_logit_delta,
        mean_abs_logit_delta=comparison.mean_abs_logit_delta,
        least_flip_factor=float(factors[closest]),
        closest_image=closest,
        flips_within=tuple(int(np.count_nonzero(factors <= factor)) for factor in FACTORS),
        snr_db=measure_error(reference.logits, target.logits).snr_db,
        proven_images=None,
    )


def _arithmetic(pair: ModelPair, images: npt.NDArray[np.uint8], all_answers: Comparison) -> dict[str, Effect]:
    """Effect of float16 arithmetic on the first images, by the formation of sums."""
    layers, given = read_chain(pair.target), normalise(images)
    reference = all_answers.reference.first(len(images))
    answered = reference.predictions != NO_ANSWER
    bounds = bound_logits(layers, layer_rounding_errors(layers), given, FLOAT16_ARITHMETIC)
    proven = int(np.count_nonzero((bounds.least_margin(np.where(answered, reference.predictions, 0)) > 0) & answered))
    results = emulate_each(layers, given, [WAYS[way] for way in STUDIED_WAYS])
    return {
        way: replace(
            effect_of(Comparison(reference, Evaluation(logits, reference.labels, pair.target.size_bytes))),
            proven_images=proven,
        )
        for way, logits in zip(STUDIED_WAYS, results, strict=True)
    }


def _counts(pair: ModelPair) -> WeightCounts:
    roundings = [rounding for rounding in weight_roundings(pair).values() if rounding.was_cast]
    return WeightCounts(
        cast=sum(rounding.reference.size for rounding in roundings),
        subnormal=sum(rounding.subnormal for rounding in roundings),
        zero=sum(rounding.underflowed for rounding in roundings),
    )
