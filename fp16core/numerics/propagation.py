"""Propagation of the weights' rounding errors from operator to operator, up to the logits."""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.numerics.error_measure import ErrorAccumulator, ErrorMeasure
from fp16core.numerics.weight_rounding import RELATIVE_ERROR_BOUND, WeightRounding
from fp16core.runtime.activations import ActivationRecorder, Activations, ActivationStep
from fp16core.runtime.classifier import BATCH_SIZE
from fp16core.text import dimensions_text
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import PairError

GUARANTEED_SNR_DB = -20 * math.log10(RELATIVE_ERROR_BOUND)
"""Lowest signal-to-noise ratio that rounding leaves to weights in float16's normal range: 66.2 dB."""


@dataclass(frozen=True)
class StepError:
    """Error of one operator's output in the target relative to the reference, over a set of images."""

    step: ActivationStep
    error: ErrorMeasure


@dataclass(frozen=True)
class Propagation:
    """Error of each step over the same images, in execution order."""

    images: int
    steps: tuple[StepError, ...]

    @property
    def noisiest(self) -> StepError:
        """Step with the lowest signal-to-noise ratio; a step whose ratio is NaN counts as the lowest."""
        return min(self.steps, key=lambda step: (not math.isnan(step.error.snr_db), step.error.snr_db))

    @property
    def logits(self) -> StepError:
        """Error of the last step, which computes the logits."""
        return self.steps[-1]

    @property
    def is_exact(self) -> bool:
        """True if every step's output is exact."""
        return all(step.error.is_exact for step in self.steps)

    @property
    def first_not_finite(self) -> StepError | None:
        """First step whose output is not finite in either model, if any."""
        return next((step for step in self.steps if step.error.not_finite), None)


@dataclass(frozen=True, eq=False)
class PairActivations:
    """Activations of both models on the same images, one array for each step."""

    steps: tuple[ActivationStep, ...]
    reference: Activations = field(repr=False)
    target: Activations = field(repr=False)

    def propagation(self) -> Propagation:
        """Error of each step over these images."""
        sums = [ErrorAccumulator() for _ in self.steps]
        _add(sums, self)
        return _measured(len(self.reference[0]), self.steps, sums)

    @property
    def convolution(self) -> int | None:
        """Index of the first convolution among the steps, if there is one."""
        return next((index for index, step in enumerate(self.steps) if step.operator == "CONV_2D"), None)

    def of_first_image(self, step: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Activations of reference and target at one step, for the first image."""
        return self.reference[step][0], self.target[step][0]


class PairRecorder:
    """Recorder of both models' activations; thread-safe.

    Parameters
    ----------
    pair
        Reference and target.

    Attributes
    ----------
    steps
        The operators of both models, in execution order.

    Raises
    ------
    ModelFileError
        As `ActivationRecorder`.
    PairError
        If the two models' operators do not correspond.
    """

    def __init__(self, pair: ModelPair) -> None:
        self._reference = ActivationRecorder(pair.reference)
        self._target = ActivationRecorder(pair.target)
        self.steps = self._reference.steps
        if self.steps != self._target.steps:
            raise PairError(
                f"{pair.reference.name} computes {_listed(self.steps)}, but {pair.target.name} computes "
                f"{_listed(self._target.steps)}; choose a target converted from this reference."
            )

    def record(self, images: npt.NDArray[np.float32]) -> PairActivations:
        """Run both models; parameters and errors as `ActivationRecorder.record`."""
        return PairActivations(self.steps, self._reference.record(images), self._target.record(images))


class PropagationRun:
    """Errors over many images, accumulated one batch at a time.

    All activations together would not fit in memory, and progress can be shown between batches. Thread-safe: a
    batch run on behalf of one thread counts for all.

    Parameters
    ----------
    recorder
        Both models.
    images : float32, shape (n, 28, 28)
        n at least 1.
    """

    def __init__(self, recorder: PairRecorder, images: npt.NDArray[np.float32]) -> None:
        self._recorder = recorder
        self._images = images
        self._total = len(images)
        self._sums = [ErrorAccumulator() for _ in recorder.steps]
        self._lock = threading.Lock()
        self.done = 0

    @property
    def total(self) -> int:
        """Number of images to run."""
        return self._total

    @property
    def is_done(self) -> bool:
        """True if all images have been run."""
        return self.done >= self.total

    def advance(self) -> None:
        """Run the next `BATCH_SIZE` images, if any remain; errors as `ActivationRecorder.record`."""
        with self._lock:
            if not self.is_done:
                batch = self._images[self.done : self.done + BATCH_SIZE]
                _add(self._sums, self._recorder.record(batch))
                self.done += len(batch)
                if self.done >= self.total:
                    self._images = self._images[:0].copy()  # finished runs are cached; release the images

    def propagation(self) -> Propagation:
        """Error of each step over the images run so far, of which there must be at least one."""
        with self._lock:
            return _measured(self.done, self._recorder.steps, self._sums)


def weights_error(roundings: Iterable[WeightRounding]) -> ErrorMeasure:
    """Error of all weights and biases together, the source of the activations' errors."""
    sums = ErrorAccumulator()
    for rounding in roundings:
        sums.add(rounding.reference, rounding.target)
    return sums.measure()


def _add(sums: list[ErrorAccumulator], batch: PairActivations) -> None:
    for step, reference, target in zip(sums, batch.reference, batch.target, strict=True):
        step.add(reference, target)


def _measured(images: int, steps: tuple[ActivationStep, ...], sums: list[ErrorAccumulator]) -> Propagation:
    return Propagation(images, tuple(StepError(step, each.measure()) for step, each in zip(steps, sums, strict=True)))


def _listed(steps: tuple[ActivationStep, ...]) -> str:
    return " → ".join(
        step.operator + (f" + {step.fused}" if step.fused != "NONE" else "") + f" {dimensions_text(step.shape)}"
        for step in steps
    )
