"""Results of the modes of execution: both files in each, compared with the float32 file in float32 arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.modes.measured import today
from fp16core.numerics.emulation.network import is_float16
from fp16core.numerics.error_measure import ErrorMeasure
from fp16core.runtime.delegation import UpsamplingStage
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter


@dataclass(frozen=True)
class ModeStep:
    """Error of one operator in a mode, for either file, against the float32 file on the CPU in float32."""

    operator: str
    reference: ErrorMeasure
    target: ErrorMeasure


@dataclass(frozen=True, eq=False)
class ModeRun:
    """Both files of a pair, executed in one mode.

    Attributes
    ----------
    mode
        The mode of execution.
    batch
        Images for each run.
    reference, target
        The float32 and the float16 file's answers.
    adapter
        Adapter that computed, if a GPU was asked.
    steps
        Errors of the operators that compute numbers, in order; empty if they were not measured.
    steps_refused
        Reason why they could not be measured, if that was tried.
    upsampled
        Stage at which float16 weights were last read, if that was measured and there are any.
    day
        Day of the run, UTC.
    """

    mode: ExecutionMode
    batch: int
    reference: Evaluation = field(repr=False)
    target: Evaluation = field(repr=False)
    adapter: Adapter | None = None
    steps: tuple[ModeStep, ...] = ()
    steps_refused: str | None = None
    upsampled: UpsamplingStage | None = None
    day: date = field(default_factory=today)

    @cached_property
    def computes_float16(self) -> bool:
        """True if all logits of both files are float16 numbers, as they are if they were computed in float16.

        One in 8,192 float32 numbers is a float16 number by chance.
        """
        return is_float16(self.reference.logits) and is_float16(self.target.logits)

    @property
    def is_silently_float32(self) -> bool:
        """True if float16 arithmetic was asked for, and the hardware or its driver computed in float32 instead."""
        return self.mode.asks_for_float16 and not self.computes_float16

    @property
    def images(self) -> int:
        """Number of images that were run."""
        return len(self.reference.labels)

    @property
    def by_software(self) -> bool:
        """True if a GPU was asked, and a software driver computed on the processor."""
        return self.adapter is not None and self.adapter.is_software

    def against(self, baseline: Evaluation) -> "FilesCompared":
        """Compare each file's answers with those of the float32 file in float32 arithmetic, on the images of this run.

        Parameters
        ----------
        baseline
            The float32 file's answers, on these images first.
        """
        usual = baseline.first(self.images)
        return FilesCompared(
            FileCompared(self, False, Comparison(usual, self.reference)),
            FileCompared(self, True, Comparison(usual, self.target)),
        )


@dataclass(frozen=True, eq=False)
class FileCompared:
    """One file in one mode, compared with the float32 file in float32 arithmetic.

    Attributes
    ----------
    run
        The run of the mode.
    is_target
        True for the float16 file, False for the float32 file.
    comparison
        Answers of the float32 file in float32 arithmetic, and of this file in the mode.
    """

    run: ModeRun
    is_target: bool
    comparison: Comparison = field(repr=False)


@dataclass(frozen=True, eq=False)
class FilesCompared:
    """Both files in one mode, each compared with the float32 file in float32 arithmetic."""

    reference: FileCompared
    target: FileCompared


ModeOutcome = ModeRun | str
"""Outcome of a mode: its run, or the reason why there is none, in a sentence."""


@dataclass(frozen=True, eq=False)
class ModeTable:
    """All modes that were tried.

    Attributes
    ----------
    baseline
        The float32 file in float32 arithmetic on the CPU, on at least as many images as each run.
    outcomes
        Outcome of each mode.
    """

    baseline: Evaluation = field(repr=False)
    outcomes: Mapping[ExecutionMode, ModeOutcome]

    @property
    def runs(self) -> tuple[ModeRun, ...]:
        """Those that could be executed."""
        return tuple(outcome for outcome in self.outcomes.values() if isinstance(outcome, ModeRun))

    @property
    def float16_runs(self) -> tuple[ModeRun, ...]:
        """Those that were asked for float16 arithmetic and computed in it."""
        return tuple(run for run in self.runs if run.mode.asks_for_float16 and run.computes_float16)

    def run(self, mode: ExecutionMode) -> ModeRun | None:
        """A mode's run, if there is one."""
        outcome = self.outcomes.get(mode)
        return outcome if isinstance(outcome, ModeRun) else None

    @property
    def images(self) -> int:
        """Largest number of images that a run has seen."""
        return max((run.images for run in self.runs), default=0)

    @cached_property
    def files(self) -> tuple[FileCompared, ...]:
        """Both files in each mode that could be executed: mode by mode, the float32 file first."""
        both = [run.against(self.baseline) for run in self.runs]
        return tuple(file for compared in both for file in (compared.reference, compared.target))

    @property
    def largest_change(self) -> FileCompared | None:
        """The mode and file whose logits changed most; `None` without runs."""
        return max(
            self.files,
            key=lambda file: np.nan_to_num(file.comparison.max_abs_logit_delta, nan=np.inf),
            default=None,
        )

    @property
    def lowest_accuracy(self) -> FileCompared | None:
        """The mode and file that lost most accuracy; `None` without runs."""
        return min(self.files, key=lambda file: file.comparison.accuracy_delta, default=None)

    @property
    def most_changed(self) -> FileCompared | None:
        """The mode and file that changed most answers; `None` without runs."""
        return max(self.files, key=lambda file: file.comparison.changed_predictions, default=None)
