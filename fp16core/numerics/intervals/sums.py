"""Intervals of activations, and of their sums weighted by a layer.

Errors are sums of products of numbers of at least 0, for which float32 will do, in half the time: a product of n such
terms comes out as no less than ``1 − γ_{n+2}`` times the exact one, roundings of both factors included, less ``2^−126``
for each term that underflows. `Multiplier.enlarged` makes up for that, and for the additions that follow, by enlarging
one factor by ``γ / (1 − γ)`` with ``γ = γ_{n+5}``, and the rest of the bound by what may underflow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.numerics.arithmetic import FLOAT32_ARITHMETIC, Arithmetic
from fp16core.numerics.layer_views import bias_rows, weight_matrices
from fp16core.tflite.chain import Layer

Array = npt.NDArray[np.float64]
Errors = npt.NDArray[np.floating[Any]]

_TINY = np.float32(2.0**-126)
"""Smallest normal number of float32."""


@dataclass(frozen=True, eq=False)
class Interval:
    """Lower and upper bounds on activations; the first axis is the batch."""

    low: Array
    high: Array

    def each(self, function: Callable[[Array], Array]) -> "Interval":
        """Image of the interval under a non-decreasing function."""
        low = function(self.low)
        return Interval(low, low if self.high is self.low else function(self.high))


def at_least(values: Errors, slack: float = 0.0) -> npt.NDArray[np.float32]:
    """Numbers of at least 0 in float32, enlarged: none is subnormal, or less than ``1 − u`` times what it should be."""
    enlarged: npt.NDArray[np.float32] = (values * (1 + slack)).astype(np.float32)
    return enlarged + _TINY


@dataclass(frozen=True, eq=False)
class Multiplier:
    """Factors and summands of a layer, prepared once for all images; matrices as of `weight_matrices`.

    Attributes
    ----------
    weights, bias
        As the layer has them.
    magnitudes
        Magnitudes of the weights: what the radii of activations are multiplied by.
    errors, bias_error
        What the magnitudes of activations are multiplied by, and what is added, to bound the error due to weights and
        arithmetic.
    most_error
        Bound at which a partial sum might overflow.
    """

    weights: Array
    bias: Array
    magnitudes: Errors
    errors: Errors
    bias_error: Errors
    most_error: float

    def enlarged(self) -> "Multiplier":
        """The same for bounds computed in float32, as described above."""
        terms = self.weights.shape[1]
        gamma = FLOAT32_ARITHMETIC.gamma(terms + 5)
        slack = gamma / (1 - gamma)
        magnitudes, errors = at_least(self.magnitudes, slack), at_least(self.errors, slack)
        bias_error = at_least(self.bias_error + 2 * terms * float(_TINY), slack)
        return replace(self, magnitudes=magnitudes, errors=errors, bias_error=bias_error)


@dataclass(frozen=True, eq=False)
class Sums:
    """Weighted sums of activations in midpoint–radius form, errors of activations and of weights kept apart.

    Attributes
    ----------
    by
        What the activations were multiplied by.
    radius
        Radii of the activations' intervals, shape (groups, sums, terms); ``None`` if all are 0.
    centre
        Weighted sums of the activations' midpoints, shape (groups, sums, outputs).
    own_error
        Bound on the error due to weights, bias and arithmetic, of the same shape.
    """

    by: Multiplier
    radius: Errors | None
    centre: Array
    own_error: Errors

    def interval(self) -> Interval:
        """Intervals of the sums."""
        reach = self.own_error if self.radius is None else self.own_error + self.radius @ self.by.magnitudes
        return Interval(self.centre - reach, self.centre + reach)


def multiplier(layer: Layer, errors: Mapping[str, Array], arithmetic: Arithmetic) -> Multiplier:
    """Prepare a layer with weights; parameters as of `fp16core.numerics.bounds.bound_logits`."""
    stored = layer.weights if layer.weights is not None else np.zeros((0, 0), np.float32)
    weights = weight_matrices(layer, stored).astype(np.float64)
    outputs = weights.shape[0] * weights.shape[2]
    bias = bias_rows(layer, np.zeros(outputs) if layer.bias is None else layer.bias.astype(np.float64))
    weight_errors = weight_matrices(layer, errors[layer.weights_key])
    bias_errors = bias_rows(layer, errors[layer.bias_key]) if layer.bias_key else np.zeros_like(bias)
    terms = weights.shape[1] + 3  # the bias is a term; two more cover the rounding errors made here in float64
    gamma = arithmetic.gamma(terms)
    return Multiplier(
        weights,
        bias,
        np.abs(weights),
        weight_errors + gamma * (np.abs(weights) + weight_errors),
        bias_errors + gamma * (np.abs(bias) + bias_errors) + terms * arithmetic.smallest_normal,
        # Σ|terms| is at most the bound over gamma, and may not exceed the format's range.
        gamma * arithmetic.largest,
    )
