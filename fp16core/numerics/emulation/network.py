"""Emulation of networks computed in half precision.

Weights, biases, pixels and the result of every operator are rounded to float16. Hardware differs in how the sums in
between are formed: `fp16core.numerics.emulation.summation` has the variants.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.numerics.emulation.summation import Half, Summation, weighted_sums
from fp16core.numerics.layer_views import activation, im2col, sliding_windows, weight_matrix
from fp16core.tflite.chain import Layer

_Scalar = TypeVar("_Scalar", bound=np.floating[Any])

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
        return _without_weights(layer, values)
    given = values if _is_dense(layer) else im2col(layer, values)
    return activation(layer)(weighted_sums(given, *_halves(layer, layer.weights), summation))


def _exactly_through(layer: Layer, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if layer.weights is None:
        return _without_weights(layer, values)
    given = values if _is_dense(layer) else im2col(layer, values)
    weights, bias = (half.astype(np.float64) for half in _halves(layer, layer.weights))
    return activation(layer)(given @ weights + bias)


def _without_weights(layer: Layer, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Apply a layer without weights: a reshape, or max pooling."""
    if layer.operator.name == "RESHAPE":
        return values.reshape(len(values), *layer.output_shape)
    return activation(layer)(reduce(np.maximum, sliding_windows(layer, values)))


def _halves(layer: Layer, stored: npt.NDArray[np.float32]) -> tuple[Half, Half]:
    """A layer's weights, shape (inputs, outputs), and bias, rounded to float16."""
    weights = weight_matrix(stored.astype(np.float16))
    return weights, np.zeros(weights.shape[1], np.float16) if layer.bias is None else layer.bias.astype(np.float16)
