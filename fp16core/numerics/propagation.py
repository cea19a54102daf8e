"""How the weights' rounding errors travel from operator to operator, up to the logits."""

import math
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.numerics.error_measure import ErrorAccumulator, ErrorMeasure
from fp16core.numerics.rounding import WeightRounding
from fp16core.runtime.activations import ActivationRecorder, Activations, ActivationStep
from fp16core.runtime.classifier import BATCH_SIZE
from fp16core.vocabulary import ModelPair, PairError


@dataclass(frozen=True)
class StepError:
    """What one operator computes in the target, held against the reference, over some images."""

    step: ActivationStep
    error: ErrorMeasure


@dataclass(frozen=True)
class Propagation:
    """Each step's error, in the order in which the steps run, over the same images."""

    images: int
    steps: tuple[StepError, ...]

    @property
    def noisiest(self) -> StepError:
        """The step with the lowest signal-to-noise ratio, or the first without any."""
        return min(self.steps, key=lambda step: (not math.isnan(step.error.snr_db), step.error.snr_db))

    @property
    def logits(self) -> StepError:
        """The last step."""
        return self.steps[-1]

    @property
    def is_exact(self) -> bool:
        """Whether no step has an error."""
        return all(step.error.is_exact for step in self.steps)

    @property
    def first_not_finite(self) -> StepError | None:
        """The first step that computes something infinite or not a number, if any."""
        return next((step for step in self.steps if step.error.not_finite), None)


@dataclass(frozen=True, eq=False)
class PairActivations:
    """What both models compute on the same images, one array for each step."""

    steps: tuple[ActivationStep, ...]
    reference: Activations = field(repr=False)
    target: Activations = field(repr=False)

    def propagation(self) -> Propagation:
        """Each step's error over these images."""
        sums = [ErrorAccumulator() for _ in self.steps]
        _add(sums, self)
        return _measured(len(self.reference[0]), self.steps, sums)

    @property
    def convolution(self) -> int | None:
        """Place of the first convolution among the steps, if there is one."""
        return next((place for place, step in enumerate(self.steps) if step.operator == "CONV_2D"), None)

    def of_first_image(self, place: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """What the reference and the target compute at one step on the first image."""
        return self.reference[place][0], self.target[place][0]


class PairRecorder:
    """Both models, each showing what its operators compute; many threads may share it.

    Parameters
    ----------
    pair
        Reference and target.

    Attributes
    ----------
    steps
        The operators that both have, in the order in which they run.

    Raises
    ------
    ModelFileError
        As `ActivationRecorder`.
    PairError
        If the two models' operators do not correspond.
    """

    def __init__(self, pair: ModelPair) -> None:
        self._reference = ActivationRecorder(pair.reference, pair.reference_name)
        self._target = ActivationRecorder(pair.target, pair.target_name)
        self.steps = self._reference.steps
        if self.steps != self._target.steps:
            raise PairError(
                f"{pair.reference_name} computes {_listed(self.steps)}, {pair.target_name} "
                f"{_listed(self._target.steps)}; choose a target converted from this reference."
            )

    def record(self, images: npt.NDArray[np.float32]) -> PairActivations:
        """Run both models; images and errors as `ActivationRecorder.record`."""
        return PairActivations(self.steps, self._reference.record(images), self._target.record(images))


class PropagationRun:
    """The errors over many images, a batch at a time, so that nobody holds all activations or waits unheard.

    Threads may share a run: whoever asks, it moves on for all.

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
        """Whether all images are in."""
        return self.done >= self.total

    def advance(self) -> None:
        """Run the next `BATCH_SIZE` images, if any are left; errors as `ActivationRecorder.record`."""
        with self._lock:
            if not self.is_done:
                batch = self._images[self.done : self.done + BATCH_SIZE]
                _add(self._sums, self._recorder.record(batch))
                self.done += len(batch)
                if self.done >= self.total:
                    self._images = self._images[:0].copy()  # a finished run is kept, what it ran need not be

    def propagation(self) -> Propagation:
        """Each step's error over the images that are in; at least one must be."""
        with self._lock:
            return _measured(self.done, self._recorder.steps, self._sums)


def weights_error(roundings: Iterable[WeightRounding]) -> ErrorMeasure:
    """The error of all weights and biases together: what the activations' errors come from."""
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
        step.operator + (f" + {step.fused}" if step.fused != "NONE" else "") + f" {step.shape}" for step in steps
    )
