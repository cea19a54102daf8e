"""Measurements of a row, against those of the pages."""

import numpy as np
import pytest

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import Evaluation
from fp16core.modes.emulated import WAYS
from fp16core.numerics.emulation.network import emulate
from fp16core.study.rows.results import FACTORS, Change
from fp16core.study.running.measure import STUDIED_WAYS, Measured, Stopwatch, effect_of, measure_network
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from tests.helpers.places import TestSet

IMAGES = 300


@pytest.fixture(scope="module")
def measured(pair: ModelPair, test_set: TestSet) -> Measured:
    """The bundled pair, as if it had just been trained, on the first test images."""
    images, labels = (array[:IMAGES] for array in test_set)
    return measure_network(pair.reference.contents, pair.target.contents, images, labels, Stopwatch())


def test_a_row_has_what_compare_finds(measured: Measured, pair: ModelPair, test_set: TestSet) -> None:
    found = compare(pair, *(array[:IMAGES] for array in test_set))
    effect = measured.results.converter
    assert effect.images == IMAGES
    assert measured.results.reference_accuracy == found.reference.accuracy.value
    assert effect.accuracy_delta == pytest.approx(found.accuracy_delta)
    assert (effect.max_abs_logit_delta, effect.mean_abs_logit_delta) == (
        found.max_abs_logit_delta,
        found.mean_abs_logit_delta,
    )
    assert effect.least_flip_factor == found.flip_factors.min()
    assert effect.closest_image == found.flip_factors.argmin()
    assert effect.flips_within == tuple(int((found.flip_factors <= factor).sum()) for factor in FACTORS)
    error = np.subtract(found.target.logits, found.reference.logits, dtype=np.float64)
    signal = (found.reference.logits.astype(np.float64) ** 2).sum()
    assert effect.snr_db == pytest.approx(10 * np.log10(signal / (error**2).sum()))
    assert effect.proven_images is not None
    assert 0.9 * IMAGES < effect.proven_images <= IMAGES
    assert measured.results.quantizer.proven_images is None


def test_a_row_counts_the_weights_of_both_files(measured: Measured) -> None:
    results = measured.results
    assert results.converter_weights.cast == 20_410
    assert results.quantizer_weights.cast == 20_410 - 22, "biases stay float32"
    assert results.converter_weights.subnormal > 0
    assert {*results.files} == {*measured.files}
    assert results.files["mnist_model.tflite"].size_bytes == 85_376
    assert {*results.seconds} == {"quantization", "evaluation", "proof", "emulation"}


def test_arithmetic_in_float16_is_emulated_on_the_first_images(
    measured: Measured, pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    assert {*measured.results.arithmetic} == {*STUDIED_WAYS}
    way = STUDIED_WAYS[1]
    logits = emulate(read_chain(pair.target), normalise(test_set[0][:20]), *WAYS[way])
    found = measured.results.arithmetic[way]
    assert found.images == 250
    change = np.abs(logits - comparison.reference.logits[:20]).max()
    assert change <= found.max_abs_logit_delta < 1
    assert measured.results.arithmetic[STUDIED_WAYS[0]].max_abs_logit_delta < 0.1 < found.max_abs_logit_delta


def test_changed_answers_are_listed_with_their_class_and_both_answers() -> None:
    labels = np.array([1, 2, 3], np.uint8)
    reference, target = (np.zeros((3, 10), np.float32) for _ in range(2))
    reference[[0, 1, 2], [1, 2, 4]] = 2
    target[[0, 1, 2], [1, 5, 3]] = 1
    target[0, 0] = np.nan
    found = effect_of(Comparison(Evaluation(reference, labels, 10), Evaluation(target, labels, 5)))
    assert found.changed == (Change(0, 1, 1, -1), Change(1, 2, 2, 5), Change(2, 3, 4, 3))
    assert (found.reference_correct, found.correct) == (2, 1)
    assert found.flips_within[0] == 2, "an answer that is not a number has no factor"
    assert np.isnan(found.max_abs_logit_delta)
