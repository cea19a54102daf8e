"""Selection of weights, against exact arithmetic and hand-made tensors."""

import math

import numpy as np

from fp16core.numerics.bits import FloatClass, number_at
from fp16core.numerics.histograms import nearest_to_centres, shared_histograms
from fp16core.numerics.narrowing import narrow
from fp16core.numerics.picks import Pick, pick_weight, weight_at
from fp16core.numerics.weight_rounding import WeightRounding, weight_roundings
from fp16core.tflite.model_file import ModelPair
from tests.helpers.results import rounding


def test_hand_made_weights_are_picked() -> None:
    """1000.3 is 0.2 off, 1.4 · 2⁻²⁴ two sevenths of itself; 3 + 2⁻¹⁰ − 2⁻²⁰ is nearly half a step of 2⁻⁹ above 3."""
    tensor = rounding(0.5, 1000.3, 2**-24 * 1.4, 3 + 2**-10 - 2**-20, 2**-15 * 1.1, 0.0, math.nan)
    assert pick_weight(tensor, Pick.LARGEST_ERROR) == 1
    assert pick_weight(tensor, Pick.LARGEST_RELATIVE_ERROR) == 2
    assert pick_weight(tensor, Pick.NEAREST_TO_A_TIE) == 3
    assert pick_weight(tensor, Pick.MOST_SUBNORMAL) == 2
    assert pick_weight(rounding(1.0, 0.0), Pick.MOST_SUBNORMAL) is None
    assert pick_weight(rounding(math.nan), Pick.LARGEST_ERROR) is None
    assert pick_weight(rounding(1.0, 70000), Pick.LARGEST_ERROR) == 1
    assert {pick_weight(tensor, Pick.RANDOM) for _ in range(200)} == set(range(7))


def test_weights_of_a_tensor_left_in_float32_are_picked_by_the_errors_of_a_cast() -> None:
    reference = np.array([0.5, 1000.3], np.float32)
    assert pick_weight(WeightRounding("bias", reference, reference), Pick.LARGEST_ERROR) == 1


def test_the_picks_of_the_bundled_pair_are_the_extremes_of_exact_arithmetic(pair: ModelPair) -> None:
    for tensor in weight_roundings(pair).values():
        errors = [weight_at(tensor, index).narrowing.deviation for index in range(min(tensor.reference.size, 2000))]
        part = WeightRounding("part", tensor.reference.ravel()[:2000], tensor.stored.ravel()[:2000])
        for pick, criteria in (
            (Pick.LARGEST_ERROR, [abs(error.absolute) for error in errors]),
            (Pick.LARGEST_RELATIVE_ERROR, [error.relative for error in errors]),
            (Pick.NEAREST_TO_A_TIE, [-abs(abs(error.ulps) - 0.5) for error in errors]),
        ):
            index = pick_weight(part, pick)
            assert index is not None
            assert criteria[index] == max(criteria)


def test_the_example_of_a_bin_is_the_weight_nearest_to_its_centre(pair: ModelPair) -> None:
    values = weight_roundings(pair)["conv_2d.kernel"].reference
    histogram, _ = shared_histograms(values, values)
    examples = nearest_to_centres(values, histogram)
    flat = values.ravel().astype(float)
    for example, low, high in zip(examples, histogram.edges[:-1], histogram.edges[1:], strict=True):
        inside = flat[(flat >= low) & (flat <= high)]
        if example is None:
            assert not len(inside)
        else:
            assert abs(flat[example] - (low + high) / 2) == np.abs(inside - (low + high) / 2).min()


def test_the_stored_bits_of_every_bundled_weight_equal_numpys_cast_and_our_own(pair: ModelPair) -> None:
    for tensor in weight_roundings(pair).values():
        ours = np.array([narrow(number_at(tensor.reference, i)).result.bits for i in range(tensor.reference.size)])
        assert np.array_equal(ours, tensor.stored.ravel().view(np.uint16))
        found = weight_at(tensor, tensor.reference.size - 1)
        assert found.is_numpys_cast
        assert found.stored == found.narrowing.result
        assert tensor.reference[found.position] == found.narrowing.source.as_float


def test_a_clamped_weight_is_not_numpys_cast() -> None:
    clamped = WeightRounding("test", np.array([70000], np.float32), np.array([65504], np.float16))
    found = weight_at(clamped, 0)
    assert not found.is_numpys_cast
    assert found.numpy_cast.float_class is FloatClass.INFINITE
    assert found.stored.decimal_text == "65504"
