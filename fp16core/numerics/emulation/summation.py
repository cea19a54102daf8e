"""Sums of products of float16 numbers, as processors and GPUs form them, every operation rounded correctly.

*Product and sum apart.* NumPy computes a float16 product or sum in float32 and rounds it to float16. This double
rounding is innocuous, as the wider format has at least ``2p + 2`` digits: ``p = 11`` in float16, and 24 in float32
(S. A. Figueroa, When is double rounding innocuous?, ACM SIGNUM Newsletter 30, 1995).

*Fused multiply-add.* ``x = total + product`` is rounded once. Here the product and the sum are computed in float64,
and the sum is rounded a second time. Two float16 numbers have a product of at most 22 digits, a multiple of 2⁻⁴⁸ and
less than 2³², which float64 holds exactly. The sum is not always exact: 2¹⁵ + 2⁻⁴⁸ has 64 digits, and float64 has 53.
Yet the result is that of a single rounding. Rounding to float64 is monotonic and keeps every boundary at which
rounding to the narrower format jumps (the middle between two neighbours), so it can do harm only if it moves x onto a
boundary. Let x be inexact in float64, and ``2^L`` its lowest digit; then ``|x| ≥ 2^(L+53)``. The term with the lower
lowest digit, at most L, is the small one of the two:

- *The product is.* It has at most 22 digits, so ``|product| < 2^(L+22) ≤ 2⁻³¹·|x|``. The total is a number of the
  narrower format, and boundaries lie at least ``2⁻¹³·|x|`` (float16) or ``2⁻²⁶·|x|`` (float32) away from those: x and
  its neighbours in float64 are all rounded to the total.
- *The total is, in float16.* It is a multiple of 2⁻²⁴, hence ``L ≥ −24`` and ``|x| ≥ 2²⁹``: both roundings overflow.
- *The total is, in float32.* It has at most 24 digits, so ``|total| < 2^(L+24) ≤ 2⁻²⁹·|x|``, and x is as near to the
  product, which is a float32 number as well.

Overflow beyond 65,504, subnormal numbers, signed zeros, infinities and NaN then follow from float64's own rules.
"""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

Half = npt.NDArray[np.float16]
_Doubles = npt.NDArray[np.float64]

_LANES, _MANY_LANES = 8, 32
"""Numbers of partial sums."""

_TEXEL_CHANNELS = 4
"""Inputs that a GPU thread reads at once: the channels of a texel."""

_BLOCK = 1 << 16
"""Sums formed at once, few enough for float64 to stay in the processor's cache."""


class Summation(Enum):
    """Formation of the sum of products of weights and activations, and of the bias, which is added last or first."""

    FLOAT32 = "in float32, rounded once at the end"
    FLOAT32_FUSED = "in float32 with fused multiply-adds, from the bias on, rounded once at the end"
    SEQUENTIAL = "in float16, one product after the other"
    LANES = "in float16, in eight partial sums that are added in halves"
    FUSED = "in float16 with fused multiply-adds"
    FUSED_FROM_BIAS = "in float16 with fused multiply-adds, from the bias on"
    FUSED_LANES = "in float16 with fused multiply-adds, in eight partial sums that are added in halves"
    FUSED_LANES_FROM_BIAS = "the same, the first of them from the bias on"
    FOURS = "in float16, four products at a time: the second fused, the first and third as one term, the fourth fused"
    FOURS_LANES = "the same, in 32 partial sums that are added in halves"


def weighted_sums(given: Half, weights: Half, bias: Half, summation: Summation) -> Half:
    """Sums of products, as ``given @ weights + bias``.

    Parameters
    ----------
    given : float16, shape (…, inputs)
    weights : float16, shape (inputs, outputs)
    bias : float16, shape (outputs,)
    summation
        Formation of each sum.

    Returns
    -------
    float16, shape (…, outputs)
    """
    return _SUMS[summation](given, weights, bias)


def _in_float32(given: Half, weights: Half, bias: Half) -> Half:
    return (given.astype(np.float32) @ weights.astype(np.float32) + bias.astype(np.float32)).astype(np.float16)


def _apart(given: Half, weights: Half, bias: Half, *, lanes: int) -> Half:
    return _in_halves([_sum_of(given, weights, terms) for terms in _shares(len(weights), lanes)]) + bias


def _fused(given: Half, weights: Half, bias: Half, *, add: "_Add", lanes: int = 1, from_bias: bool = False) -> Half:
    flat, rows, size = given.reshape(-1, given.shape[-1]), weights.astype(np.float64), max(1, _BLOCK // len(bias))
    found = np.empty((len(flat), len(bias)), np.float16)
    for start in range(0, len(flat), size):
        columns = np.ascontiguousarray(flat[start : start + size].T, np.float64)
        sums = [
            add(bias if from_bias and lane == 0 else np.zeros_like(bias), columns, rows, terms)
            for lane, terms in enumerate(_shares(len(rows), lanes))
        ]
        total = _in_halves(sums)
        found[start : start + size] = total if from_bias else total + bias
    return found.reshape(*given.shape[:-1], len(bias))


def _shares(terms: int, lanes: int) -> list[Sequence[int]]:
    """Places of the products that each lane adds: every eighth group of four inputs, for eight lanes."""
    if lanes == 1:
        return [range(terms)]
    groups = np.arange(terms) // _TEXEL_CHANNELS
    return [np.flatnonzero(groups % lanes == lane).tolist() for lane in range(lanes)]


def _in_halves(sums: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Tree reduction: half of the partial sums is added to the rest, until one is left."""
    while len(sums) > 1:
        half = len(sums) // 2
        sums = [low + high for low, high in zip(sums[:half], sums[half:], strict=True)]
    return sums[0]


def _sum_of(given: Half, weights: Half, terms: Sequence[int]) -> Half:
    total = np.zeros((*given.shape[:-1], weights.shape[1]), np.float16)
    for term in terms:
        total += given[..., term, None] * weights[term]
    return total


def _multiply_added(
    start: Half, columns: _Doubles, rows: _Doubles, terms: Sequence[int], *, kept: type[np.floating[Any]]
) -> npt.NDArray[Any]:
    """Add products of columns and rows one by one to ``start``, each by a fused multiply-add rounded to ``kept``."""
    rounded = np.broadcast_to(start.astype(kept), (columns.shape[1], len(start))).copy()
    total, product = rounded.astype(np.float64), np.empty(rounded.shape)
    for term in terms:
        np.multiply(columns[term, :, None], rows[term], out=product)
        np.add(total, product, out=total)
        rounded[...] = total
        total[...] = rounded
    return rounded


def _added_in_fours(start: Half, columns: _Doubles, rows: _Doubles, terms: Sequence[int]) -> Half:
    """Add products to ``start`` as LiteRT's dense layer does on an NVIDIA H200; a last group of fewer is filled up."""
    total = np.broadcast_to(start, (columns.shape[1], len(start))).copy()
    for place in range(0, len(terms), _TEXEL_CHANNELS):
        group = terms[place : place + _TEXEL_CHANNELS]
        products: list[Any] = [columns[term, :, None] * rows[term] for term in group]
        first, second, third, fourth = products + [0.0] * (_TEXEL_CHANNELS - len(group))
        total = (total + second).astype(np.float16)
        total += (first.astype(np.float16) + third).astype(np.float16)
        total = (total + fourth).astype(np.float16)
    return total


_Add = Callable[[Half, _Doubles, _Doubles, Sequence[int]], npt.NDArray[Any]]
"""Add the products of columns and rows at some places to a start."""

_IN_FLOAT32, _IN_FLOAT16 = partial(_multiply_added, kept=np.float32), partial(_multiply_added, kept=np.float16)

_SUMS: dict[Summation, Callable[[Half, Half, Half], Half]] = {
    Summation.FLOAT32: _in_float32,
    Summation.FLOAT32_FUSED: partial(_fused, add=_IN_FLOAT32, from_bias=True),
    Summation.SEQUENTIAL: partial(_apart, lanes=1),
    Summation.LANES: partial(_apart, lanes=_LANES),
    Summation.FUSED: partial(_fused, add=_IN_FLOAT16),
    Summation.FUSED_FROM_BIAS: partial(_fused, add=_IN_FLOAT16, from_bias=True),
    Summation.FUSED_LANES: partial(_fused, add=_IN_FLOAT16, lanes=_LANES),
    Summation.FUSED_LANES_FROM_BIAS: partial(_fused, add=_IN_FLOAT16, lanes=_LANES, from_bias=True),
    Summation.FOURS: partial(_fused, add=_added_in_fours),
    Summation.FOURS_LANES: partial(_fused, add=_added_in_fours, lanes=_MANY_LANES),
}
