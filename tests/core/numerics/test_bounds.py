"""Bounds on the logits, against observed logits and float64 passes with weights drawn within the errors."""

from dataclasses import replace

import flatbuffers
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import Answers
from fp16core.lab.guarantee import GuaranteeRun, guarantee
from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.formats import FLOAT16
from fp16core.numerics.weight_rounding import format_errors, rounding_errors
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import ModelFileError, PairError
from tests.helpers.networks.chains import CHAINS, chain_pair
from tests.helpers.places import TestSet


def forward(weights: dict[str, npt.NDArray[np.float64]], images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The tutorial's network in float64, directly from its definition."""
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
    """For all 100,000 logits; and no prediction that float16 changed is called proven."""
    layers, errors = read_chain(pair.reference), rounding_errors(pair)
    bounds = bound_logits(layers, errors, normalise(test_set[0]))
    observed = np.abs(comparison.target.logits.astype(float) - comparison.reference.logits)
    assert (bounds.max_abs_delta(comparison.reference.logits) >= observed).all()
    assert (bounds.low <= comparison.target.logits).all()
    assert (bounds.high >= comparison.target.logits).all()
    proven = bounds.least_margin(comparison.reference.predictions) > 0
    assert not (proven & comparison.changed).any()
    assert 0.99 < proven.mean() < 1


def test_the_quantizers_file_stays_within_its_bounds(pair: ModelPair, test_set: TestSet) -> None:
    other = ModelPair("other", pair.reference, quantize_tflite(pair.reference))
    images, labels = test_set[0][:2000], test_set[1][:2000]
    comparison = compare(other, images, labels)
    found = guarantee(other, rounding_errors(other), images, comparison.reference)
    assert (found.max_abs_delta >= comparison.abs_logit_delta).all()
    assert not (found.proven & comparison.changed).any()


def test_a_guarantee_in_parts_is_that_of_all_images_at_once(
    pair: ModelPair, test_set: TestSet, comparison: Comparison
) -> None:
    images, reference = test_set[0][:450], comparison.reference.first(450)
    whole, run = (
        guarantee(pair, rounding_errors(pair), images, reference),
        GuaranteeRun(pair, rounding_errors(pair), images, reference),
    )
    for until, done in ((3, 3), (2, 3), (210, 210), (10_000, 450), (450, 450)):
        assert not run.is_done or done == 450
        run.advance(until)
        assert run.done == done
    assert run.is_done
    parts = run.guarantee()
    assert parts.least_margin == pytest.approx(whole.least_margin, rel=1e-9, abs=1e-9)
    assert parts.max_abs_delta == pytest.approx(whole.max_abs_delta, rel=1e-9)


def test_weights_anywhere_within_their_errors_stay_within_the_bounds(pair: ModelPair, test_set: TestSet) -> None:
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
        assert (logits[:, :, None] - logits[:, None, :] >= bounds.margins - 1e-12).all()


def test_without_rounding_errors_only_float32_arithmetic_is_allowed_for(pair: ModelPair, test_set: TestSet) -> None:
    """The bounds enclose the float64 logits tightly."""
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
    """Logit j is j times the first pixel, 1, with weights off by ¼: the margin of t over j is at least t − j − ½."""
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
    assert bounds.margins[0] == pytest.approx(expected, abs=1e-2)
    assert bounds.least_margin(np.array([9]))[0] == pytest.approx(0.5, abs=1e-2)
    assert bounds.least_margin(np.array([4]))[0] == pytest.approx(-5.5, abs=1e-2)


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


def test_a_network_that_does_not_end_in_logits_is_rejected(pair: ModelPair, test_set: TestSet) -> None:
    with pytest.raises(ModelFileError, match="ends in MAX_POOL_2D"):
        bound_logits(read_chain(pair.reference)[:3], rounding_errors(pair), normalise(test_set[0][:1]))


def layer(name: str, shape: tuple[int, ...], **settings: int | str) -> Layer:
    return Layer(Operator(0, name, (), (), {"activation": "NONE", **settings}), shape)


def drawn_network(rng: np.random.Generator) -> tuple[Layer, ...]:
    """Two convolutions, one with stride 2, RELU6 and no bias; overlapping pooling; a hidden layer; ten logits."""

    def weights(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.7, shape).astype(np.float32)

    strides = {"stride_height": 1, "stride_width": 1}
    two = {"stride_height": 2, "stride_width": 2}
    return (
        layer("RESHAPE", (9, 9, 1)),
        replace(layer("CONV_2D", (4, 4, 3), **two, activation="RELU6"), weights=weights(3, 3, 3, 1), weights_key="a"),
        replace(
            layer("CONV_2D", (3, 4, 2), **strides, activation="RELU"),
            weights=weights(2, 2, 1, 3),
            bias=weights(2),
            weights_key="b",
            bias_key="b0",
        ),
        layer("MAX_POOL_2D", (2, 3, 2), **strides, filter_height=2, filter_width=2),
        layer("RESHAPE", (12,)),
        replace(
            layer("FULLY_CONNECTED", (7,), activation="RELU"),
            weights=weights(7, 12),
            bias=weights(7),
            weights_key="c",
            bias_key="c0",
        ),
        replace(
            layer("FULLY_CONNECTED", (10,)), weights=weights(10, 7), bias=weights(10), weights_key="d", bias_key="d0"
        ),
    )


def run(
    network: tuple[Layer, ...], weights: dict[str, npt.NDArray[np.float64]], image: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """One image through a network with drawn weights in float64, sum by sum."""
    values = image.astype(np.float64)
    for step in network:
        settings, shape = step.operator.settings, step.output_shape
        given = values
        if step.operator.name == "RESHAPE":
            values = given.reshape(shape)
            continue
        values = np.zeros(shape)
        down, right = int(settings.get("stride_height", 1)), int(settings.get("stride_width", 1))
        for place in np.ndindex(*shape):
            if step.operator.name == "FULLY_CONNECTED":
                values[place] = (weights[step.weights_key][place[0]] * given).sum()
            elif step.operator.name == "CONV_2D":
                kernel = weights[step.weights_key][place[2]]
                top, left = place[0] * down, place[1] * right
                values[place] = (kernel * given[top : top + kernel.shape[0], left : left + kernel.shape[1]]).sum()
            else:
                top, left = place[0] * down, place[1] * right
                values[place] = given[top : top + 2, left : left + 2, place[2]].max()
        if step.bias_key:
            values = values + weights[step.bias_key]
        if step.activation != "NONE":
            values = np.clip(values, 0, 6 if step.activation == "RELU6" else None)
    return values


@pytest.mark.parametrize("seed", range(6))
def test_other_networks_stay_within_their_bounds(seed: int) -> None:
    """Weights drawn anywhere within errors of up to 2 %, and images with negative pixels."""
    rng = np.random.default_rng(seed)
    network = drawn_network(rng)
    weights = {step.weights_key: step.weights.astype(float) for step in network if step.weights is not None}
    weights |= {step.bias_key: step.bias.astype(float) for step in network if step.bias is not None}
    errors = {key: 0.02 * np.abs(values) for key, values in weights.items()}
    images = rng.normal(0, 1, (5, 9, 9)).astype(np.float32)
    bounds = bound_logits(network, errors, images)
    for _ in range(5):
        drawn = {key: values + errors[key] * rng.uniform(-1, 1, values.shape) for key, values in weights.items()}
        for image, low, high, margins in zip(images, bounds.low, bounds.high, bounds.margins, strict=True):
            logits = run(network, drawn, image)
            assert (low <= logits).all()
            assert (logits <= high).all()
            assert (logits[:, None] - logits[None, :] >= margins - 1e-12).all()


@pytest.mark.parametrize("name", CHAINS)
def test_padded_depthwise_and_pooled_networks_stay_within_their_bounds(name: str, test_set: TestSet) -> None:
    """The interpreter's logits of both files, and of weights drawn within 100 times the rounding errors."""
    pair, images = chain_pair(name), normalise(test_set[0][:60])
    layers, errors = read_chain(pair.reference), rounding_errors(pair)
    logits = [Classifier(model).logits(images) for model in pair.files]
    bounds = bound_logits(layers, errors, images)
    for found in logits:
        assert ((bounds.low <= found) & (found <= bounds.high)).all()
    observed, width = np.abs(logits[1] - logits[0]).max(), (bounds.high - bounds.low).max()
    assert observed < width < 200 * observed
    wide = {key: 100 * error for key, error in errors.items()}
    bounds, random = bound_logits(layers, wide, images), np.random.default_rng(0)
    for _ in range(3):
        drawn = {
            key: (tensor.values + wide[key] * random.choice([-1, 1], tensor.shape)).astype(np.float32)
            for key, tensor in pair.reference.graph.weights().items()
        }
        found = Classifier(replace_weights(pair.reference, drawn)).logits(images)
        assert ((bounds.low <= found) & (found <= bounds.high)).all()
        assert (found[:, :, None] - found[:, None, :] >= bounds.margins - 1e-5).all()


def test_the_bound_on_an_average_is_that_of_its_sum_and_two_roundings() -> None:
    """Of 784 equal pixels by MEAN, which a dense layer multiplies by 1."""
    image = Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (28, 28, 1))
    average = Layer(Operator(1, "MEAN", (2, 3), (4,)), (1,))
    flat, last = dense(np.ones((10, 1), np.float32))
    layers = (image, average, replace(flat, output_shape=(1,)), last)
    bounds = bound_logits(layers, {"w": np.zeros((10, 1))}, np.full((1, 28, 28), 0.5, np.float32), FLOAT16_ARITHMETIC)
    unit, tiny = 2.0**-11, 2.0**-14
    pixel = 0.5 * unit + tiny
    reach = (0.5 + pixel) * ((1 + 786 * unit) * (1 + unit) ** 2 - 1) + 786 * tiny + pixel
    expected = 0.5 + reach + 4 * unit * (0.5 + reach) + 4 * tiny
    assert bounds.high[0, 0] == pytest.approx(expected)


def test_sums_of_averages_that_could_overflow_float16_prove_nothing() -> None:
    """784 pixels of 100 are more than 65,504, though their average is not."""
    image = Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (28, 28, 1))
    average = Layer(Operator(1, "MEAN", (2, 3), (4,)), (1,))
    flat, last = dense(np.ones((10, 1), np.float32))
    layers = (image, average, replace(flat, output_shape=(1,)), last)
    for pixel, is_bounded in ((10.0, True), (100.0, False)):
        given = np.full((1, 28, 28), pixel, np.float32)
        assert np.isfinite(bound_logits(layers, {"w": np.zeros((10, 1))}, given, FLOAT16_ARITHMETIC).high).all() == (
            is_bounded
        )


def test_sums_that_could_overflow_float32_prove_nothing() -> None:
    """Two weights of 3e38 cancel exactly; in float32 their partial sum is infinite."""
    weights = np.zeros((10, 784), np.float32)
    weights[9, :4] = 3e38, 3e38, -3e38, -3e38
    weights[9, 4] = 1
    bounds = bound_logits(dense(weights), {"w": np.zeros((10, 784))}, np.ones((1, 28, 28), np.float32))
    assert not bounds.least_margin(np.array([9]))[0] > 0


def test_a_target_with_another_network_is_rejected(pair: ModelPair, test_set: TestSet, comparison: Comparison) -> None:
    """Copy with the same weights but without the convolution's ReLU."""
    root = schema.ModelT.InitFromPackedBuf(pair.target.contents, 0)
    for op in root.subgraphs[0].operators:
        if isinstance(op.builtinOptions, schema.Conv2DOptionsT):
            op.builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.NONE
    builder = flatbuffers.Builder(pair.target.size_bytes)
    builder.Finish(root.Pack(builder), b"TFL3")
    other = ModelPair("other", pair.reference, ModelFile(bytes(builder.Output())))
    with pytest.raises(PairError, match="choose a target converted from this reference"):
        guarantee(other, rounding_errors(other), test_set[0][:1], Answers(comparison.reference.logits[:1]))
