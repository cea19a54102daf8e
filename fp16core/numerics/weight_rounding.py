"""Rounding errors of a model's weights cast to float16."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.numerics.formats import FLOAT16, FloatFormat
from fp16core.text import dimensions_text
from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import PairError

SMALLEST_NORMAL = FLOAT16.smallest_normal
"""Smallest magnitude that float16 represents with full precision, 2⁻¹⁴; below, numbers are subnormal."""

LARGEST_FINITE = FLOAT16.largest_finite
"""Largest finite float16 number, 65,504."""

OVERFLOW_THRESHOLD = 65520.0
"""Smallest magnitude that rounds to infinity: half an ULP above `LARGEST_FINITE`."""

RELATIVE_ERROR_BOUND = 2.0**-11
"""Bound on the relative rounding error in float16's normal range: the unit roundoff of an 11-bit significand."""


@dataclass(frozen=True, eq=False)
class WeightRounding:
    """One weight tensor in both files.

    Attributes
    ----------
    key
        The tensor's key in `TfliteFile.weights`, such as ``"conv_2d.kernel"``.
    reference
        The float32 weights.
    stored
        The target's weights in the dtype of the file: float16, or float32 if they were not quantized.
    """

    key: str
    reference: npt.NDArray[np.float32] = field(repr=False)
    stored: npt.NDArray[np.floating] = field(repr=False)

    @property
    def target(self) -> npt.NDArray[np.float32]:
        """The target's weights upsampled to float32, which is exact."""
        return self.stored.astype(np.float32)

    @property
    def was_cast(self) -> bool:
        """True if the target stores this tensor as float16."""
        return self.stored.dtype == np.float16

    @property
    def error(self) -> npt.NDArray[np.float64]:
        """Rounding error ``target − reference`` of each weight; exact, because it is computed in float64."""
        return self.target.astype(np.float64) - self.reference

    @property
    def bits_match_numpy(self) -> bool:
        """True if the stored bits equal those of NumPy's ``reference.astype(stored.dtype)``."""
        with np.errstate(over="ignore"):
            cast = self.reference.astype(self.stored.dtype)
        return cast.tobytes() == self.stored.tobytes()

    @property
    def is_clamped(self) -> bool:
        """True if the stored bits equal NumPy's cast only after clamping the reference to ±65,504."""
        clamped = np.clip(self.reference, -LARGEST_FINITE, LARGEST_FINITE).astype(self.stored.dtype)
        return not self.bits_match_numpy and clamped.tobytes() == self.stored.tobytes()

    @property
    def noun(self) -> str:
        """Plural noun for the tensor's elements: ``"weights"`` or ``"biases"``."""
        return "biases" if self.key.endswith("bias") else "weights"

    @property
    def shape_text(self) -> str:
        """Shape of the tensor, such as ``12 × 3 × 3 × 1``."""
        return dimensions_text(self.reference.shape)

    @property
    def low(self) -> float:
        """Smallest reference weight."""
        return float(self.reference.min())

    @property
    def high(self) -> float:
        """Largest reference weight."""
        return float(self.reference.max())

    @property
    def subnormal(self) -> int:
        """Number of target weights that are subnormal in float16: nonzero and smaller in magnitude than 2⁻¹⁴."""
        magnitude = np.abs(self.target)
        return int(np.count_nonzero((magnitude > 0) & (magnitude < SMALLEST_NORMAL))) if self.was_cast else 0

    @property
    def underflowed(self) -> int:
        """Number of weights that are nonzero in the reference and 0 in the target."""
        return int(np.count_nonzero((self.reference != 0) & (self.target == 0)))

    @property
    def overflowed(self) -> int:
        """Number of weights too large for float16, stored as infinity or clamped."""
        return int(np.count_nonzero(np.abs(self.reference) >= OVERFLOW_THRESHOLD)) if self.was_cast else 0

    @property
    def became_infinite(self) -> int:
        """Number of weights that are finite in the reference and infinite in the float16 target."""
        return int(np.count_nonzero(np.isfinite(self.reference) & np.isinf(self.stored))) if self.was_cast else 0

    @property
    def clamped(self) -> int:
        """Number of weights that would round to infinity but are stored as ±65,504."""
        too_large = np.abs(self.reference) >= OVERFLOW_THRESHOLD
        return int(np.count_nonzero(too_large & (np.abs(self.target) == LARGEST_FINITE))) if self.was_cast else 0

    @property
    def max_abs_error(self) -> float:
        """Largest magnitude of the rounding error."""
        return float(np.max(np.abs(self.error), initial=0.0))

    @property
    def max_relative_error(self) -> float:
        """Largest ``|target − reference| / |reference|`` over the nonzero weights."""
        nonzero = self.reference != 0
        ratios = np.abs(self.error[nonzero]) / np.abs(self.reference[nonzero].astype(np.float64))
        return float(np.max(ratios, initial=0.0))


def require_matching_weights(pair: ModelPair) -> None:
    """Check that the two files have the same weights except for rounding; files that run need not belong together.

    Raises
    ------
    ModelFileError, PairError
        As `weight_roundings`.
    """
    _matching_weights(pair)


def weight_roundings(pair: ModelPair) -> dict[str, WeightRounding]:
    """Match the weight tensors of the two files.

    Returns
    -------
    dict
        Tensors in graph order, by the keys of `TfliteFile.weights`.

    Raises
    ------
    ModelFileError
        If a file is not a LiteRT model or is damaged.
    PairError
        If the two graphs have different weights or shapes, or the reference's weights are not float32.
    """
    return {
        key: WeightRounding(key, reference.values, target.values)  # type: ignore[arg-type]  # weights() returns floating-point tensors only
        for key, (reference, target) in _matching_weights(pair).items()
    }


def largest_tensor(roundings: Mapping[str, WeightRounding]) -> str:
    """Key of the tensor with the most weights."""
    return max(roundings, key=lambda key: roundings[key].reference.size)


def rounding_errors(pair: ModelPair) -> dict[str, npt.NDArray[np.float64]]:
    """Magnitude of each target weight's rounding error, by the keys of `TfliteFile.weights`."""
    return {key: np.abs(rounding.error) for key, rounding in weight_roundings(pair).items()}


def format_errors(pair: ModelPair, to: FloatFormat) -> dict[str, npt.NDArray[np.float64]]:
    """Magnitude of each reference weight's error when rounded to a format, by the keys of `TfliteFile.weights`."""
    weights = pair.reference.graph.weights()
    values = {key: tensor.values.astype(np.float32) for key, tensor in weights.items()}
    return {key: np.abs(np.subtract(to.rounded(v), v, dtype=np.float64)) for key, v in values.items()}


def rounded_reference(pair: ModelPair) -> ModelFile:
    """Float32 model with the target's weights: the reference, each weight stored as float16 replaced by its value.

    If its logits equal the target's, the target computes in float32 with upsampled weights.
    """
    cast = {key: rounding.target for key, rounding in weight_roundings(pair).items() if rounding.was_cast}
    return replace_weights(pair.reference, cast, "the rounded reference")


def upsampled_by_operator(file: TfliteFile) -> tuple[int, int]:
    """Count the float16 constants of a graph and those upsampled by an operator.

    Returns
    -------
    constants, upsampled : int
        Number of float16 constants, and of those that feed a DEQUANTIZE operator with float32 output.
    """
    constants = [tensor for tensor in file.tensors if tensor.is_constant and tensor.dtype == "float16"]
    upsampled = {op.inputs[0] for op in file.upsampling() if file.tensors[op.outputs[0]].dtype == "float32"}
    return len(constants), sum(tensor.index in upsampled for tensor in constants)


def _matching_weights(pair: ModelPair) -> dict[str, tuple[Tensor, Tensor]]:
    """Each weight tensor of the reference with the target's, by the keys of `TfliteFile.weights`."""
    reference = pair.reference.graph.weights()
    target = pair.target.graph.weights()
    if not reference:
        raise PairError(
            f"{pair.reference.name} has no floating-point convolution or dense weights; "
            "choose the float32 .tflite file."
        )
    if reference.keys() != target.keys():
        raise PairError(
            f"{pair.reference.name} has the weights {_listed(reference)}, but {pair.target.name} has "
            f"{_listed(target)}; choose a target converted from this reference."
        )
    for key, tensor in reference.items():
        if tensor.dtype != "float32":
            raise PairError(f"{pair.reference.name} stores {key} as {tensor.dtype}, not float32; swap the files?")
        if tensor.shape != target[key].shape:
            raise PairError(
                f"{key} is {dimensions_text(tensor.shape)} in {pair.reference.name} and "
                f"{dimensions_text(target[key].shape)} in {pair.target.name}; choose a target converted from this "
                "reference."
            )
    return {key: (tensor, target[key]) for key, tensor in reference.items()}


def _listed(weights: dict[str, Tensor]) -> str:
    return ", ".join(weights) or "nothing"
