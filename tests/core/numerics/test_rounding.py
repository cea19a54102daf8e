"""Rounding of weights, against NumPy's cast and hand-made weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fp16core.convert.quantizer import quantize_tflite
from fp16core.numerics.histograms import error_histogram, shared_histograms
from fp16core.numerics.weight_rounding import (
    RELATIVE_ERROR_BOUND,
    WeightRounding,
    rounded_reference,
    upsampled_by_operator,
    weight_roundings,
)
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_values
from fp16core.vocabulary import ModelFileError, PairError
from tests.helpers.results import rounding


def test_the_converters_stored_bits_are_numpys_cast(pair: ModelPair) -> None:
    reference, target = pair.reference.graph.weights(), pair.target.graph.weights()
    for key, tensor in target.items():
        assert tensor.stored_bytes == reference[key].values.astype(np.float16).tobytes()
    assert all(rounding.bits_match_numpy for rounding in weight_roundings(pair).values())


def test_the_quantizers_stored_bits_are_numpys_cast_and_its_biases_stay_float32(pair: ModelPair) -> None:
    reference = pair.reference.graph.weights()
    target = quantize_tflite(pair.reference).graph.weights()
    for key, tensor in target.items():
        dtype = np.float32 if key.endswith("bias") else np.float16
        assert tensor.dtype == np.dtype(dtype).name
        assert tensor.stored_bytes == reference[key].values.astype(dtype).tobytes()


def test_hand_made_weights_are_counted_by_class() -> None:
    """2⁻¹⁴ is the smallest normal, 2⁻²⁴ the smallest subnormal; 2⁻²⁵ ties to 0; 65,520 ties away to ∞."""
    kinds = rounding(2**-14, 2**-15, 2**-24, 2**-25, 0.0, 65504, 65519, 65520, -70000, -0.0)
    assert kinds.subnormal == 2
    assert kinds.underflowed == 1
    assert kinds.overflowed == 2
    assert kinds.bits_match_numpy
    assert kinds.error[6] == 65504 - 65519


def test_clamped_weights_count_as_overflowed_and_differ_from_numpys_cast() -> None:
    clamped = WeightRounding("test", np.array([70000], np.float32), np.array([65504], np.float16))
    assert clamped.overflowed == 1
    assert not clamped.bits_match_numpy
    assert clamped.is_clamped
    assert not rounding(1.0, 70000).is_clamped
    assert clamped.max_abs_error == 70000 - 65504


def test_only_weights_that_would_become_infinite_count_as_clamped() -> None:
    """65,520 and more round to infinity; 65,519 rounds to 65,504 anyway, and 65,504 is itself."""
    weights = np.array([65504, 65519, 65520, -65520, 70000, -1e9, 1], np.float32)
    clipped = WeightRounding("test", weights, np.clip(weights, -65504, 65504).astype(np.float16))
    assert (clipped.clamped, clipped.overflowed, clipped.became_infinite) == (4, 4, 0)
    as_stored = rounding(*weights.tolist())
    assert (as_stored.clamped, as_stored.overflowed, as_stored.became_infinite) == (0, 4, 4)
    not_cast = WeightRounding("test", weights, weights)
    assert (not_cast.clamped, not_cast.overflowed, not_cast.subnormal) == (0, 0, 0)


def test_the_histogram_of_errors_is_symmetric_about_0_and_as_wide_as_the_largest() -> None:
    """Errors of 0, 2⁻¹² and −2⁻¹³, which are 1 + 2⁻¹⁰ and 1 away from the weights."""
    weights = np.array([1, 1 + 2**-10 - 2**-12, 1 + 2**-13], np.float32)
    found = error_histogram(WeightRounding("test", weights, weights.astype(np.float16)), bins=4)
    assert found.edges == pytest.approx(np.array([-2, -1, 0, 1, 2]) * 2.0**-13)
    assert found.counts.tolist() == [0, 1, 1, 1]
    none = error_histogram(rounding(1.0, 2.0), bins=2)
    assert none.counts.tolist() == [0, 2]
    assert 0 < none.edges[-1] < 1e-6


def test_errors_of_a_hand_computed_weight() -> None:
    """0.1 in float32 is 0.100000001490116…; the nearest float16 is 0.0999755859375."""
    tenth = rounding(0.1)
    assert tenth.max_abs_error == pytest.approx(0.100000001490116 - 0.0999755859375, abs=1e-15)
    assert tenth.max_relative_error == pytest.approx(2.4415552616e-4, rel=1e-6)


@settings(deadline=None)  # machines are noisy
@given(arrays(np.float32, 20, elements=st.floats(2**-14, 65504, width=32)))
def test_normal_weights_stay_within_the_relative_bound(weights: np.ndarray) -> None:
    assert WeightRounding("test", weights, weights.astype(np.float16)).max_relative_error <= RELATIVE_ERROR_BOUND


def test_histograms_share_edges_and_count_every_finite_weight(pair: ModelPair) -> None:
    tensor = weight_roundings(pair)["fully_connected.weights"]
    first, second = shared_histograms(tensor.reference, tensor.target)
    assert first.edges is second.edges
    assert first.counts.sum() == second.counts.sum() == 20_280
    assert np.array_equal(first.counts, np.histogram(tensor.reference, first.edges)[0])
    errors = error_histogram(tensor)
    assert errors.counts.sum() == 20_280
    assert errors.edges[0] == -errors.edges[-1]
    with_infinity = rounding(1.0, 70000)
    assert sum(h.counts.sum() for h in shared_histograms(with_infinity.reference, with_infinity.target)) == 3
    assert error_histogram(with_infinity).counts.sum() == 1


def test_the_rounded_reference_has_the_targets_values(pair: ModelPair) -> None:
    rounded = rounded_reference(pair).graph.weights()
    for key, tensor in pair.target.graph.weights().items():
        assert rounded[key].dtype == "float32"
        assert np.array_equal(rounded[key].values, tensor.values.astype(np.float32))


def test_upsampling_operators_are_counted(pair: ModelPair) -> None:
    assert upsampled_by_operator(pair.target.graph) == (4, 4)
    assert upsampled_by_operator(quantize_tflite(pair.reference).graph) == (2, 2)
    assert upsampled_by_operator(pair.reference.graph) == (0, 0)


def test_files_that_do_not_belong_together_are_rejected(pair: ModelPair) -> None:
    with pytest.raises(PairError, match=r"mnist_model_quant_f16\.tflite stores conv_2d\.kernel as float16"):
        weight_roundings(ModelPair("swapped", pair.target, pair.reference))


def test_quantizing_a_quantized_model_is_rejected(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match=r"conv_2d.kernel is float16, not float32"):
        quantize_tflite(ModelFile(pair.target.contents, "half.tflite"))


def test_a_weight_of_70000_becomes_infinite_with_the_quantizer(pair: ModelPair) -> None:
    tensor = pair.reference.graph.weights()["conv_2d.kernel"]
    large = tensor.values.copy()
    large.flat[0] = 70000
    reference = replace_values(pair.reference, {tensor.index: large})
    found = weight_roundings(ModelPair("large", reference, quantize_tflite(reference)))["conv_2d.kernel"]
    assert found.overflowed == 1
    assert np.isinf(found.stored.flat[0])
