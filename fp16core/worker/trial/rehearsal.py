"""Every kind of measurement of a pair, rehearsed on few images where a crash does no harm."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import gather_evidence
from fp16core.data.mnist import normalise
from fp16core.evaluate.both import read_digits
from fp16core.evaluate.comparison import Comparison, classifiers
from fp16core.evaluate.evaluation import Evaluation
from fp16core.lab.conversions import convert_both_ways, first_tensor, read_one_weight, with_first_weight
from fp16core.lab.dial import FILES, make_file, measure_file, measure_format
from fp16core.lab.folding import fold_dequantize
from fp16core.lab.guarantee import guarantee
from fp16core.lab.overflow import measure_scale
from fp16core.numerics.formats import FloatFormat
from fp16core.numerics.propagation import PairRecorder
from fp16core.numerics.scaling import scalable_pairs
from fp16core.numerics.weight_rounding import rounding_errors, weight_roundings
from fp16core.runtime.classifier import BATCH_SIZE
from fp16core.runtime.delegation import delegate_partitions, upsampling_stage
from fp16core.tflite.chain import read_chain
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.roles import tensor_roles
from fp16core.vocabulary import ModelFileError

Images = npt.NDArray[np.uint8]

_FEW = BATCH_SIZE + 5
"""Images for what takes long: two batches of different sizes."""

_FORMATS = (FloatFormat(2, 0), FloatFormat(8, 7), FloatFormat(8, 23))
_FACTORS = (2.0**-28, 2.0**28)
_WEIGHTS = (0.0, 70_000.0, 1e38)


def claims(pair: ModelPair, comparison: Comparison, images: Images) -> None:
    """Rehearse the claims and the ledgers."""
    check_claims(gather_evidence(pair, comparison, images))
    for model in pair.files:
        byte_ledger(model)


def single_images(pair: ModelPair, _comparison: Comparison, images: Images) -> None:
    """Rehearse single images."""
    models = classifiers(pair)
    for place in range(3):
        read_digits(models, images[place : place + 1])


def graphs(pair: ModelPair, comparison: Comparison, images: Images) -> None:
    """Rehearse graphs, delegates, erased weights, folding, and the quantizer."""
    for model in pair.files:
        tensor_roles(model.graph)
        delegate_partitions(model)
    image = normalise(images[0])
    for delegated in (True, False):
        upsampling_stage(pair.target, image, delegated)
    few, answers = images[:_FEW], _first(comparison, _FEW)
    fold_dequantize(pair, few, answers.target.logits)
    convert_both_ways(pair, answers, few)
    key = first_tensor(weight_roundings(pair))
    for weight in _WEIGHTS:
        read_one_weight(with_first_weight(pair.reference, key, weight), key, images[0])


def propagation(pair: ModelPair, _comparison: Comparison, images: Images) -> None:
    """Rehearse what every operator computes."""
    recorder = PairRecorder(pair)
    for count in (1, BATCH_SIZE, _FEW - BATCH_SIZE):
        recorder.record(normalise(images[:count])).propagation()


def overflow(pair: ModelPair, comparison: Comparison, images: Images) -> None:
    """Rehearse rescaled weights."""
    few, answers = images[:_FEW], _first(comparison, _FEW)
    for boundary in scalable_pairs(read_chain(pair.reference)):
        for factor, clamp in product(_FACTORS, (False, True)):
            measure_scale(pair, boundary, factor, clamp, few, answers.reference)


def formats(pair: ModelPair, comparison: Comparison, images: Images) -> None:
    """Rehearse weights in other formats, and files of fewer bits; those that cannot be made are left out."""
    few, reference = images[:_FEW], _first(comparison, _FEW).reference
    for form in _FORMATS:
        measure_format(pair, form, few, reference)
    for name in FILES:
        try:
            measure_file(name, make_file(pair, name), few, reference)
        except ModelFileError:
            continue


def bounds(pair: ModelPair, comparison: Comparison, images: Images) -> None:
    """Rehearse the bounds."""
    few = images[:_FEW]
    guarantee(pair, rounding_errors(pair), few, _first(comparison, _FEW).reference)


@dataclass(frozen=True)
class Rehearsal:
    """One kind of measurement, tried on few images.

    Attributes
    ----------
    title
        The measurement in a few words, for a progress bar.
    run
        Function of the pair, its comparison and the images of that comparison; raises `HalfBitsError` if the pair
        does not allow the measurement.
    is_required
        True if a pair that does not allow the measurement is refused.
    """

    title: str
    run: Callable[[ModelPair, Comparison, Images], None]
    is_required: bool = False


REHEARSALS = {
    "claims": Rehearsal("the tutorial's claims", claims, is_required=True),
    "single images": Rehearsal("single images", single_images, is_required=True),
    "graphs": Rehearsal("graphs and conversions", graphs),
    "propagation": Rehearsal("errors from operator to operator", propagation),
    "overflow": Rehearsal("rescaled weights", overflow),
    "formats": Rehearsal("weights in other formats", formats),
    "bounds": Rehearsal("bounds of the error", bounds),
}
"""All rehearsals by the name of the measurement."""


def _first(comparison: Comparison, count: int) -> Comparison:
    return Comparison(
        *(
            Evaluation(whole.logits[:count], whole.labels[:count], whole.size_bytes)
            for whole in (comparison.reference, comparison.target)
        )
    )
