"""Bounds on the logits against their definition, layer by layer in float64."""

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.data.mnist import normalise
from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC, FLOAT32_ARITHMETIC, Arithmetic
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.layer_views import (
    activation,
    bias_rows,
    input_rows,
    output_values,
    sliding_windows,
    weight_matrices,
)
from fp16core.runs.pair import BUNDLED, GOOD_NETWORK, load_pair
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.chains import chain, chain_pair, convolution, depthwise, fully_connected, reshape
from tests.helpers.places import TestSet

Array = npt.NDArray[np.float64]


def defined(
    layers: tuple[Layer, ...], errors: Mapping[str, Array], images: npt.NDArray[np.float32], arithmetic: Arithmetic
) -> tuple[Array, Array, Array]:
    """Lower and upper bounds on the logits, and on their margins, as the module describes them."""
    low = high = images.astype(np.float64)
    if arithmetic.rounds_images:
        reach = arithmetic.unit_roundoff * np.abs(low) + arithmetic.smallest_normal * (low != 0)
        low, high = low - reach, low + reach
    for layer in layers:
        if layer.weights is None:
            assert layer.operator.name in ("RESHAPE", "MAX_POOL_2D"), "no other is in these networks"
            if layer.operator.name == "MAX_POOL_2D":
                low, high = (reduce(np.maximum, sliding_windows(layer, end, -np.inf)) for end in (low, high))
            low, high = (end.reshape(len(end), *layer.output_shape) for end in (low, high))
            continue
        rows_low, rows_high = input_rows(layer, low), input_rows(layer, high)
        centre, radius = (rows_low + rows_high) / 2, (rows_high - rows_low) / 2
        weights = weight_matrices(layer, layer.weights).astype(np.float64)
        error = weight_matrices(layer, errors[layer.weights_key])
        bias, bias_error = np.zeros((1, 1, 1)), np.zeros((1, 1, 1))
        if layer.bias is not None:
            bias = bias_rows(layer, layer.bias.astype(np.float64))
            bias_error = bias_rows(layer, errors[layer.bias_key])
        terms = weights.shape[1] + 3
        gamma = arithmetic.gamma(terms)
        own = (np.abs(centre) + radius) @ (error + gamma * (np.abs(weights) + error))
        own += bias_error + gamma * (np.abs(bias) + bias_error) + terms * arithmetic.smallest_normal
        own[own >= gamma * arithmetic.largest] = np.inf
        sums, reach = centre @ weights + bias, own + radius @ np.abs(weights)
        low, high = (activation(layer)(output_values(layer, end)) for end in (sums - reach, sums + reach))
    difference = np.abs(weights[0][:, :, None] - weights[0][:, None, :])
    apart = np.einsum("nk,ktj->ntj", radius[0], difference) + own[0][:, :, None] + own[0][:, None, :]
    margins = sums[0][:, :, None] - sums[0][:, None, :] - apart
    margins[:, range(10), range(10)] = 0
    return low, high, margins


def excess(
    layers: tuple[Layer, ...], errors: Mapping[str, Array], images: npt.NDArray[np.float32], arithmetic: Arithmetic
) -> tuple[float, float]:
    """Least and largest excess of the bounds over those of the definition, as shares of the widest interval's width.

    Bounds that are not finite by definition must not be finite; any that are not finite prove nothing.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        low, high, margins = defined(layers, errors, images, arithmetic)
        found = bound_logits(layers, errors, images, arithmetic)
        differences = low - found.low, found.high - high, (margins - found.margins).reshape(len(images), 100)
        for ends, other in ((low, found.low), (high, found.high), (margins, found.margins)):
            assert not np.isfinite(other[~np.isfinite(ends)]).any()
        width = (high - low).max(axis=1, keepdims=True)
        known = np.concatenate([(each / width)[np.isfinite(each / width)] for each in differences])
    return float(known.min(initial=0)), float(known.max(initial=0))


def stored(layers: tuple[Layer, ...]) -> dict[str, Array]:
    """All weights and biases, by key."""
    found: dict[str, Array] = {}
    for layer in layers:
        for key, values in ((layer.weights_key, layer.weights), (layer.bias_key, layer.bias)):
            if values is not None:
                found[key] = values.astype(np.float64)
    return found


NETWORKS: dict[str, Callable[[], ModelFile]] = {
    "good": lambda: load_pair(GOOD_NETWORK).reference,
    "tutorial": lambda: load_pair(BUNDLED).reference,
    "padded": lambda: chain_pair("padded, of odd strides").reference,
    "depthwise": lambda: chain(
        reshape(28, 28, 1),
        convolution(3, (3, 3), (2, 2), ends_in="RELU"),
        depthwise(2, (3, 3), (2, 2), same=True, ends_in="RELU6"),
        fully_connected(12, "RELU"),
        fully_connected(10),
    ),
}


@pytest.mark.parametrize("arithmetic", [FLOAT32_ARITHMETIC, FLOAT16_ARITHMETIC])
@pytest.mark.parametrize("name", ["good", "tutorial", "padded", "depthwise"])
def test_the_bounds_are_those_of_their_definition(name: str, arithmetic: Arithmetic, test_set: TestSet) -> None:
    """With errors of the weights as float16 has them, and with errors of a tenth."""
    layers, images = read_chain(NETWORKS[name]()), normalise(test_set[0][:23])
    for share in (2.0**-12, 0.1):
        errors = {key: share * np.abs(values) for key, values in stored(layers).items()}
        least, most = excess(layers, errors, images, arithmetic)
        assert least > -1e-9, "sums in float64 differ by less, in another order"
        assert most < 1e-4


def dense(*matrices: npt.NDArray[np.float32]) -> tuple[Layer, ...]:
    """Layers of as many units as each matrix has rows; the keys are "0", "1" and so on."""
    made = [Layer(Operator(0, "RESHAPE", (0, 1), (2,)), (784,))]
    operator = Operator(1, "FULLY_CONNECTED", (2, 3), (4,), {"activation": "NONE"})
    for place, weights in enumerate(matrices):
        made.append(Layer(operator, (len(weights),), weights, weights_key=str(place)))
    return tuple(made)


@pytest.mark.parametrize("scale", [1e-45, 1e-42, 1e-30, 1e-3, 1e20, 1e34, 3e38])
@pytest.mark.parametrize("share", [0.0, 1e-9, 1.0, 1e200])
def test_neither_the_smallest_nor_the_largest_numbers_of_float32_are_lost(scale: float, share: float) -> None:
    """Weights, their errors and pixels over the whole range, some of them 0; only the first layer has such errors."""
    rng = np.random.default_rng(0)
    first, middle, last = (
        (size * rng.choice([-1, 0, 1e-3, 0.7], shape) * rng.random(shape)).astype(np.float32)
        for size, shape in ((scale, (6, 784)), (1, (7, 6)), (1 / max(scale, 1e-30), (10, 7)))
    )
    layers = dense(first, middle, last)
    errors = {key: factor * np.abs(stored(layers)[key]) for key, factor in (("0", share), ("1", 0.0), ("2", 0.0))}
    for pixel in (1e-40, 1.0, 1e30):
        images = (pixel * rng.random((4, 28, 28))).astype(np.float32)
        assert excess(layers, errors, images, FLOAT32_ARITHMETIC)[0] > -1e-9
