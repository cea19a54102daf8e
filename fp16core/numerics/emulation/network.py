"""Emulation of networks computed in half precision.

Weights, biases, pixels and the result of every operator are rounded to float16. Hardware differs in how the sums in
between are formed: `fp16core.numerics.emulation.summation` has the variants. Averages are formed in float32, as XNNPACK
and our own shaders do.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.numerics.emulation.summation import Half, Summation, weighted_sums
from fp16core.numerics.layer_views import (
    activation,
    bias_rows,
    input_rows,
    output_values,
    reciprocals,
    sliding_windows,
    values_per_window,
    weight_matrices,
)
from fp16core.tflite.chain import WINDOWED, Layer

_Scalar = TypeVar("_Scalar", bound=np.floating[Any])

_OF_XNNPACK = (Summation.FLOAT32_FUSED, Summation.FUSED_FROM_BIAS)
"""Sums of XNNPACK's convolutions. Its depthwise kernels, for as many outputs as inputs, go through the columns of the
window one by one, and round to float16 after each fused multiply-add even where convolutions sum in float32."""

_PRODUCTS = 60_000_000
"""Products of weights and activations that are emulated; a way takes NumPy some 6 ns for each."""

Sums = tuple[Summation, Summation]
"""Accumulation in convolutions, and in fully connected layers."""


def emulate(
    layers: Sequence[Layer], images: npt.NDArray[np.float32], summation: Summation, dense: Summation | None = None
) -> npt.NDArray[np.float32]:
    """Logits of a network computed in half precision.

    Parameters
    ----------
    layers
        A network, as returned by `fp16core.tflite.chain.read_chain`.
    images : float32, shape (n, 28, 28)
    summation
        Accumulation in all layers.
    dense
        Accumulation in fully connected layers, if different: their sums are few and long, so GPUs split each among
        several threads.

    Returns
    -------
    float32, shape (n, 10)
        Float16 numbers, stored as float32; infinite or NaN where float16 overflows.
    """
    return next(emulate_each(layers, images, [(summation, dense or summation)]))


def emulate_each(
    layers: Sequence[Layer], images: npt.NDArray[np.float32], ways: Iterable[Sums]
) -> Iterator[npt.NDArray[np.float32]]:
    """Logits for each of several ways to form sums, computed when asked for.

    What lies before the first fully connected layer is computed once for each summation in convolutions.

    Parameters
    ----------
    layers, images
        As for `emulate`.
    ways
        Accumulation by kind of layer, for each result.
    """
    first = next((place for place, layer in enumerate(layers) if _is_dense(layer)), len(layers))
    shared: dict[Summation, Half] = {}
    for sums in ways:
        if sums[0] not in shared:
            with np.errstate(over="ignore"):  # overflow is an outcome of float16, not a mistake
                shared[sums[0]] = _through_all(layers[:first], images.astype(np.float16), sums)
        yield _through_all(layers[first:], shared[sums[0]], sums).astype(np.float32)


def exact_logits(layers: Sequence[Layer], images: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Logits with weights and pixels rounded to float16, and all arithmetic in float64.

    Parameters
    ----------
    layers, images
        As for `emulate`.

    Returns
    -------
    float64, shape (n, 10)
    """
    values = images.astype(np.float16).astype(np.float64)
    for layer in layers:
        values = _exactly_through(layer, values)
    return values


def affordable_images(layers: Sequence[Layer], most: int) -> int:
    """Number of images, ``most`` at most and one at least, that NumPy emulates in a second or so in each way."""
    products = sum(
        x.weights.size * (math.prod(x.output_shape[:2]) if x.operator.name in WINDOWED else 1)
        for x in layers
        if x.weights is not None
    )
    return max(1, min(most, _PRODUCTS // max(1, products)))


def is_float16(values: npt.NDArray[np.floating]) -> bool:
    """Return whether float16 represents every element exactly; infinities and NaN count as representable."""
    with np.errstate(over="ignore"):
        return bool(np.array_equal(values, values.astype(np.float16).astype(values.dtype), equal_nan=True))


def _is_dense(layer: Layer) -> bool:
    return layer.operator.name == "FULLY_CONNECTED"


def _through_all(layers: Sequence[Layer], values: Half, sums: Sums) -> Half:
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in layers:
            values = _through(layer, values, sums[_is_dense(layer)])
    return values


def _through(layer: Layer, values: Half, summation: Summation) -> Half:
    if layer.weights is None:
        return _without_weights(layer, values, _half_averages)
    rows, (matrices, biases) = input_rows(layer, values), _halves(layer, layer.weights)
    if layer.groups == layer.output_shape[-1] > 1 and summation in _OF_XNNPACK:
        order, summation = _by_columns(layer.weights.shape[1:3]), Summation.FUSED_FROM_BIAS
        rows, matrices = rows[..., order], matrices[:, order]
    groups = zip(rows, matrices, biases, strict=True)
    sums = [weighted_sums(given, weights, bias[0], summation) for given, weights, bias in groups]
    return activation(layer)(output_values(layer, np.stack(sums)))


def _by_columns(size: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Places of a kernel's weights, stored row by row, in the order of its columns."""
    order: npt.NDArray[np.int64] = np.arange(math.prod(size)).reshape(size).T.ravel()
    return order


def _exactly_through(layer: Layer, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if layer.weights is None:
        return _without_weights(layer, values, _exact_averages)
    weights, bias = (half.astype(np.float64) for half in _halves(layer, layer.weights))
    return activation(layer)(output_values(layer, input_rows(layer, values) @ weights + bias))


def _without_weights(
    layer: Layer, values: npt.NDArray[_Scalar], averages: Callable[[Layer, npt.NDArray[_Scalar]], npt.NDArray[_Scalar]]
) -> npt.NDArray[_Scalar]:
    kind = layer.operator.name
    if kind == "MAX_POOL_2D":
        values = reduce(np.maximum, sliding_windows(layer, values, -np.inf))
    elif kind in WINDOWED:
        values = averages(layer, values)
    return activation(layer)(values.reshape(len(values), *layer.output_shape))


def _half_averages(layer: Layer, values: Half) -> Half:
    """Sums in float32 times reciprocals; each product is rounded to float32, then to float16."""
    total = reduce(np.add, sliding_windows(layer, values.astype(np.float32)))
    return (total * reciprocals(layer, *values.shape[1:3])).astype(np.float16)


def _exact_averages(layer: Layer, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return reduce(np.add, sliding_windows(layer, values)) / values_per_window(layer, *values.shape[1:3])


def _halves(layer: Layer, stored: npt.NDArray[np.float32]) -> tuple[Half, Half]:
    """A layer's weights and bias as `weight_matrices` and `bias_rows`, rounded to float16."""
    weights = weight_matrices(layer, stored.astype(np.float16))
    outputs = weights.shape[0] * weights.shape[2]
    bias = np.zeros(outputs, np.float16) if layer.bias is None else layer.bias.astype(np.float16)
    return weights, bias_rows(layer, bias)
