"""Fewer bits: measured formats and files, against the pair's own files and ml_dtypes' casts."""

import ml_dtypes
import numpy as np
import pytest

from fp16core.convert.quantizer import INTEGER_RECIPES, quantize_integer
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.lab.dial import (
    FILES,
    enough_mantissa_bits,
    make_file,
    measure_file,
    measure_format,
    narrowest_enough,
    packed_size_bytes,
)
from fp16core.numerics.formats import PRESETS, FloatFormat
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_weights
from tests.helpers.places import TestSet
from tests.helpers.results import dial_result


def test_float16_on_the_dial_is_what_the_real_file_does(
    pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    """Also its size: 16 bits a number, packed, are the float16 file."""
    found = measure_format(pair, PRESETS["float16"], test_set[0], comparison.reference)
    assert found.size_bytes == pair.target.size_bytes
    assert found.accuracy == comparison.target.accuracy
    assert found.changed_predictions == comparison.changed_predictions
    assert found.max_abs_logit_delta == comparison.max_abs_logit_delta
    assert found == measure_file("float16", pair.target, test_set[0], comparison.reference)


def test_bfloat16_on_the_dial_is_ml_dtypes_cast(pair: ModelPair, test_set: TestSet, comparison: Comparison) -> None:
    cast = {
        key: tensor.values.astype(ml_dtypes.bfloat16).astype(np.float32)
        for key, tensor in pair.reference.graph.weights().items()
    }
    logits = Classifier(replace_weights(pair.reference, cast)).logits(normalise(test_set[0]))
    found = measure_format(pair, PRESETS["bfloat16"], test_set[0], comparison.reference)
    assert found.accuracy.successes == (logits.argmax(1) == test_set[1]).sum()
    assert found.changed_predictions == (logits.argmax(1) != comparison.reference.predictions).sum()
    assert found.max_abs_logit_delta == np.abs(logits.astype(float) - comparison.reference.logits).max()
    assert found.accuracy_delta == pytest.approx(found.accuracy.value - comparison.reference.accuracy.value)


def test_a_packed_file_loses_the_bits_of_its_20410_numbers(pair: ModelPair) -> None:
    """From 16 to 3 bits: 20,410 · 13 / 8 = 33,166.25 bytes less, and no part of a byte can be saved."""
    assert packed_size_bytes(pair, 3) == pair.target.size_bytes - 33_166


@pytest.mark.parametrize("name", INTEGER_RECIPES)
def test_integer_files_hold_the_weights_as_small_whole_numbers(pair: ModelPair, name: str) -> None:
    kinds = {t.dtype for t in quantize_integer(pair.reference, name).graph.tensors if t.is_constant}
    assert name.split()[0] in kinds


def test_real_files_are_smaller_the_fewer_bits_they_store(
    pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    files = {name: make_file(pair, name) for name in FILES}
    sizes = {name: model.size_bytes for name, model in files.items()}
    assert sizes["float32"] > sizes["float16"] > sizes["int8 dynamic"] > sizes["int4 dynamic"]
    whole = measure_file("int8 dynamic", files["int8 dynamic"], test_set[0], comparison.reference)
    assert whole.size_bytes == sizes["int8 dynamic"]
    logits = Classifier(files["int8 dynamic"]).logits(normalise(test_set[0]))
    assert whole.accuracy.successes == (logits.argmax(1) == test_set[1]).sum()


def test_enough_bits_are_counted_from_the_most_down() -> None:
    """A lucky format below a broken one does not count."""
    assert enough_mantissa_bits({3: dial_result(0), 2: dial_result(0.005), 1: dial_result(0.2), 0: dial_result(0)}) == 2
    assert enough_mantissa_bits({3: dial_result(0.01), 2: dial_result(0)}) is None
    assert enough_mantissa_bits({1: dial_result(0), 0: dial_result(-0.1)}) == 0


def test_the_narrowest_format_is_the_most_accurate_of_those_with_the_fewest_bits() -> None:
    """The last two formats are not measured yet."""
    forms = [
        FloatFormat(5, 10),
        FloatFormat(3, 1),
        FloatFormat(4, 0),
        FloatFormat(2, 0),
        FloatFormat(2, 1),
        FloatFormat(8, 0),
    ]
    results = [dial_result(0.0), dial_result(0.005), dial_result(0.002), dial_result(0.5)]
    found = narrowest_enough(forms, results)
    assert found in (forms[1], forms[2]), "both of 5 bits, and here of the same accuracy"
    assert narrowest_enough(forms[3:4], results[3:]) is None
    assert narrowest_enough(forms, []) is None
