"""Measurements of a row: the effect of float16 on the answers of one network, and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.runs.record import FileRecord
from fp16core.vocabulary import CLASSES

FACTORS = (1, 2, 5, 10, 20, 50, 100)
"""Multiples of the float16 error at which `Effect.flips_within` counts the answers that it would change."""


class Change(NamedTuple):
    """An image that float16 answers differently: its index, its true class, and both answers (−1 for none)."""

    image: int
    label: int
    reference: int
    target: int


@dataclass(frozen=True)
class Effect:
    """Effect of float16 on the answers of one network; each delta is the float16 answer minus the float32 file's.

    Attributes
    ----------
    images
        Number of test images answered by both.
    reference_correct, correct
        Images that the float32 file, and that float16 classifies correctly.
    loss
        Mean cross-entropy of the float16 answers, in nats.
    changed
        Images with another answer.
    max_abs_logit_delta, mean_abs_logit_delta
        Largest and mean magnitude of the logit deltas.
    least_flip_factor, closest_image
        Smallest factor by which the float16 error would have to grow to change an answer, and its image.
    flips_within
        For each of `FACTORS`, the images whose answer that multiple of the error changes.
    snr_db
        Signal-to-noise ratio of the logits.
    proven_images
        Images whose answer no rounding errors of these magnitudes can change; `None` where that was not computed.
    """

    images: int
    reference_correct: int
    correct: int
    loss: float
    changed: tuple[Change, ...]
    max_abs_logit_delta: float
    mean_abs_logit_delta: float
    least_flip_factor: float
    closest_image: int
    flips_within: tuple[int, ...]
    snr_db: float
    proven_images: int | None

    def __post_init__(self) -> None:
        require_field(self.images >= 1, "images", self.images)
        proven = 0 if self.proven_images is None else self.proven_images
        for name, count in (
            ("reference_correct", self.reference_correct),
            ("correct", self.correct),
            ("proven_images", proven),
            *(("flips_within", count) for count in self.flips_within),
        ):
            require_field(0 <= count <= self.images, name, count)
        require_field(len(self.flips_within) == len(FACTORS), "flips_within", len(self.flips_within))
        require_field(0 <= self.closest_image < self.images, "closest_image", self.closest_image)
        images = [change.image for change in self.changed]
        require_field(images == sorted(set(images)), "changed", "images out of order")
        for change in self.changed:
            require_field(0 <= change.image < self.images, "changed", change.image)
            require_field(0 <= change.label < CLASSES, "changed", change.label)
            for answer in (change.reference, change.target):
                require_field(NO_ANSWER <= answer < CLASSES, "changed", answer)

    @property
    def accuracy_delta(self) -> float:
        """Accuracy of float16 minus that of the float32 file."""
        return (self.correct - self.reference_correct) / self.images


@dataclass(frozen=True)
class WeightCounts:
    """Weights and biases of a float16 file: those stored as float16, and those that lost precision.

    Attributes
    ----------
    cast
        Stored as float16.
    subnormal
        Nonzero, and below the smallest normal float16 number.
    zero
        Nonzero in float32, and 0 in float16.
    """

    cast: int
    subnormal: int
    zero: int


@dataclass(frozen=True)
class Results:
    """Measurements of a trained network.

    Attributes
    ----------
    reference_loss
        Mean cross-entropy of the float32 file on the test images, in nats.
    converter, quantizer
        Effect of the float16 files by TensorFlow's converter, and by LiteRT Quantizer.
    arithmetic
        Effect of float16 arithmetic with the weights of TensorFlow's converter, emulated on the first test images, by
        the formation of sums (a key of `fp16core.modes.emulated.WAYS`).
    converter_weights, quantizer_weights
        Counts of weights in either file.
    files
        Size and digest of each file, by name.
    seconds
        Time by step.
    peak_memory_bytes
        Largest memory so far of the process that did the training.
    """

    reference_loss: float
    converter: Effect
    quantizer: Effect
    arithmetic: Mapping[str, Effect]
    converter_weights: WeightCounts
    quantizer_weights: WeightCounts
    files: Mapping[str, FileRecord]
    seconds: Mapping[str, float]
    peak_memory_bytes: int

    def __post_init__(self) -> None:
        first, second = self.converter, self.quantizer
        require_field(first.images == second.images, "images", second.images)
        require_field(
            first.reference_correct == second.reference_correct, "reference_correct", second.reference_correct
        )
        for counts in (self.converter_weights, self.quantizer_weights):
            require_field(
                0 <= counts.zero <= counts.cast and 0 <= counts.subnormal <= counts.cast, "weights", counts.cast
            )

    @property
    def reference_accuracy(self) -> float:
        """Accuracy of the float32 file."""
        return self.converter.reference_correct / self.converter.images


def require_field(condition: bool, name: str, value: object) -> None:
    """Raise `ValueError` unless a field can have this value."""
    if not condition:
        raise ValueError(f"{name} cannot be {value!r}")
