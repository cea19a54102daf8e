"""Everything that can be asked of a pair of models: functions of a `Workbench` and of plain values.

Their results can be sent from one process to another, so that a stranger's pair is measured elsewhere.
All of them raise `HalfBitsError` if the pair does not allow the measurement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.claims.evidence import FurtherEvidence, further_evidence
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.lab.conversions import OneWeight, TwoWays, convert_both_ways, read_one_weight, with_first_weight
from fp16core.lab.dial import FILES, DialResult, make_file, measure_file, measure_format
from fp16core.lab.folding import Folding, fold_dequantize
from fp16core.lab.guarantee import Guarantee, guarantee
from fp16core.lab.overflow import ScaleResult, measure_scale
from fp16core.modes.emulated import IMAGES as EMULATED_IMAGES
from fp16core.modes.emulated import Accounted, account_for
from fp16core.modes.runs import ModeRun
from fp16core.numerics.formats import FloatFormat
from fp16core.numerics.propagation import PairActivations, Propagation
from fp16core.numerics.weight_rounding import WeightRounding, format_errors
from fp16core.runtime.delegation import Partition, UpsamplingStage, delegate_partitions, upsampling_stage
from fp16core.tflite.chain import read_chain
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.purposes import LedgerEntry
from fp16core.training.recipe import Progress
from fp16core.vocabulary import ModelFileError
from fp16core.webgpu.answer import IDENTIFIED
from fp16core.webgpu.findings import emulated_ways
from fp16core.webgpu.plan import Plan, plan
from fp16core.workbench.workbench import Workbench


@dataclass(frozen=True)
class Graphs:
    """Graphs of both files, and how they are run.

    Attributes
    ----------
    files, parts
        Reference and target without their stored data, and what the delegate runs of each.
    moments
        When the target's float16 weights are upsampled, with the delegate and without.
    folding
        The target without DEQUANTIZE operators.
    """

    files: tuple[TfliteFile, TfliteFile]
    parts: tuple[tuple[Partition, ...], tuple[Partition, ...]]
    moments: tuple[UpsamplingStage | None, UpsamplingStage | None]
    folding: Folding


@dataclass(frozen=True)
class Followed:
    """Progress in following the error from operator to operator.

    Attributes
    ----------
    done, total
        Images that are in, of all.
    propagation
        The errors, once all are in.
    """

    done: int
    total: int
    propagation: Propagation | None


def comparison(bench: Workbench) -> Comparison:
    """Both models' answers to all test images."""
    return bench.comparison


def evidence(bench: Workbench) -> FurtherEvidence:
    """Evidence for the tutorial's claims other than the comparison."""
    return further_evidence(bench.pair, bench.comparison, bench.images)


def roundings(bench: Workbench) -> dict[str, WeightRounding]:
    """Rounding of the weights."""
    return bench.roundings


def ledgers(bench: Workbench) -> tuple[tuple[LedgerEntry, ...], tuple[LedgerEntry, ...]]:
    """The ledgers of both files' bytes."""
    return byte_ledger(bench.pair.reference), byte_ledger(bench.pair.target)


def holds_float16(bench: Workbench) -> bool:
    """Return whether the target computes with anything stored as float16."""
    return holds_float16_weights(bench.pair.target)


def graphs(bench: Workbench) -> Graphs:
    """Graphs of both files, and how they are run."""
    pair, image = bench.pair, normalise(bench.images[0])
    return Graphs(
        (pair.reference.graph.outline(), pair.target.graph.outline()),
        (delegate_partitions(pair.reference), delegate_partitions(pair.target)),
        (upsampling_stage(pair.target, image), upsampling_stage(pair.target, image, delegated=False)),
        fold_dequantize(pair, bench.images, bench.comparison.target.logits),
    )


def two_ways(bench: Workbench) -> TwoWays:
    """The pair's target against LiteRT Quantizer's."""
    return convert_both_ways(bench.pair, bench.comparison, bench.images)


def changed_reference(bench: Workbench, key: str, value: float) -> ModelFile:
    """The float32 file with another first weight in one tensor, by the keys of `roundings`."""
    return with_first_weight(bench.pair.reference, key, value)


def quantized_weight(bench: Workbench, key: str, value: float) -> tuple[OneWeight, OneWeight]:
    """Read that weight in the float32 file and as LiteRT Quantizer stores it; run both models on the first image."""
    changed = changed_reference(bench, key, value)
    image = bench.images[0]
    return read_one_weight(changed, key, image), read_one_weight(quantize_tflite(changed), key, image)


def converted_weight(bench: Workbench, model: ModelFile, key: str) -> OneWeight:
    """Read that weight as another converter has stored it in ``model``."""
    return read_one_weight(model, key, bench.images[0])


def file_results(bench: Workbench) -> tuple[list[DialResult], list[str]]:
    """The pair's files and those that LiteRT Quantizer makes of the reference, and why some could not be made."""
    results, refusals = [], []
    for name in FILES:
        try:
            model = make_file(bench.pair, name)
            results.append(measure_file(name, model, bench.images, bench.comparison.reference))
        except ModelFileError as error:
            refusals.append(str(error))
    return results, refusals


def format_result(bench: Workbench, form: FloatFormat) -> DialResult:
    """The reference with its weights in a format."""
    return measure_format(bench.pair, form, bench.images, bench.comparison.reference)


def boundaries(bench: Workbench) -> tuple[tuple[str, str], ...]:
    """Keys of the weights of each two layers between which a factor can be moved."""
    return tuple((first.weights_key, second.weights_key) for first, second in bench.layer_pairs)


def scale_result(bench: Workbench, boundary: int, factor: float, clamp: bool, images: int) -> ScaleResult:
    """Both models rescaled at one of `boundaries`, on the first images."""
    reference = bench.comparison.reference.first(images)
    return measure_scale(bench.pair, bench.layer_pairs[boundary], factor, clamp, bench.images[:images], reference)


def prove(bench: Workbench, until: int) -> int:
    """Bound the effect of rounding on the first ``until`` images, as far as that is not done; returns how many are."""
    bench.guarantee_run.advance(until)
    return bench.guarantee_run.done


def proof(bench: Workbench) -> Guarantee:
    """The most that the pair's rounding errors can do to each answer."""
    prove(bench, len(bench.images))
    return bench.guarantee_run.guarantee()


def proven_share(bench: Workbench, form: FloatFormat) -> float:
    """Share of the images whose answer weights in a format cannot change."""
    errors = format_errors(bench.pair, form)
    return guarantee(bench.pair, errors, bench.images, bench.comparison.reference).proven_share


def record(bench: Workbench, index: int) -> PairActivations:
    """Activations of both models between one test image and its logits."""
    return bench.recorder.record(normalise(bench.images[index : index + 1]))


def follow(bench: Workbench, images: int, batches: int) -> Followed:
    """Follow the error over the first images for some batches more."""
    run = bench.propagation_run(images)
    for _ in range(batches):
        run.advance()
    return Followed(run.done, run.total, run.propagation() if run.is_done else None)


def logits(bench: Workbench, of_target: bool, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The logits of one of the models."""
    return bench.classifiers[of_target].logits(images)


def accounted(bench: Workbench, run: ModeRun, on_progress: Progress = lambda _what, _done: None) -> Accounted:
    """Explanation of a run of this pair in float16."""
    return account_for(run, bench.pair, normalise(bench.images[: min(run.images, EMULATED_IMAGES)]), on_progress)


def gpu_plan(bench: Workbench) -> Plan:
    """The target as work for a browser's GPU."""
    return plan(read_chain(bench.pair.target))


def gpu_emulations(bench: Workbench) -> dict[str, npt.NDArray[np.float32]]:
    """Logits of the target for the first images, by each way in which a GPU may compute our shaders."""
    return emulated_ways(read_chain(bench.pair.target), normalise(bench.images[:IDENTIFIED]))


MEASURES: dict[str, Callable[..., Any]] = {
    measure.__name__: measure
    for measure in (
        comparison,
        evidence,
        roundings,
        ledgers,
        holds_float16,
        graphs,
        two_ways,
        changed_reference,
        quantized_weight,
        converted_weight,
        file_results,
        format_result,
        boundaries,
        scale_result,
        prove,
        proof,
        proven_share,
        record,
        follow,
        logits,
        accounted,
        gpu_plan,
        gpu_emulations,
    )
}
"""All of them, by name."""
