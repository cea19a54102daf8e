"""Bounds on the logits, against what was observed and against a float64 pass with weights drawn within the errors."""

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.convert import Operator, quantize_tflite
from fp16core.convert.chain import Layer, read_chain
from fp16core.data.mnist import normalise
from fp16core.evaluate import Comparison, compare
from fp16core.evaluate.guarantee import format_errors, guarantee, rounding_errors
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.formats import FLOAT16
from fp16core.vocabulary import ModelFileError, ModelPair
from tests.conftest import TestSet


def forward(weights: dict[str, npt.NDArray[np.float64]], images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The tutorial's network in float64, as its definition reads."""
    kernel = weights["conv_2d.kernel"][:, :, :, 0]
    maps = np.zeros((len(images), 26, 26, 12))
    for i in range(3):
        for j in range(3):
            maps += images[:, i : i + 26, j : j + 26, None].astype(np.float64) * kernel[:, i, j]
    maps = np.maximum(maps + weights["conv_2d.bias"], 0)
    pooled = maps.reshape(len(images), 13, 2, 13, 2, 12).max(axis=(2, 4)).reshape(len(images), -1)
    logits: npt.NDArray[np.float64] = pooled @ weights["fully_connected.weights"].T + weights["fully_connected.bias"]
    return logits


def stored_weights(pair: ModelPair) -> dict[str, npt.NDArray[np.float64]]:
    found: dict[str, npt.NDArray[np.float64]] = {}
    for layer in read_chain(pair.reference):
        if layer.weights is not None and layer.bias is not None:
            found |= {layer.weights_key: layer.weights.astype(float), layer.bias_key: layer.bias.astype(float)}
    return found


def test_the_bound_is_never_below_the_observed_change(
    pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    """On all 100,000 logits, and no answer that float16 changed is called proven."""
    layers, errors = read_chain(pair.reference), rounding_errors(pair)
    bounds = bound_logits(layers, errors, normalise(test_set[0]))
    observed = np.abs(comparison.target.logits.astype(float) - comparison.reference.logits)
    assert (bounds.max_abs_delta(comparison.reference.logits) >= observed).all()
    assert (bounds.low <= comparison.target.logits).all()
    assert (bounds.high >= comparison.target.logits).all()
    proven = bounds.least_lead(comparison.reference.predictions) > 0
    assert not (proven & comparison.changed).any()
    assert 0.99 < proven.mean() < 1


def test_the_quantizers_file_keeps_within_its_bounds_too(pair: ModelPair, test_set: TestSet) -> None:
    other = ModelPair("other", pair.reference, quantize_tflite(pair.reference))
    images, labels = test_set[0][:2000], test_set[1][:2000]
    comparison = compare(other, images, labels)
    found = guarantee(other, rounding_errors(other), images, comparison.reference)
    assert (found.max_abs_delta >= comparison.abs_logit_delta).all()
    assert not (found.proven & comparison.changed).any()


def test_weights_anywhere_within_the_errors_keep_within_the_bounds(pair: ModelPair, test_set: TestSet) -> None:
    """Twenty draws of all signs, with errors 300 times as large as float16's, so that the intervals matter."""
    images = normalise(test_set[0][:100])
    weights = stored_weights(pair)
    errors = {key: error * 300 for key, error in rounding_errors(pair).items()}
    bounds = bound_logits(read_chain(pair.reference), errors, images)
    rng = np.random.default_rng(0)
    for _ in range(20):
        drawn = {key: values + errors[key] * rng.choice([-1, 1], values.shape) for key, values in weights.items()}
        logits = forward(drawn, images)
        assert (bounds.low <= logits).all()
        assert (logits <= bounds.high).all()
        assert (logits[:, :, None] - logits[:, None, :] >= bounds.leads - 1e-12).all()


def test_without_rounding_errors_only_float32_arithmetic_is_allowed_for(pair: ModelPair, test_set: TestSet) -> None:
    """The limits hold the float64 logits, closely."""
    images = normalise(test_set[0][:100])
    weights = stored_weights(pair)
    bounds = bound_logits(read_chain(pair.reference), {k: np.zeros_like(v) for k, v in weights.items()}, images)
    logits = forward(weights, images)
    assert (bounds.low < logits).all()
    assert (logits < bounds.high).all()
    assert (bounds.high - bounds.low).max() < 0.05


def dense(weights: npt.NDArray[np.float32]) -> tuple[Layer, Layer]:
    flat = Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (784,))
    return flat, Layer(Operator(1, "FULLY_CONNECTED", (2, 3), (4,), {"activation": "NONE"}), (10,), weights, None, "w")


def test_bounds_of_a_hand_computed_layer() -> None:
    """Logit j is j times the first pixel, 1, each weight off by a quarter: t leads j by t − j − ½ at least."""
    weights = np.zeros((10, 784), np.float32)
    weights[:, 0] = np.arange(10)
    errors = np.zeros((10, 784))
    errors[:, 0] = 0.25
    image = np.zeros((1, 28, 28), np.float32)
    image[0, 0, 0] = 1
    bounds = bound_logits(dense(weights), {"w": errors}, image)
    digits = np.arange(10)
    assert bounds.low[0] == pytest.approx(digits - 0.25, abs=1e-2)
    assert bounds.high[0] == pytest.approx(digits + 0.25, abs=1e-2)
    expected = digits[:, None] - digits[None, :] - 0.5
    np.fill_diagonal(expected, 0)
    assert bounds.leads[0] == pytest.approx(expected, abs=1e-2)
    assert bounds.least_lead(np.array([9]))[0] == pytest.approx(0.5, abs=1e-2)
    assert bounds.least_lead(np.array([4]))[0] == pytest.approx(-5.5, abs=1e-2)


def test_an_infinite_weight_proves_nothing(pair: ModelPair, test_set: TestSet, comparison: Comparison) -> None:
    errors = rounding_errors(pair)
    errors["conv_2d.kernel"].flat[0] = np.inf
    found = guarantee(
        pair,
        errors,
        test_set[0][:50],
        type(comparison.reference)(comparison.reference.logits[:50], comparison.reference.labels[:50], 0),
    )
    assert found.proven_share == 0


def test_errors_of_a_format_are_those_of_the_cast(pair: ModelPair) -> None:
    weights = stored_weights(pair)
    for key, errors in format_errors(pair, FLOAT16).items():
        assert np.array_equal(errors, np.abs(weights[key].astype(np.float16).astype(np.float64) - weights[key]))


def test_a_network_that_does_not_end_in_scores_is_refused(pair: ModelPair, test_set: TestSet) -> None:
    with pytest.raises(ModelFileError, match="ends in MAX_POOL_2D"):
        bound_logits(read_chain(pair.reference)[:3], rounding_errors(pair), normalise(test_set[0][:1]))
