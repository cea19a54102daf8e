"""Emulation of padded and depthwise convolutions, of averages and rectifiers, against independent oracles."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.emulation.network import emulate, exact_logits
from fp16core.numerics.emulation.summation import Summation
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import Layer, read_chain
from tests.helpers.networks.chains import (
    CHAINS,
    chain,
    chain_pair,
    convolution,
    depthwise,
    mean,
    pooling,
    rectifier,
    reshape,
)
from tests.helpers.networks.rational import FLOAT16, FLOAT32, expected, nearest, plus, times

Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def halves(inputs: Floats) -> Floats:
    """Images whose pixels are float16 numbers."""
    return inputs[:30].astype(np.float16).astype(np.float32)


@pytest.mark.parametrize("name", CHAINS)
def test_exact_sums_are_close_to_litert(name: str, halves: Floats) -> None:
    """The interpreter computes in float32; weights, biases and pixels are float16 numbers."""
    model = chain_pair(name).target
    found = exact_logits(read_chain(model), halves)
    np.testing.assert_allclose(found, Classifier(model).logits(halves), rtol=0, atol=1e-6)


@pytest.mark.parametrize("summation", Summation)
@pytest.mark.parametrize("name", CHAINS)
def test_every_summation_stays_within_the_bound(name: str, summation: Summation, halves: Floats) -> None:
    layers = read_chain(chain_pair(name).target)
    stored = [(x.weights_key, x.weights) for x in layers] + [(x.bias_key, x.bias) for x in layers]
    none = {key: np.zeros(values.shape) for key, values in stored if values is not None}
    bounds = bound_logits(layers, none, halves, FLOAT16_ARITHMETIC)
    found = emulate(layers, halves, summation)
    assert np.all((bounds.low <= found) & (found <= bounds.high))
    assert not np.array_equal(found, exact_logits(layers, halves))


def below(layer: Layer, size: tuple[int, int], place: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Rows and columns of a window, and those of the image below them, by LiteRT's definition of padding."""
    window = layer.window(*size)
    return [
        (
            i,
            j,
            place[0] * window.stride[0] + i - window.before[0],
            place[1] * window.stride[1] + j - window.before[1],
        )
        for i, j in np.ndindex(*window.size)
    ]


def by_definition(layers: tuple[Layer, ...], pixels: npt.NDArray[np.float16], summation: Summation) -> list[float]:
    """One image through a chain, sum by sum in rational arithmetic."""
    values = pixels.astype(np.float64)
    for layer in layers:
        kind, size = layer.operator.name, values.shape[:2]
        result = np.zeros(layer.output_shape if kind != "MEAN" else (1, 1, *layer.output_shape[-1:]))
        for place in np.ndindex(*result.shape):
            if kind == "RESHAPE":
                result = values.reshape(layer.output_shape)
                break
            if kind in ("RELU", "RELU6"):
                result[place] = values[place]
                continue
            where = below(layer, size, place)
            inside = [(i, j, values[y, x] if 0 <= y < size[0] and 0 <= x < size[1] else None) for i, j, y, x in where]
            result[place] = _value(layer, inside, place[2], values.shape[2], summation)
        limits = {"NONE": (-np.inf, np.inf), "RELU": (0, np.inf), "RELU6": (0, 6)}[layer.activation]
        values = np.clip(result, *limits).reshape(layer.output_shape)
    return [float(value) for value in values.ravel()]


def _value(
    layer: Layer,
    inside: list[tuple[int, int, npt.NDArray[np.float64] | None]],
    made: int,
    channels: int,
    summation: Summation,
) -> float:
    kind, weights = layer.operator.name, layer.weights
    if weights is None:
        there = [float(pixel[made]) for _i, _j, pixel in inside if pixel is not None]
        if kind == "MAX_POOL_2D":
            return max(there)
        total = 0.0
        for value in there:
            total = plus(total, value, FLOAT32)
        reciprocal = nearest(Fraction(1, len(there)), FLOAT16 if kind == "AVERAGE_POOL_2D" else FLOAT32)
        average = times(total, reciprocal, FLOAT32)
        return nearest(Fraction(average), FLOAT16) if average else 0.0
    bias = 0.0 if layer.bias is None else float(layer.bias[made])
    if kind == "CONV_2D":
        terms = [
            (0.0 if pixel is None else float(pixel[c]), float(np.float16(weights[made, i, j, c])))
            for i, j, pixel in inside
            for c in range(channels)
        ]
    else:
        source = made // (weights.shape[3] // channels)
        if weights.shape[3] == channels and summation in (Summation.FLOAT32_FUSED, Summation.FUSED_FROM_BIAS):
            inside, summation = sorted(inside, key=lambda found: (found[1], found[0])), Summation.FUSED_FROM_BIAS
        terms = [
            (0.0 if pixel is None else float(pixel[source]), float(np.float16(weights[0, i, j, made])))
            for i, j, pixel in inside
        ]
    return expected(summation, [a for a, _ in terms], [b for _, b in terms], bias)


@pytest.mark.parametrize("summation", [s for s in Summation if s is not Summation.FLOAT32])
def test_each_sum_is_that_of_rational_arithmetic(summation: Summation) -> None:
    """Images of 7 × 6 pixels; averages are rounded to float32, then to float16."""
    random = np.random.default_rng(3)
    model = chain(
        reshape(7, 6, 1),
        depthwise(2, (2, 3), same=True),
        convolution(3, (3, 2), (2, 1), same=True, ends_in="RELU6"),
        depthwise(1, (2, 2), same=True),
        pooling("AVERAGE_POOL_2D", (2, 3), (1, 2), same=True, ends_in="RELU"),
        pooling("MAX_POOL_2D", (3, 2), (1, 1), same=True),
        rectifier("RELU6"),
        mean,
        image=(7, 6),
    )
    layers, pixels = read_chain(model), random.normal(0, 2, (2, 7, 6)).astype(np.float16)
    found = emulate(layers, pixels.astype(np.float32), summation)
    for logits, image in zip(found, pixels, strict=True):
        assert logits.tolist() == by_definition(layers, image, summation)
