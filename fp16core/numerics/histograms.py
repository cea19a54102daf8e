"""Histograms of weights and of their rounding errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.numerics.weight_rounding import WeightRounding


@dataclass(frozen=True, eq=False)
class Histogram:
    """Histogram in which ``counts[i]`` values lie between ``edges[i]`` and ``edges[i + 1]``."""

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]


def shared_histograms(
    reference: npt.NDArray[np.floating], target: npt.NDArray[np.floating], bins: int = 60
) -> tuple[Histogram, Histogram]:
    """Histograms of two arrays over shared bin edges that span the finite values of both."""
    finite = [values[np.isfinite(values)].astype(np.float64).ravel() for values in (reference, target)]
    edges = np.histogram_bin_edges(np.concatenate(finite), bins)
    first, second = (Histogram(edges, np.histogram(values, edges)[0]) for values in finite)
    return first, second


def error_histogram(rounding: WeightRounding, bins: int = 60) -> Histogram:
    """Histogram of the finite rounding errors, over bins symmetric about 0."""
    errors = rounding.error[np.isfinite(rounding.error)]
    # Bins need a width even if every error is 0.
    limit = float(np.max(np.abs(errors), initial=0.0)) or 1e-9
    counts, edges = np.histogram(errors, np.linspace(-limit, limit, bins + 1))
    return Histogram(edges, counts)


def nearest_to_centres(values: npt.NDArray[np.floating], histogram: Histogram) -> list[int | None]:
    """Flat index, in C order, of the value nearest to the centre of each bin; ``None`` for an empty bin.

    Parameters
    ----------
    values
        Any shape; infinities and NaN belong to no bin.
    histogram
        Histogram of the finite values.
    """
    flat = values.ravel().astype(np.float64)
    finite = np.flatnonzero(np.isfinite(flat))
    order = finite[np.argsort(flat[finite], kind="stable")]
    ends = np.cumsum(histogram.counts)  # in ascending order, a bin's values are contiguous
    centres = (histogram.edges[:-1] + histogram.edges[1:]) / 2
    found: list[int | None] = []
    for start, end, centre in zip(ends - histogram.counts, ends, centres, strict=True):
        members = order[start:end]
        found.append(int(members[np.argmin(np.abs(flat[members] - centre))]) if len(members) else None)
    return found
