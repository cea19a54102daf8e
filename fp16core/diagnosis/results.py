"""Results of a diagnosis: four verdicts on a model, and the evidence behind each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from fp16core.tflite.size_account import SizeAccount


class Finding(Enum):
    """Outcome of a verdict.

    Without real inputs no verdict is better than `NOTHING_FOUND`: made-up inputs can show a break, not its absence.
    """

    SAFE = "safe"
    NOTHING_FOUND = "nothing found"
    BREAKS = "breaks"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class KindCast:
    """Weights of all operators of one kind.

    Attributes
    ----------
    kind
        LiteRT's name of the operators (``"CONV_2D"``).
    cast_weights, kept_weights
        Numbers stored as float16, and left as float32.
    kept_bytes
        Bytes of the latter.
    """

    kind: str
    cast_weights: int
    kept_weights: int
    kept_bytes: int


@dataclass(frozen=True)
class CastTensor:
    """Effect of the cast on one stored tensor.

    Attributes
    ----------
    tensor, operators
        Name of the tensor, and indices of the operators that read it.
    weights
        Numbers in it.
    infinite, clamped, zero, subnormal
        How many became infinite, were clamped to ±65,504, became 0, or are below the smallest normal float16 number.
    max_relative_error
        Largest ``|target − reference| / |reference|`` over finite results of nonzero numbers.
    """

    tensor: str
    operators: tuple[int, ...]
    weights: int
    infinite: int
    clamped: int
    zero: int
    subnormal: int
    max_relative_error: float


@dataclass(frozen=True)
class CastFile:
    """The model's file, cast by one converter.

    Attributes
    ----------
    by
        The converter (``"LiteRT Quantizer"``, ``"TensorFlow's converter"``).
    kinds, tensors
        Weights by operator kind; the effect on each tensor that was cast.
    account
        Account of the file's size: why it is not half.
    """

    by: str
    kinds: tuple[KindCast, ...]
    tensors: tuple[CastTensor, ...]
    account: SizeAccount


@dataclass(frozen=True)
class FileVerdict:
    """Verdict 1: the file.

    Attributes
    ----------
    finding, sentence
        Outcome, and in words.
    codes_filled_in
        True if the file stored operator codes in the old place only, where converters do not look.
    casts
        The file as each converter casts it.
    refused
        Reasons of converters that reject the model, by converter.
    """

    finding: Finding
    sentence: str
    codes_filled_in: bool
    casts: tuple[CastFile, ...]
    refused: Mapping[str, str] = field(default_factory=dict)


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
        0 if that is no larger than the values themselves.
    overflows
        True if a value, or an intermediate one, is beyond every finite float16 number.
    zeroed_share, subnormal_share
        Shares of nonzero values that round to 0, or to a subnormal number.
    sample
        Sample in which the largest magnitude occurs.
    reaches_output
        True if the overflow changes an output of the model.
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
    reaches_output: bool


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
    """

    finding: Finding
    sentence: str
    operators: tuple[OperatorRange, ...]
    first_overflow: int | None


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
