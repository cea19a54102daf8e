"""Measurement of a treated model: its results against the untreated model's in float32, within a budget."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fp16core.diagnosis.arithmetic.verdict import arithmetic_verdict
from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.results import OutputError
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile

SAME_WITHIN = 1e-6
"""Largest error, as a share of an output's largest magnitude, with which a treated float32 model counts as the same."""


@dataclass(frozen=True)
class Quality:
    """Results against the reference's.

    Attributes
    ----------
    snr_db
        Signal-to-noise ratio of the worst output, over results that are finite in both; infinite if all are equal.
    not_finite
        Results that are infinite or NaN though the reference's are finite, in all outputs.
    finding
        Outcome, by the rule for float16 arithmetic.
    is_within
        True if all outputs that have a tolerance are within it; `None` if none has one.
    """

    snr_db: float
    not_finite: int
    finding: Finding
    is_within: bool | None = None

    def is_better_than(self, other: "Quality", by_db: float = 0.0) -> bool:
        """True if fewer results are not finite, or as many and the ratio is higher by more than ``by_db``."""
        if self.not_finite != other.not_finite:
            return self.not_finite < other.not_finite
        return self.snr_db > other.snr_db + by_db

    @classmethod
    def of(cls, errors: Sequence[OutputError], samples: Samples) -> "Quality":
        """Quality of a model's outputs."""
        ratios = [-math.inf if math.isnan(error.snr_db) else error.snr_db for error in errors]
        within = [error.is_within for error in errors if error.tolerance is not None]
        finding = arithmetic_verdict("", errors, (), samples).finding
        return cls(min(ratios), sum(error.not_finite for error in errors), finding, all(within) if within else None)

    @classmethod
    def worst(cls, found: Sequence["Quality"]) -> "Quality":
        """The worst of several devices."""
        order = (Finding.BREAKS, Finding.UNKNOWN, Finding.NOTHING_FOUND, Finding.SAFE)
        return cls(
            min(one.snr_db for one in found),
            max(one.not_finite for one in found),
            min((one.finding for one in found), key=order.index),
            None if any(one.is_within is None for one in found) else all(one.is_within for one in found),
        )


@dataclass
class Budget:
    """Bound on the work of finding cures.

    Attributes
    ----------
    runs
        Models that may still be run, each on all samples.
    processor_s
        Processor time of this process, from now, after which no further run begins.
    """

    runs: int = 400
    processor_s: float = 45.0
    _start: float = field(default_factory=time.process_time, repr=False)

    @property
    def is_spent(self) -> bool:
        """True if no further run may begin."""
        return self.runs <= 0 or time.process_time() - self._start > self.processor_s

    def spend(self) -> None:
        """Count one run."""
        self.runs -= 1


@dataclass(frozen=True)
class Sameness:
    """Agreement of a treated model with the original, both in float32.

    A sample's results are the same if no bit differs, or no result by more than `SAME_WITHIN` of the largest magnitude
    of its output in that sample.

    Attributes
    ----------
    largest
        Largest error that counts as the same, as a share of the output's largest magnitude; 0 if no bit differs.
    differing
        Samples with other results, by place.
    samples
        Samples that were compared.
    """

    largest: float
    differing: tuple[int, ...]
    samples: int

    def words(self, labels: Sequence[str]) -> str:
        """Agreement in words, given the names of the samples."""
        if self.largest == 0:
            same = "stay the same bit for bit"
        else:
            same = f"change by at most {self.largest:.1e} of the largest"
        if not self.differing:
            return f"its float32 results {same}"
        named = ", ".join(f"“{labels[place]}”" for place in self.differing[:3])
        more = f" and {len(self.differing) - 3} more" if len(self.differing) > 3 else ""
        if len(self.differing) == self.samples:
            return "it changes the float32 results in every sample"
        return f"it changes the float32 results in {len(self.differing)} of {self.samples} samples ({named}{more})"


def sameness(evaluator: Evaluator, treated: ModelFile, samples: Samples) -> Sameness:
    """Agreement of a treated float32 model with the evaluator's reference.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the treated file.
    """
    interpreter = AnyInterpreter(treated, samples.shapes)
    largest, differing = 0.0, []
    for place, expected in enumerate(evaluator.references()):
        found = interpreter.outputs(samples[place])
        error = max(map(_error, expected, found), default=0.0)
        if error > SAME_WITHIN:
            differing.append(place)
        else:
            largest = max(largest, error)
    return Sameness(largest, tuple(differing), len(samples))


def _error(expected: Array, found: Array) -> float:
    """Largest error of an output as a share of its largest magnitude; infinite if what is not finite differs."""
    if expected.shape != found.shape:
        return math.inf
    true, got = expected.astype(np.float64), found.astype(np.float64)
    differs = ~((true == got) | (np.isnan(true) & np.isnan(got)))
    if not differs.any():
        return 0.0
    scale = float(np.abs(true[np.isfinite(true)]).max(initial=0.0))
    if scale == 0 or not (np.isfinite(true[differs]) & np.isfinite(got[differs])).all():
        return math.inf
    return float(np.abs(got - true)[differs].max()) / scale
