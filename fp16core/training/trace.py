"""Events of a training run in progress: losses, epochs and weights. Free of TensorFlow.

The training process sends each event as a JSON message; the receiver collects them in a `Trace`.
"""

import base64
import itertools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.vocabulary import TraceError

MAX_STEPS = 600
"""Largest number of steps in a trace, about as many as a chart has pixels; older steps are thinned out."""

MAX_BINS = 160
"""Largest number of bins of a histogram; a wider range of weights gets wider bins."""

KERNEL_KEYS = ("conv_2d.kernel", "conv_2d_2.kernel")
"""Keys of the kernels of a network's first and second convolution in `TfliteFile.weights`."""

_Numbers = TypeVar("_Numbers", bound="TrainingStep | EpochResult")


@dataclass(frozen=True)
class TrainingStep:
    """Progress of training; loss and accuracy are running means over the current epoch.

    Attributes
    ----------
    epochs_done
        Passes over the training images; 1.5 is half-way through the second.
    loss
        Mean cross-entropy, in nats; NaN once training has diverged.
    accuracy
        Fraction of training images classified correctly, each before the step that learns from it.
    """

    epochs_done: float
    loss: float
    accuracy: float

    def message(self) -> dict[str, Any]:
        """The JSON message."""
        return {"step": _without_nan(asdict(self))}


@dataclass(frozen=True)
class EpochResult:
    """A finished epoch, with the results of converting the network and running both files on the test images.

    Attributes
    ----------
    number
        1 for the first epoch.
    loss, accuracy
        Running means over the epoch's training images, as in the epoch's last `TrainingStep`.
    reference_loss
        Mean cross-entropy of the float32 file on the test images, in nats; may be NaN.
    reference_accuracy, target_accuracy
        Fraction of test images that the float32 and the float16 file classify correctly.
    changed_predictions
        Number of test images on which the two files' predictions differ.
    seconds
        Wall-clock time of the epoch, including conversion and test.
    """

    number: int
    loss: float
    accuracy: float
    reference_loss: float
    reference_accuracy: float
    target_accuracy: float
    changed_predictions: int
    seconds: float

    def message(self) -> dict[str, Any]:
        """The JSON message."""
        return {"epoch": _without_nan(asdict(self))}


@dataclass(frozen=True, eq=False)
class WeightHistogram:
    """Histogram of a layer's weights.

    Attributes
    ----------
    edges : float64, shape (n + 1,)
        Multiples of the bin width.
    counts : int64, shape (n,)
        Number of weights in each bin; infinities and NaN are not counted.
    """

    edges: npt.NDArray[np.float64] = field(repr=False)
    counts: npt.NDArray[np.int64] = field(repr=False)

    @property
    def width(self) -> float:
        """Width of a bin."""
        return float(self.edges[1] - self.edges[0])


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The weights at one point of training.

    Attributes
    ----------
    epochs_done
        Passes over the training images; 0 before training.
    kernels : float32, shape (filters, k, k)
        The first convolution's kernels.
    histograms
        One for each weight tensor, by the keys of `TfliteFile.weights`: those of `KERNEL_KEYS` that the network has,
        and ``"fully_connected.weights"``.
    """

    epochs_done: float
    kernels: npt.NDArray[np.float32] = field(repr=False)
    histograms: Mapping[str, WeightHistogram] = field(repr=False)

    def message(self) -> dict[str, Any]:
        """The JSON message; it preserves the kernels bit for bit."""
        # JSON has no NaN, which weights may be after divergence, and decimal digits would take four times the space.
        kernels = base64.b64encode(self.kernels.astype("<f4").tobytes()).decode()
        histograms = {
            key: {"width": h.width, "first": round(h.edges[0] / h.width), "counts": h.counts.tolist()}
            for key, h in self.histograms.items()
        }
        content = {"epochs_done": self.epochs_done, "kernels_shape": list(self.kernels.shape), "kernels": kernels}
        return {"snapshot": content | {"histograms": histograms}}


@dataclass(frozen=True, eq=False)
class Trace:
    """All events of a run so far; immutable, so threads can share it.

    Attributes
    ----------
    steps
        About 15 for each epoch, at most `MAX_STEPS` in total: older ones are thinned out, the latest is kept.
    epochs
        One result for each finished epoch.
    first, last
        The network before training, and its latest snapshot.
    """

    steps: tuple[TrainingStep, ...] = ()
    epochs: tuple[EpochResult, ...] = ()
    first: Snapshot | None = None
    last: Snapshot | None = None

    def with_message(self, message: Mapping[str, Any]) -> "Trace":
        """The trace with one more message; messages of other kinds are ignored.

        Raises
        ------
        TraceError
            If a step, an epoch or a snapshot is not in the format of its ``message`` method.
        """
        try:
            if "step" in message:
                return replace(self, steps=_thinned((*self.steps, _numbers(TrainingStep, message["step"]))))
            if "epoch" in message:
                return replace(self, epochs=(*self.epochs, _numbers(EpochResult, message["epoch"])))
            if "snapshot" in message:
                seen = _snapshot(message["snapshot"])
                return replace(self, first=self.first or seen, last=seen)
        except (KeyError, TypeError, ValueError) as error:
            raise TraceError(f"a message of the training run cannot be read ({error!r}): {message!r:.200}") from error
        return self


def weight_histogram(weights: npt.NDArray[np.floating], width: float) -> WeightHistogram:
    """Histogram of weights over bins whose edges are multiples of their width.

    Parameters
    ----------
    weights : float, any shape
    width
        Smallest bin width, a power of 2, so that rounding moves no weight to a neighbouring bin. It is doubled
        until `MAX_BINS` bins span the finite weights.

    Returns
    -------
    WeightHistogram
        Bins from the smallest to the largest finite weight; one empty bin if no weight is finite.
    """
    finite = weights[np.isfinite(weights)].astype(np.float64)
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    while math.floor(high / width) - math.floor(low / width) >= MAX_BINS:
        width *= 2
    first = math.floor(low / width)
    bins = math.floor(high / width) - first + 1
    counts = np.bincount(np.floor(finite / width).astype(np.int64) - first, minlength=bins)
    return WeightHistogram(_edges(first, bins, width), counts)


def _edges(first: int, bins: int, width: float) -> npt.NDArray[np.float64]:
    return np.arange(first, first + bins + 1, dtype=np.float64) * width


def _thinned(steps: tuple[TrainingStep, ...]) -> tuple[TrainingStep, ...]:
    if len(steps) <= MAX_STEPS:
        return steps
    # Keep half of the steps, evenly spaced over the run; later steps are added at full density until the next thinning.
    spacing = 2 * steps[-1].epochs_done / MAX_STEPS
    kept = (next(group) for _, group in itertools.groupby(steps[:-1], lambda s: s.epochs_done // spacing))
    return (*kept, steps[-1])


def _without_nan(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value if math.isfinite(value) else None for key, value in values.items()}


def _numbers(kind: type[_Numbers], content: Mapping[str, float | None]) -> _Numbers:
    given = {item.name: content[item.name] for item in fields(kind)}
    numbers: dict[str, Any] = {name: math.nan if value is None else _number(value) for name, value in given.items()}
    return kind(**numbers)


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not a number")
    return value


def _snapshot(content: Mapping[str, Any]) -> Snapshot:
    kernels = np.frombuffer(base64.b64decode(content["kernels"]), "<f4").astype(np.float32)
    histograms = {
        key: WeightHistogram(_edges(h["first"], len(h["counts"]), h["width"]), np.array(h["counts"], np.int64))
        for key, h in content["histograms"].items()
    }
    return Snapshot(_number(content["epochs_done"]), kernels.reshape(content["kernels_shape"]), histograms)
