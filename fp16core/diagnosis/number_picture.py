"""Numbers of one tensor as a picture of the graph shows them: a histogram, and a few worth a look."""

from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.ranges.limits import Floats, rounded
from fp16core.numerics.histograms import Histogram
from fp16core.tflite.graph import Operator, Tensor, TfliteFile

_BINS = 40

_EXAMINED = 1 << 18
"""Most numbers among which examples are sought; of more, evenly spaced ones are taken."""


@dataclass(frozen=True, eq=False)
class NumberPicture:
    """Finite numbers of a tensor.

    Attributes
    ----------
    histogram
        Their histogram; `None` if there are none.
    examples
        The largest, the smallest nonzero one, and the one that float16 rounds most, relative to it.
    """

    histogram: Histogram | None
    examples: tuple[float, ...]


def number_picture(values: Floats) -> NumberPicture:
    """Picture of a tensor's values."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return NumberPicture(None, ())
    return NumberPicture(_histogram(finite), _examples(finite))


def largest_weights(file: TfliteFile, op: Operator) -> Tensor | None:
    """The largest stored tensor of floating-point numbers that an operator reads, if it reads any."""
    sources = [file.source(index) for index in op.inputs if index >= 0]
    weights = [tensor for tensor in sources if tensor.is_constant and tensor.dtype in ("float32", "float16")]
    return max(weights, key=lambda tensor: tensor.stored_size_bytes, default=None)


def _histogram(finite: Floats) -> Histogram:
    low, high = float(finite.min()), float(finite.max())
    # Bins need a width that float64 can tell from 0, even if all numbers are equal.
    least = _BINS * 4 * float(np.spacing(max(abs(low), abs(high), 1.0)))
    margin = max(0.0, least - (high - low))
    counts, edges = np.histogram(finite.astype(np.float64), _BINS, (low - margin / 2, high + margin / 2))
    return Histogram(edges, counts)


def _examples(finite: Floats) -> tuple[float, ...]:
    sizes = np.abs(finite)
    chosen = [float(finite[np.argmax(sizes)])]
    if sizes.any():
        chosen.append(float(finite[np.argmin(np.where(sizes > 0, sizes, np.inf))]))
        some = finite[:: -(-finite.size // _EXAMINED)]
        some = some[some != 0]
        if some.size:
            with np.errstate(invalid="ignore", over="ignore"):
                errors = np.abs(rounded(some) - some) / np.abs(some)
            chosen.append(float(some[np.argmax(errors)]))
    return tuple(dict.fromkeys(chosen))
