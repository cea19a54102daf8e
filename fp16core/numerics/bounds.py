"""Rigorous bounds on a network's logits under rounding errors of its weights, whatever their signs.

Interval arithmetic: if each weight may lie anywhere within its rounding error, each activation lies in an interval,
and so does the margin of the predicted class over every other class. If the lower end of each of these margins is
above 0, no such weights change the prediction.

The intervals also enclose the rounding errors of the arithmetic. A sum of n products computed in floating point, in
any order and with or without fused multiply-add, differs from the exact sum by at most ``γ_n · Σ|terms|``, with
``γ_n = n·u / (1 − n·u)`` and the unit roundoff ``u = 2^−24`` (N. J. Higham, Accuracy and Stability of Numerical
Algorithms, 2nd ed., section 3.1), provided nothing overflows or underflows. Adding the smallest normal number for
each term accounts for underflow; where a sum might overflow, the bound is infinite.

In float16, with ``u = 2^−11``, ``1 − n·u`` is close to 0 for a dense layer. The sharper bound ``n·u · Σ|terms|``,
which holds for any n and any order, takes its place (C.-P. Jeannerod and S. M. Rump, Improved error bounds for inner
products in floating-point arithmetic, SIAM J. Matrix Anal. Appl. 34, 2013).

The bounds are computed in float64, whose own rounding errors are covered by counting two terms more than there are.
The errors of all layers but the last are summed in float32, as `fp16core.numerics.intervals.sums` describes.
"""

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import combinations

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from fp16core.numerics.arithmetic import FLOAT32_ARITHMETIC, Arithmetic
from fp16core.numerics.intervals.sums import Array, Errors, Interval, Multiplier, Sums, at_least, multiplier
from fp16core.numerics.layer_views import activation, input_rows, output_values, sliding_windows, values_per_window
from fp16core.tflite.chain import WINDOWED, Layer
from fp16core.vocabulary import CLASSES, ModelFileError

BATCH_SIZE = 8
"""Images bounded at once; few enough for the convolution's patches to stay in the processor's cache."""

_ONE_LIMIT = threading.Lock()
_PAIRS = np.array(list(combinations(range(CLASSES), 2))).T


@dataclass(frozen=True, eq=False)
class LogitBounds:
    """Bounds on the logits of all models whose weights lie within their rounding errors.

    Attributes
    ----------
    low, high : float64, shape (n, 10)
        Lower and upper bound on each logit.
    margins : float64, shape (n, 10, 10)
        ``margins[i, t, j]`` is a lower bound on logit t minus logit j for image i; 0 on the diagonal.
    """

    low: Array = field(repr=False)
    high: Array = field(repr=False)
    margins: Array = field(repr=False)

    def max_abs_delta(self, logits: npt.NDArray[np.float32]) -> Array:
        """Upper bound on the magnitude of each logit's delta from the reference logits; both have shape (n, 10)."""
        return np.maximum(self.high - logits, logits - self.low)

    def least_margin(self, predictions: npt.NDArray[np.int64]) -> Array:
        """Lower bound on the margin of each image's predicted class over any other; above 0 the prediction is proven.

        Parameters
        ----------
        predictions : int64, shape (n,)

        Returns
        -------
        float64, shape (n,)
        """
        rows = np.arange(len(predictions))
        margins = self.margins[rows, predictions].copy()
        margins[rows, predictions] = np.inf  # the margin over itself, 0, is none
        least: Array = margins.min(axis=1)
        return least


def bound_logits(
    layers: Sequence[Layer],
    errors: Mapping[str, Array],
    images: npt.NDArray[np.float32],
    arithmetic: Arithmetic = FLOAT32_ARITHMETIC,
) -> LogitBounds:
    """Bound the logits of all models whose weights differ from the reference's by at most ``errors``.

    Parameters
    ----------
    layers
        The reference, as returned by `fp16core.tflite.chain.read_chain`; the last layer must be fully connected
        and have no activation.
    errors
        Bound on the magnitude of each weight's error, by the keys and in the shapes of `TfliteFile.weights`. An
        infinite error makes the bounds that depend on it infinite or NaN.
    images : float32, shape (n, 28, 28)
        Inputs of the models.
    arithmetic
        Arithmetic in which the models are evaluated.

    Raises
    ------
    ModelFileError
        If the network does not end in ten logits of a fully connected layer.
    """
    if layers[-1].operator.name != "FULLY_CONNECTED" or layers[-1].activation != "NONE":
        raise ModelFileError(
            f"the network ends in {layers[-1].operator.name}; expected a fully connected layer without activation."
        )
    # On products this small, BLAS threads mostly wait for each other: ten times as long on a busy machine. The limit
    # applies to the whole process, so only one thread at a time may set and restore it.
    with _ONE_LIMIT, threadpool_limits(1, user_api="blas"), np.errstate(invalid="ignore", over="ignore"):
        bound = _Bound(layers, errors, arithmetic)
        parts = [bound.of_batch(images[i : i + BATCH_SIZE]) for i in range(0, len(images), BATCH_SIZE)]
    return LogitBounds(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("low", "high", "margins"))
    )


@dataclass(frozen=True, eq=False)
class _Bound:
    """Propagation of intervals through a network."""

    layers: Sequence[Layer]
    errors: Mapping[str, Array]
    arithmetic: Arithmetic

    def of_batch(self, images: npt.NDArray[np.float32]) -> LogitBounds:
        values = images.astype(np.float64)
        interval = Interval(values, values)
        if self.arithmetic.rounds_images:
            reach = self.arithmetic.unit_roundoff * np.abs(values) + self.arithmetic.smallest_normal * (values != 0)
            interval = Interval(values - reach, values + reach)
        for place, layer in enumerate(self.layers[:-1]):
            interval = self._through(place, layer, interval)
        return self._logits(interval)

    def _through(self, place: int, layer: Layer, given: Interval) -> Interval:
        name, shape = layer.operator.name, layer.output_shape
        if layer.weights is not None:
            sums = self._sums(place, given).interval()
            return sums.each(lambda values: output_values(layer, values)).each(activation(layer))
        if name == "MAX_POOL_2D":
            given = given.each(lambda values: reduce(np.maximum, sliding_windows(layer, values, -np.inf)))
        elif name in WINDOWED:
            given = self._averages(layer, given)
        return given.each(lambda values: values.reshape(len(values), *shape)).each(activation(layer))

    @cached_property
    def _multipliers(self) -> dict[int, Multiplier]:
        """Those of the layers with weights, by place; the few sums of the last layer are bounded in float64."""
        found = {}
        for place, layer in enumerate(self.layers):
            if layer.weights is not None:
                exact = multiplier(layer, self.errors, self.arithmetic)
                found[place] = exact if place == len(self.layers) - 1 else exact.enlarged()
        return found

    def _sums(self, place: int, given: Interval) -> Sums:
        layer, by = self.layers[place], self._multipliers[place]
        # Midpoints and radii come before windows, which hold each number as many times as the kernel has offsets.
        midpoint, radius = (given.low + given.high) / 2, (given.high - given.low) / 2
        is_exact = given.high is given.low
        own_error = self._error_rows(place, np.abs(midpoint) + radius) @ by.errors
        own_error += by.bias_error
        if not own_error.max(initial=0.0) < by.most_error:
            own_error[own_error >= by.most_error] = np.inf
        centre = input_rows(layer, midpoint) @ by.weights
        centre += by.bias
        return Sums(by, None if is_exact else self._error_rows(place, radius), centre, own_error)

    def _error_rows(self, place: int, values: Array) -> Errors:
        """Unfold magnitudes of activations in the precision in which the layer's error is bounded."""
        is_last = place == len(self.layers) - 1
        return input_rows(self.layers[place], values) if is_last else input_rows(self.layers[place], at_least(values))

    def _averages(self, layer: Layer, given: Interval) -> Interval:
        """Sums of windows times the reciprocal of the number of values, which is rounded as the product is."""
        size, rounding = given.low.shape[1:3], self.arithmetic
        count = values_per_window(layer, *size)
        low, high = (reduce(np.add, sliding_windows(layer, values)) for values in (given.low, given.high))
        largest = reduce(np.add, sliding_windows(layer, np.maximum(np.abs(given.low), np.abs(given.high))))
        terms = math.prod(layer.window(*size).size) + 2  # two more cover the rounding errors made here in float64
        growth = (1 + rounding.gamma(terms)) * (1 + rounding.unit_roundoff) ** 2 - 1
        reach = growth * largest / count + terms * rounding.smallest_normal
        reach[largest * (1 + growth) >= rounding.largest] = np.inf
        return Interval(low / count - reach, high / count + reach)

    def _logits(self, given: Interval) -> LogitBounds:
        sums = self._sums(len(self.layers) - 1, given)
        (centre,), (own_error,) = sums.centre, sums.own_error
        first, second = _PAIRS
        margin = centre[:, first] - centre[:, second]
        reach = own_error[:, first] + own_error[:, second]
        if sums.radius is not None:
            reach += sums.radius[0] @ self._weight_differences
        margins = np.zeros((len(margin), CLASSES, CLASSES))
        margins[:, first, second], margins[:, second, first] = margin - reach, -margin - reach
        interval = sums.interval()
        return LogitBounds(interval.low[0], interval.high[0], margins)

    @cached_property
    def _weight_differences(self) -> Array:
        """Magnitudes of the differences of the last layer's weights, for each pair of logits.

        An activation's error moves both logits of a pair, so only the difference of their weights counts.
        """
        (weights,) = self._multipliers[len(self.layers) - 1].weights
        first, second = _PAIRS
        differences: Array = np.abs(weights[:, first] - weights[:, second])
        return differences
