"""Emulation, in NumPy, of networks computed in half precision.

Weights, biases, pixels and the result of every operator are rounded to float16. Hardware differs in how the sums
in between are formed; `Summation` names the variants. Every single operation is correctly rounded: NumPy computes a
float16 sum or product in float32 and rounds it to float16, and double rounding is innocuous if the wider format has
at least ``2p + 2`` digits, with ``p = 11`` for float16 and 24 for float32 (S. A. Figueroa, When is double rounding
innocuous?, ACM SIGNUM Newsletter 30, 1995).
"""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import reduce
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.numerics.layer_views import activation, im2col, sliding_windows, weight_matrix
from fp16core.tflite.chain import Layer

Half = npt.NDArray[np.float16]
_Scalar = TypeVar("_Scalar", bound=np.floating[Any])

LANES = 8
"""Number of partial sums of `Summation.LANES`."""

_TEXEL_CHANNELS = 4
"""Inputs that a GPU thread reads at once: the channels of a texel."""


class Summation(Enum):
    """Accumulation of the products of weights and activations."""

    FLOAT32 = "in float32, rounded once at the end"
    SEQUENTIAL = "in float16, one product after the other"
    LANES = "in float16, in eight partial sums that are added in halves"


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
        Accumulation in fully connected layers, if different: their sums are few and long, so GPUs split each
        among several threads.

    Returns
    -------
    float32, shape (n, 10)
        Float16 numbers, stored as float32; infinite or NaN where float16 overflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # overflow is an outcome of float16, not a mistake
        values = images.astype(np.float16)
        for layer in layers:
            values = _through(layer, values, (dense or summation) if _is_dense(layer) else summation)
    return values.astype(np.float32)


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


def _through(layer: Layer, values: Half, summation: Summation) -> Half:
    if layer.weights is None:
        return _without_weights(layer, values)
    given = values if _is_dense(layer) else im2col(layer, values)
    return activation(layer)(_SUMS[summation](given, *_halves(layer, layer.weights)))


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


def _in_float32(given: Half, weights: Half, bias: Half) -> Half:
    return (given.astype(np.float32) @ weights.astype(np.float32) + bias.astype(np.float32)).astype(np.float16)


def _sequentially(given: Half, weights: Half, bias: Half) -> Half:
    return _sum_of(given, weights, range(len(weights))) + bias


def _in_lanes(given: Half, weights: Half, bias: Half) -> Half:
    """Tree reduction: each lane sums every eighth group of four inputs, then half of the lanes is added to the rest."""
    groups = np.arange(len(weights)) // _TEXEL_CHANNELS
    sums = [_sum_of(given, weights, np.flatnonzero(groups % LANES == lane)) for lane in range(LANES)]
    while len(sums) > 1:
        half = len(sums) // 2
        sums = [low + high for low, high in zip(sums[:half], sums[half:], strict=True)]
    return sums[0] + bias


def _sum_of(given: Half, weights: Half, terms: Sequence[int] | npt.NDArray[np.intp] | range) -> Half:
    total = np.zeros((*given.shape[:-1], weights.shape[1]), np.float16)
    for term in terms:
        total += given[..., term, None] * weights[term]
    return total


_SUMS: dict[Summation, Callable[[Half, Half, Half], Half]] = {
    Summation.FLOAT32: _in_float32,
    Summation.SEQUENTIAL: _sequentially,
    Summation.LANES: _in_lanes,
}
