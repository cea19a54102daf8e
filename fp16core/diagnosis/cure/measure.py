"""Measurement of a treated model: its results against the untreated model's in float32, within a budget."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fp16core.diagnosis.samples import Samples
from fp16core.runtime.digit_interpreter import open_interpreter, rejection_named
from fp16core.tflite.model_file import ModelFile

Array = npt.NDArray[np.generic]

Outputs = tuple[Array, ...]
"""The results of all samples for each output of a model, flattened."""

Device = Callable[[ModelFile], Outputs]
"""Outputs of a model for the samples, computed in float16 by some device."""

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
    """

    snr_db: float
    not_finite: int

    def is_better_than(self, other: "Quality", by_db: float = 0.0) -> bool:
        """True if fewer results are not finite, or as many and the ratio is higher by more than ``by_db``."""
        if self.not_finite != other.not_finite:
            return self.not_finite < other.not_finite
        return self.snr_db > other.snr_db + by_db

    @classmethod
    def worst(cls, found: Sequence["Quality"]) -> "Quality":
        """The worst of several devices."""
        return cls(min(one.snr_db for one in found), max(one.not_finite for one in found))


@dataclass
class Budget:
    """Bound on the work of finding cures.

    Attributes
    ----------
    runs
        Models that may still be run, each on all samples.
    seconds
        Time from now after which no further run begins.
    """

    runs: int = 400
    seconds: float = 120.0
    _start: float = field(default_factory=time.monotonic, repr=False)

    @property
    def is_spent(self) -> bool:
        """True if no further run may begin."""
        return self.runs <= 0 or time.monotonic() - self._start > self.seconds

    def spend(self) -> None:
        """Count one run."""
        self.runs -= 1


def interpreted(model: ModelFile, samples: Samples) -> Outputs:
    """Outputs of a model in float32, computed by LiteRT's interpreter.

    Raises
    ------
    ModelFileError
        If the file is damaged or the interpreter rejects it.
    """
    outputs = [tensor.index for tensor in model.graph.outputs]
    found: list[list[Array]] = [[] for _ in outputs]
    with rejection_named(model.name):
        interpreter = open_interpreter(model.contents, preserve_all_tensors=False)
        for _ in _runs(interpreter, model, samples):
            for values, index in zip(found, outputs, strict=True):
                values.append(interpreter.get_tensor(index).ravel())
    return tuple(np.concatenate(values) for values in found)


def watched(model: ModelFile, samples: Samples, tensors: Sequence[int]) -> Iterator[Mapping[int, Array]]:
    """Float32 values of intermediate tensors, by index, sample by sample.

    Raises
    ------
    ModelFileError
        As `interpreted`.
    """
    with rejection_named(model.name):
        interpreter = Interpreter(
            model_content=model.contents,
            num_threads=1,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        for _ in _runs(interpreter, model, samples):
            yield {index: interpreter.get_tensor(index) for index in tensors}


def _runs(interpreter: Interpreter, model: ModelFile, samples: Samples) -> Iterator[int]:
    given = [tensor.index for tensor in model.graph.inputs]
    for index, shape in zip(given, samples.shapes, strict=True):
        interpreter.resize_tensor_input(index, shape)
    interpreter.allocate_tensors()
    for place in range(len(samples)):
        interpreter.reset_all_variables()
        for index, values in zip(given, samples[place], strict=True):
            interpreter.set_tensor(index, values)
        interpreter.invoke()
        yield place


def quality(reference: Outputs, found: Outputs) -> Quality:
    """Results against the reference's, output by output."""
    ratios, lost = [], 0
    for expected, result in zip(reference, found, strict=True):
        true, got = expected.astype(np.float64), result.astype(np.float64)
        finite = np.isfinite(true) & np.isfinite(got)
        lost += int((np.isfinite(true) & ~np.isfinite(got)).sum())
        ratios.append(_ratio_db(true[finite], got[finite]))
    return Quality(min(ratios, default=np.inf), lost)


def _ratio_db(true: npt.NDArray[np.float64], got: npt.NDArray[np.float64]) -> float:
    noise, signal = float(np.square(got - true).sum()), float(np.square(true).sum())
    if noise == 0:
        return float("inf") if true.size else float("-inf")
    return 10 * float(np.log10(signal / noise)) if signal else float("-inf")


def sameness(reference: Outputs, found: Outputs) -> str | None:
    """Agreement of a treated float32 model with the original in words; `None` if its results are not the same.

    They are the same if no bit differs, or no result by more than `SAME_WITHIN` of the output's largest magnitude.
    """
    largest = 0.0
    for expected, result in zip(reference, found, strict=True):
        true, got = expected.astype(np.float64), result.astype(np.float64)
        if true.shape != got.shape:
            return None
        differs = ~((true == got) | (np.isnan(true) & np.isnan(got)))
        if not differs.any():
            continue
        scale = float(np.abs(true[np.isfinite(true)]).max(initial=0.0))
        if scale == 0 or not np.isfinite(got[differs]).all() or not np.isfinite(true[differs]).all():
            return None
        largest = max(largest, float(np.abs(got - true)[differs].max()) / scale)
    if largest > SAME_WITHIN:
        return None
    if largest == 0:
        return "its float32 results stay the same bit for bit"
    return f"its float32 results change by at most {largest:.1e} of the largest"
