"""Results of verdict 1: the file, as each converter casts it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fp16core.diagnosis.finding import Finding
from fp16core.tflite.size_account import SizeAccount


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
        The converter (``"LiteRT Quantizer"``, ``"TensorFlow's converter"``; ``"your converter"`` of a float16 file that
        the user gave, ``"its converter"`` of a model that held float16 weights from the beginning).
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
