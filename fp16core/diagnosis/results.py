"""Results of verdicts 2 and 3: ranges and errors of operators and outputs, and the evidence behind each."""

from dataclasses import dataclass

from fp16core.diagnosis.file_results import CastFile, CastTensor, FileVerdict, KindCast
from fp16core.diagnosis.finding import Finding

__all__ = [
    "ArithmeticVerdict",
    "CastFile",
    "CastTensor",
    "ConstantRange",
    "FileVerdict",
    "Finding",
    "KindCast",
    "OperatorError",
    "OperatorRange",
    "OutputError",
    "RangeVerdict",
]


@dataclass(frozen=True)
class OperatorRange:
    """Range of an operator's float32 values over all samples.

    Attributes
    ----------
    operator, kind, tensor
        Index and kind of the operator, name of the tensor it computes.
    low, high
        Smallest and largest finite value.
    smallest
        Smallest nonzero magnitude; 0 if all values are 0.
    intermediate, intermediate_largest
        Largest magnitude of what it squares or sums on the way, and its description (``"sum of squares"``); empty and
        0 if that is no larger than the values themselves. Of partial sums, a bound is given where they may overflow.
    overflows
        True if a value, or an intermediate one, is beyond every finite float16 number; a mere bound does not count.
    zeroed_share, subnormal_share
        Shares of nonzero values that round to 0, or to a subnormal number.
    sample
        Sample in which the largest magnitude occurs.
    reaches_output
        True if the overflow changes an output of the model; false too if there is none, and `None` if it was not
        followed, because many operators before it overflow.
    zeros_reach_output
        True if it is the first of a chain whose numbers mostly round to 0, and this changes an output.
    """

    operator: int
    kind: str
    tensor: str
    low: float
    high: float
    smallest: float
    intermediate: str
    intermediate_largest: float
    overflows: bool
    zeroed_share: float
    subnormal_share: float
    sample: int
    reaches_output: bool | None
    zeros_reach_output: bool = False


@dataclass(frozen=True)
class ConstantRange:
    """A stored constant that float16 changes into another kind of number, and operators read.

    Attributes
    ----------
    operator, kind, tensor
        Index and kind of the first operator that reads it, and its name.
    value
        The number that float16 cannot hold: the largest in magnitude that becomes infinite, otherwise the smallest.
    numbers
        How many of its numbers become so.
    becomes
        ``"infinite"``, ``"zero"`` or ``"subnormal"``.
    reaches_output
        True if this alone changes an output of the model; `None` if that was not followed, because there are many.
    """

    operator: int
    kind: str
    tensor: str
    value: float
    numbers: int
    becomes: str
    reaches_output: bool | None


@dataclass(frozen=True)
class RangeVerdict:
    """Verdict 2: the range of float32 values, which needs no device.

    Attributes
    ----------
    finding, sentence
        Outcome, and in words.
    operators
        Operators that compute floating-point numbers, in order.
    first_overflow
        Index of the first operator whose values no float16 number can hold, and whose overflow reaches an output; of
        the first at all if none does; `None` if there is none.
    constants
        Constants that float16 turns into infinities, zeros or subnormal numbers.
    """

    finding: Finding
    sentence: str
    operators: tuple[OperatorRange, ...]
    first_overflow: int | None
    constants: tuple[ConstantRange, ...] = ()


@dataclass(frozen=True)
class OperatorError:
    """Error of an operator's results in float16 arithmetic, against float32, over all samples.

    Attributes
    ----------
    operator, kind, tensor
        As in `OperatorRange`.
    snr_db
        Signal-to-noise ratio in decibels, over results that are finite in both; infinite if they are equal.
    max_abs_error
        Largest magnitude of target − reference over the same.
    not_finite
        Results that are infinite or NaN though the reference's are finite.
    is_float16
        True if all results are float16 numbers: otherwise the operator stayed in float32.
    """

    operator: int
    kind: str
    tensor: str
    snr_db: float
    max_abs_error: float
    not_finite: int
    is_float16: bool


@dataclass(frozen=True)
class OutputError:
    """Error of one of the model's outputs in float16 arithmetic.

    Attributes
    ----------
    name
        Name of the output.
    snr_db, max_abs_error, not_finite
        As in `OperatorError`.
    largest
        Largest magnitude of the reference.
    samples, same_argmax
        Samples, and how many keep their largest place; the latter only for an output declared as classes.
    tolerance
        Largest error that the user accepts, if it was given.
    """

    name: str
    snr_db: float
    max_abs_error: float
    not_finite: int
    largest: float
    samples: int
    same_argmax: int | None
    tolerance: float | None

    @property
    def is_within(self) -> bool | None:
        """True if the error is within the tolerance, false if it is not or a result is not finite; else None."""
        if self.not_finite:
            return False
        return None if self.tolerance is None else self.max_abs_error <= self.tolerance


@dataclass(frozen=True)
class ArithmeticVerdict:
    """Verdict 3: float16 arithmetic on one device.

    Attributes
    ----------
    finding, sentence
        Outcome, and in words.
    device
        Device and mode (``"CPU, XNNPACK forced to float16"``, or a GPU with its adapter).
    outputs, operators
        Errors of the outputs, and of each operator in order.
    """

    finding: Finding
    sentence: str
    device: str
    outputs: tuple[OutputError, ...]
    operators: tuple[OperatorError, ...]
