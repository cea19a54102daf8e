"""Two ways to float16, against NumPy's cast and what each is known to do."""

from dataclasses import replace

import numpy as np
import pytest

from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.lab.conversions import (
    CONVERTER,
    QUANTIZER,
    TwoWays,
    convert_both_ways,
    read_one_weight,
    with_first_weight,
)
from fp16core.tflite.model_file import ModelPair
from tests.helpers.places import TestSet


@pytest.fixture(scope="module")
def ways(pair: ModelPair, comparison: Comparison, test_set: TestSet) -> TwoWays:
    return convert_both_ways(pair, comparison, test_set[0])


def test_both_ways_cast_as_numpy_does_and_differ_in_the_biases(ways: TwoWays, pair: ModelPair) -> None:
    assert ways.target_maker == CONVERTER
    assert not ways.is_same_file
    for way, biases, dequantize in ((ways.target, "float16", 4), (ways.quantized, "float32", 2)):
        assert way.bits_match_numpy
        assert (way.dtypes("weights"), way.dtypes("biases")) == ("float16", biases)
        assert sum(op.name == "DEQUANTIZE" for op in way.file.operators) == dequantize
    assert ways.quantized.file.size_bytes == quantize_tflite(pair.reference).size_bytes


def test_the_ways_are_compared_with_the_reference_and_with_each_other(ways: TwoWays, comparison: Comparison) -> None:
    assert ways.target.comparison is comparison
    target, quantized = ways.target.comparison.target, ways.quantized.comparison.target
    assert ways.between.changed_predictions == (target.logits.argmax(1) != quantized.logits.argmax(1)).sum()
    largest = np.abs(quantized.logits.astype(np.float64) - target.logits).max()
    assert ways.between.max_abs_logit_delta == largest > 0
    assert ways.quantized.comparison.reference.logits.tobytes() == comparison.reference.logits.tobytes()


def test_only_what_is_known_is_said_of_who_made_a_target(pair: ModelPair, test_set: TestSet) -> None:
    images, labels = test_set[0][:50], test_set[1][:50]
    own = replace(pair, target=quantize_tflite(pair.reference))
    ways = convert_both_ways(own, compare(own, images, labels), images)
    assert (ways.is_same_file, ways.target_maker) == (True, QUANTIZER)
    unknown = replace(pair, run={})
    assert "unknown" in convert_both_ways(unknown, compare(unknown, images, labels), images).target_maker


def test_one_weight_is_replaced_and_all_others_stay(pair: ModelPair, comparison: Comparison, test_set: TestSet) -> None:
    changed = with_first_weight(pair.reference, "conv_2d.kernel", 70_000).graph.weights()
    for key, tensor in pair.reference.graph.weights().items():
        differing = np.flatnonzero(changed[key].values != tensor.values)
        assert differing.tolist() == ([0] if key == "conv_2d.kernel" else [])
    outcome = read_one_weight(pair.reference, "conv_2d.kernel", test_set[0][3])
    assert outcome.stored == pair.reference.graph.weights()["conv_2d.kernel"].values.flat[0]
    assert outcome.prediction == comparison.reference.predictions[3]
    assert outcome.unusable_logits == 0


@pytest.mark.parametrize(
    ("value", "stored"), [(65_504, 65_504), (65_519, 65_504), (65_520, np.inf), (-70_000, -np.inf), (2**-25, 0)]
)
def test_the_quantizer_stores_numpys_cast_of_any_weight(
    pair: ModelPair, test_set: TestSet, value: float, stored: float
) -> None:
    """IEEE 754: to nearest, ties to even; from 65,520 on to infinity."""
    quantized = quantize_tflite(with_first_weight(pair.reference, "conv_2d.kernel", value))
    outcome = read_one_weight(quantized, "conv_2d.kernel", test_set[0][0])
    assert (outcome.stored, outcome.dtype) == (stored, "float16")
    assert (outcome.prediction == -1) == (outcome.unusable_logits == 10) == bool(np.isinf(stored))
