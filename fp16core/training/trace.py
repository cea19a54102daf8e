"""What a training run tells while it goes on: losses, epochs, the weights as they change. No TensorFlow.

The process that trains sends these as JSON messages, one each; whoever watches gathers them in a `Trace`.
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
"""Steps a trace keeps, more or less as many as a chart has pixels; of older ones, some go."""

MAX_BINS = 160
"""Bins of a histogram at most; weights that spread further get wider ones."""

_Numbers = TypeVar("_Numbers", bound="TrainingStep | EpochResult")


@dataclass(frozen=True)
class TrainingStep:
    """Where training is; loss and accuracy are running means over the epoch so far.

    Attributes
    ----------
    epochs_done
        Passes over the training images; 1.5 is half way through the second.
    loss
        Mean cross-entropy, in nats; NaN once training has diverged.
    accuracy
        Share of training images read rightly, each before it was learned from.
    """

    epochs_done: float
    loss: float
    accuracy: float

    def message(self) -> dict[str, Any]:
        """The JSON message."""
        return {"step": _without_nan(asdict(self))}


@dataclass(frozen=True)
class EpochResult:
    """A finished epoch: how training went, and what its files do when really converted and run.

    Attributes
    ----------
    number
        1 for the first epoch.
    loss, accuracy
        Running means over the epoch's training images, as a `TrainingStep` has them at the epoch's end.
    reference_loss
        Mean cross-entropy of the float32 file on the test images, in nats; NaN if it is not a number.
    reference_accuracy, target_accuracy
        Share of test images that the float32 and the float16 file read rightly.
    changed_predictions
        Number of test images on which the two files' answers differ.
    seconds
        Wall-clock time of the epoch with all of this.
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
    """How a layer's weights are distributed.

    Attributes
    ----------
    edges : float64, shape (n + 1,)
        Limits of the bins, all of one width; 0 is one of them.
    counts : int64, shape (n,)
        Weights in each bin. Weights that are not finite are in none.
    """

    edges: npt.NDArray[np.float64] = field(repr=False)
    counts: npt.NDArray[np.int64] = field(repr=False)

    @property
    def width(self) -> float:
        """Width of a bin."""
        return float(self.edges[1] - self.edges[0])


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The weights at one moment.

    Attributes
    ----------
    epochs_done
        Passes over the training images; 0 for the untrained network.
    kernels : float32, shape (filters, k, k)
        The convolution's kernels.
    histograms
        Of all weights, by the keys that `TfliteFile.weights` gives them: ``"conv_2d.kernel"`` and
        ``"fully_connected.weights"``.
    """

    epochs_done: float
    kernels: npt.NDArray[np.float32] = field(repr=False)
    histograms: Mapping[str, WeightHistogram] = field(repr=False)

    def message(self) -> dict[str, Any]:
        """The JSON message; the kernels' bits are kept."""
        # JSON has no NaN, which diverged weights are, and decimal digits would take four times the room.
        kernels = base64.b64encode(self.kernels.astype("<f4").tobytes()).decode()
        histograms = {
            key: {"width": h.width, "first": round(h.edges[0] / h.width), "counts": h.counts.tolist()}
            for key, h in self.histograms.items()
        }
        content = {"epochs_done": self.epochs_done, "kernels_shape": list(self.kernels.shape), "kernels": kernels}
        return {"snapshot": content | {"histograms": histograms}}


@dataclass(frozen=True, eq=False)
class Trace:
    """All that a run has told so far; it never changes, so that threads can share it.

    Attributes
    ----------
    steps
        About 15 an epoch, thinned where they are old: `MAX_STEPS` at most. The latest is always there.
    epochs
        One result for each finished epoch.
    first, last
        The network before training, and as it was last seen.
    """

    steps: tuple[TrainingStep, ...] = ()
    epochs: tuple[EpochResult, ...] = ()
    first: Snapshot | None = None
    last: Snapshot | None = None

    def with_message(self, message: Mapping[str, Any]) -> "Trace":
        """The trace after one more message; one that is about something else changes nothing.

        Raises
        ------
        TraceError
            If a step, an epoch or a snapshot is not told as `TrainingStep.message` and its like tell it.
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
    """Count weights in bins on both sides of 0.

    Parameters
    ----------
    weights : float, any shape
    width
        Of a bin, a power of 2, so that rounding puts no weight into the next one; doubled until `MAX_BINS` bins
        reach from the smallest to the largest weight.

    Returns
    -------
    WeightHistogram
        From the smallest to the largest finite weight; one empty bin if none is finite.
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
    # Half of them, evenly over the whole run; the next ones are dense again until they are too many, too.
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
        raise TypeError(f"{value!r} is no number")
    return value


def _snapshot(content: Mapping[str, Any]) -> Snapshot:
    kernels = np.frombuffer(base64.b64decode(content["kernels"]), "<f4").astype(np.float32)
    histograms = {
        key: WeightHistogram(_edges(h["first"], len(h["counts"]), h["width"]), np.array(h["counts"], np.int64))
        for key, h in content["histograms"].items()
    }
    return Snapshot(_number(content["epochs_done"]), kernels.reshape(content["kernels_shape"]), histograms)
