"""Evidence for the tutorial's claims: measurements of one pair."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import images_digest
from fp16core.evaluate.comparison import Comparison, image_logits
from fp16core.evaluate.evaluation import Evaluation
from fp16core.evaluate.statistics import Proportion
from fp16core.modes.emulated import Accounted
from fp16core.modes.latency import ModeLatency
from fp16core.modes.runs import ModeTable
from fp16core.numerics.weight_rounding import rounded_reference
from fp16core.recordings.recording import Recording
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelPair


class Verdict(Enum):
    """Verdict of a measurement on a claim.

    A claim is *not measured* where nothing was; one of which something was measured that decides nothing *cannot be
    judged*.
    """

    HOLDS = "holds"
    PARTLY = "holds partly"
    FAILS = "does not hold"
    NOT_MEASURED = "not measured here"
    NOT_JUDGED = "cannot be judged"

    @property
    def is_decided(self) -> bool:
        """True if the claim holds, holds partly, or does not hold."""
        return self not in (Verdict.NOT_MEASURED, Verdict.NOT_JUDGED)

    @property
    def plural(self) -> str:
        """The verdict on several claims: they *hold*."""
        return self.value.replace("holds", "hold").replace("does not", "do not")


NOTHING_MEASURED = "—"
"""Value of a claim of which nothing was measured."""


class Measurement(Enum):
    """Measurements of the modes of execution that a claim may await."""

    ACCURACY = "accuracy"
    LATENCY = "latency"


def graded(holds: bool, partly: bool) -> Verdict:
    """The verdict by whether a claim holds, and if not, whether it holds partly."""
    return Verdict.HOLDS if holds else Verdict.PARTLY if partly else Verdict.FAILS


@dataclass(frozen=True)
class ClaimCheck:
    """One claim beside what was measured.

    Attributes
    ----------
    topic
        Subject of the claim, in two or three words.
    claim
        The tutorial's words, or what its code says in ours.
    is_quote
        True if `claim` is the tutorial's wording.
    awaits
        Measurement of the modes of execution that has not been made yet and would tell more, if any.
    measured
        The value on the pair, with its unit.
    verdict
        Verdict that follows from the value by `rule`.
    rule
        Conditions under which the claim holds, holds partly, or does not.
    method
        Method by which the value was measured.
    in_distribution
        Verdict of many trainings of the same recipe, in words; empty if there are none, or they say nothing.
    """

    topic: str
    claim: str
    measured: str
    verdict: Verdict
    rule: str
    method: str
    is_quote: bool = True
    awaits: Measurement | None = None
    in_distribution: str = ""


@dataclass(frozen=True, eq=False)
class RuntimeEvidence:
    """Measurements of the modes of execution made so far.

    Attributes
    ----------
    table
        Both files in the modes that were tried; `None` before.
    latencies
        The times of those that were timed.
    accounted
        Emulations of those that computed in float16 and were emulated, or why that is impossible.
    recordings
        Recordings at hand, of this pair and of others; a visitor's own are not among them.
    """

    table: ModeTable | None = None
    latencies: Mapping[ExecutionMode, ModeLatency] = field(default_factory=dict)
    accounted: Mapping[ExecutionMode, Accounted | str] = field(default_factory=dict)
    recordings: tuple[Recording, ...] = ()


@dataclass(frozen=True, eq=False)
class Evidence:
    """All measurements that the claims are judged by.

    Attributes
    ----------
    pair, comparison
        The models, and their answers on the test images.
    reference_file, target_file
        The graphs of both files, without the stored data.
    rounded_reference_logits : float32, shape (n, 10)
        Logits of the reference with each weight replaced by the target's rounded value.
    raw_pixel_accuracy
        Accuracy of the reference on grey levels 0…255, not scaled to 0…1.
    target_holds_float16
        True if the target stores any float16 number; if not, nothing measured of it is about float16.
    trained_on_these_images
        True if the run's record names these test images as its own.
    runtimes
        Measurements of the modes of execution, if any were made; some claims are about nothing else.
    """

    pair: ModelPair
    comparison: Comparison
    reference_file: TfliteFile
    target_file: TfliteFile
    rounded_reference_logits: npt.NDArray[np.float32] = field(repr=False)
    raw_pixel_accuracy: Proportion
    target_holds_float16: bool
    trained_on_these_images: bool
    runtimes: RuntimeEvidence = field(default_factory=RuntimeEvidence)

    def with_runtimes(self, runtimes: RuntimeEvidence) -> "Evidence":
        """The same, with measurements of the modes of execution."""
        return replace(self, runtimes=runtimes)

    @property
    def upsampling_is_exact(self) -> bool:
        """True if the target's logits equal the rounded reference's, bit for bit (NaN equals NaN)."""
        return np.array_equal(self.rounded_reference_logits, self.comparison.target.logits, equal_nan=True)

    @property
    def upsampling_difference(self) -> float:
        """Largest |logit difference| between target and rounded reference, where both are numbers, otherwise NaN."""
        with np.errstate(invalid="ignore"):
            difference = np.abs(self.rounded_reference_logits.astype(np.float64) - self.comparison.target.logits)
        finite = difference[np.isfinite(difference)]
        return float(finite.max()) if finite.size == difference.size else float("nan")


@dataclass(frozen=True, eq=False)
class FurtherEvidence:
    """Attributes of `Evidence` other than the pair, the comparison and the modes of execution."""

    reference_file: TfliteFile
    target_file: TfliteFile
    rounded_reference_logits: npt.NDArray[np.float32] = field(repr=False)
    raw_pixel_accuracy: Proportion
    target_holds_float16: bool
    trained_on_these_images: bool

    def about(self, pair: ModelPair, comparison: Comparison) -> Evidence:
        """The whole, of the pair and the comparison that it was measured on."""
        return Evidence(
            pair,
            comparison,
            self.reference_file,
            self.target_file,
            self.rounded_reference_logits,
            self.raw_pixel_accuracy,
            self.target_holds_float16,
            self.trained_on_these_images,
        )


def gather_evidence(pair: ModelPair, comparison: Comparison, images: npt.NDArray[np.uint8]) -> Evidence:
    """Gather all evidence for the claims; parameters and errors as `further_evidence`."""
    return further_evidence(pair, comparison, images).about(pair, comparison)


def further_evidence(pair: ModelPair, comparison: Comparison, images: npt.NDArray[np.uint8]) -> FurtherEvidence:
    """Measure whatever `comparison` does not hold already.

    Parameters
    ----------
    pair
        Reference and target.
    comparison
        Of this pair on these images.
    images : uint8, shape (n, 28, 28)

    Raises
    ------
    ModelFileError, PairError
        As `compare`.
    """
    reference = comparison.reference
    unscaled = Classifier(pair.reference)
    raw_logits = image_logits(unscaled, images, lambda part: part.astype(np.float32))
    rounded = Classifier(rounded_reference(pair))
    return FurtherEvidence(
        reference_file=pair.reference.graph.outline(),
        target_file=pair.target.graph.outline(),
        rounded_reference_logits=image_logits(rounded, images),
        raw_pixel_accuracy=Evaluation(raw_logits, reference.labels, reference.size_bytes).accuracy,
        target_holds_float16=holds_float16_weights(pair.target),
        trained_on_these_images=pair.run.get("dataset", {}).get("test_sha256") == images_digest(images),
    )
