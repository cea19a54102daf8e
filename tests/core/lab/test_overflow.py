"""Rescaled networks: the same function in float32, less room in float16."""

import math

import numpy as np
import pytest

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, costs_a_point
from fp16core.evaluate.evaluation import Evaluation
from fp16core.lab.overflow import ScaleResult, measure_scale, nearest_power, unharmed_range
from fp16core.numerics.scaling import rescaled_weights, scalable_pairs
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.chains import chain_pair
from tests.helpers.places import TestSet

COUNT = 300


@pytest.fixture(scope="module")
def layers(pair: ModelPair) -> tuple[Layer, Layer]:
    (found,) = scalable_pairs(read_chain(pair.reference))
    return found


@pytest.fixture(scope="module")
def original(comparison: Comparison) -> Evaluation:
    return Evaluation(comparison.reference.logits[:COUNT], comparison.labels[:COUNT], 0)


def test_powers_of_two_leave_the_float32_logits_as_they_are(
    pair: ModelPair, test_set: TestSet, layers: tuple[Layer, Layer], original: Evaluation
) -> None:
    """Bit for bit, from 2⁻³⁰ to 2³⁰."""
    for power in (-30, -7, 5, 30):
        model = replace_weights(pair.reference, rescaled_weights(layers, 2.0**power))
        logits = Classifier(model).logits(normalise(test_set[0][:COUNT]))
        assert logits.tobytes() == original.logits.tobytes()


@pytest.mark.parametrize(
    ("name", "boundaries"),
    [
        ("depthwise", ["CONV_2D, DEPTHWISE_CONV_2D", "DEPTHWISE_CONV_2D, FULLY_CONNECTED"]),
        ("pooled", ["FULLY_CONNECTED, FULLY_CONNECTED"]),
        ("padded, of odd strides", ["CONV_2D, FULLY_CONNECTED"]),
    ],
)
def test_padding_depthwise_kernels_and_averages_pass_a_factor_on(
    name: str, boundaries: list[str], test_set: TestSet
) -> None:
    """Powers of two leave the float32 logits as they are; RELU6 lets no factor through."""
    model, images = chain_pair(name).reference, normalise(test_set[0][:50])
    found = scalable_pairs(read_chain(model))
    assert [f"{first.operator.name}, {second.operator.name}" for first, second in found] == boundaries
    expected = Classifier(model).logits(images)
    for boundary in found:
        for power in (-9, 11):
            rescaled = replace_weights(model, rescaled_weights(boundary, 2.0**power))
            assert Classifier(rescaled).logits(images).tobytes() == expected.tobytes()


def test_the_next_layer_compensates(pair: ModelPair, layers: tuple[Layer, Layer]) -> None:
    """By the definition: first layer times s, second divided by it, the last bias untouched."""
    stored = {key: tensor.values.astype(np.float32) for key, tensor in pair.reference.graph.weights().items()}
    scaled = rescaled_weights(layers, 1000.0)
    assert np.array_equal(scaled["conv_2d.kernel"], stored["conv_2d.kernel"] * np.float32(1000))
    assert np.array_equal(scaled["conv_2d.bias"], stored["conv_2d.bias"] * np.float32(1000))
    exact = stored["fully_connected.weights"].astype(np.float64) / 1000
    assert np.allclose(scaled["fully_connected.weights"], exact, rtol=2**-23, atol=0)
    assert "fully_connected.bias" not in scaled


def test_at_factor_one_the_results_are_the_pairs_own(
    pair: ModelPair, test_set: TestSet, layers: tuple[Layer, Layer], original: Evaluation, comparison: Comparison
) -> None:
    found = measure_scale(pair, layers, 1.0, False, test_set[0][:COUNT], original)
    assert found.reference_delta == 0
    assert found.max_abs_logit_delta == comparison.abs_logit_delta[:COUNT].max()
    assert found.target_accuracy == comparison.target.correct[:COUNT].mean()


def test_too_large_weights_become_infinite_or_are_clamped(
    pair: ModelPair, test_set: TestSet, layers: tuple[Layer, Layer], original: Evaluation
) -> None:
    """At 2¹⁸, counted by NumPy's cast."""
    scaled = rescaled_weights(layers, 2.0**18)
    with np.errstate(over="ignore"):
        cast = {key: values.astype(np.float16) for key, values in scaled.items()}
    infinite = measure_scale(pair, layers, 2.0**18, False, test_set[0][:COUNT], original)
    clamped = measure_scale(pair, layers, 2.0**18, True, test_set[0][:COUNT], original)
    for key, values in cast.items():
        census = infinite.census[key]
        assert census.total == values.size
        assert census.overflowed == clamped.census[key].overflowed == np.isinf(values).sum()
        assert census.underflowed == ((values == 0) & (scaled[key] != 0)).sum()
        magnitude = np.abs(values.astype(np.float64))
        assert census.subnormal == ((magnitude > 0) & (magnitude < 2**-14)).sum()
        assert census.normal + census.overflowed + census.underflowed + census.subnormal == census.total
    assert infinite.census["conv_2d.kernel"].overflowed > 0
    assert infinite.rescaled.total == sum(values.size for values in scaled.values())
    assert infinite.rescaled.overflowed == sum(np.isinf(values).sum() for values in cast.values())
    assert infinite.rescaled.normal == sum(census.normal for census in infinite.census.values())
    assert infinite.unanswered == COUNT
    assert math.isnan(infinite.max_abs_logit_delta)
    assert infinite.hurts
    assert clamped.unanswered == 0
    assert clamped.target_accuracy > 0.5


def result(factor: float, lost: float) -> ScaleResult:
    return ScaleResult(factor, 0.9, 0.9 - lost, -lost, 0, 0, 0.0, 0.0, {})


@pytest.mark.parametrize(("right", "harmless"), [(1879, True), (1878, False)])
def test_a_loss_of_exactly_one_point_hurts(right: int, harmless: bool) -> None:
    """Of 2,000 images: 1,898 right before, so 1,878 are one point less, whatever the shares' own rounding."""
    labels = np.zeros(2000, np.uint8)

    def model(hits: int) -> Evaluation:
        logits = np.zeros((2000, 10), np.float32)
        logits[:hits, 0] = logits[hits:, 1] = 1
        return Evaluation(logits, labels, 0)

    delta = Comparison(model(1898), model(right)).accuracy_delta
    assert costs_a_point(delta) is not harmless


def test_the_unharmed_range_is_what_surrounds_factor_one() -> None:
    """A harmless factor beyond a harmful one does not count."""
    lost = {0.0625: 0.0, 0.125: 0.5, 0.25: 0.0, 0.5: 0.001, 1.0: 0.0, 2.0: 0.0, 4.0: 0.02, 8.0: 0.0}
    assert unharmed_range([result(factor, loss) for factor, loss in lost.items()]) == (2, 5)
    assert unharmed_range([result(1.0, 0.0)]) == (0, 0)
    assert unharmed_range([result(0.5, 0.0), result(1.0, 0.3), result(2.0, 0.0)]) is None


def test_what_cannot_be_rescaled_is_refused(pair: ModelPair, layers: tuple[Layer, Layer]) -> None:
    with pytest.raises(ModelFileError, match="no two consecutive layers with weights"):
        scalable_pairs(read_chain(pair.reference)[:3])
    with pytest.raises(ValueError, match="factor of 0"):
        rescaled_weights(layers, 0.0)


@pytest.mark.parametrize(
    ("base", "power", "other", "expected"),
    [(2, 10, 10, 3), (10, 3, 2, 10), (2, 0, 10, 0), (10, -9, 2, -28), (2, 28, 10, 8)],
)
def test_the_nearest_power_of_another_base(base: int, power: int, other: int, expected: int) -> None:
    """2¹⁰ is 1,024; 10⁻⁹ lies beyond 2⁻²⁸; 2²⁸ is 268 million."""
    assert nearest_power(base, power, other, range(-28, 29)) == expected
