"""What casting to float16 does to a model's weights."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.numerics.formats import FLOAT16, FloatFormat
from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.reader import read_tflite, replace_weights
from fp16core.vocabulary import ModelPair, PairError

SMALLEST_NORMAL = FLOAT16.smallest_normal
"""Below this magnitude float16 loses mantissa bits (IEEE 754 binary16)."""

LARGEST = FLOAT16.largest
"""Float16's largest finite number."""

OVERFLOW = 65520.0
"""From this magnitude on, rounding to nearest leaves float16's largest number, 65,504."""

RELATIVE_ERROR_BOUND = 2.0**-11
"""Largest relative rounding error of a weight in float16's normal range: half an ULP of 11 bits."""

GUARANTEED_SNR_DB = -20 * math.log10(RELATIVE_ERROR_BOUND)
"""Lowest signal-to-noise ratio that rounding leaves to weights in this range: 66.2 dB."""


@dataclass(frozen=True, eq=False)
class WeightRounding:
    """One weight tensor in both files.

    Attributes
    ----------
    key
        Its place in the graph, such as ``"conv_2d.kernel"``.
    reference
        The float32 weights.
    stored
        The target's weights as the file stores them (float16, or float32 if left alone).
    """

    key: str
    reference: npt.NDArray[np.float32] = field(repr=False)
    stored: npt.NDArray[np.floating] = field(repr=False)

    @property
    def target(self) -> npt.NDArray[np.float32]:
        """The target's weights, upsampled to float32 exactly."""
        return self.stored.astype(np.float32)

    @property
    def was_cast(self) -> bool:
        """Whether the target stores this tensor as float16."""
        return self.stored.dtype == np.float16

    @property
    def error(self) -> npt.NDArray[np.float64]:
        """Rounding error ``target − reference`` of each weight, in float64, where it is exact."""
        return self.target.astype(np.float64) - self.reference

    @property
    def bits_match_numpy(self) -> bool:
        """Whether the stored bits equal ``reference.astype(stored dtype)`` by NumPy, bit for bit."""
        with np.errstate(over="ignore"):
            cast = self.reference.astype(self.stored.dtype)
        return cast.tobytes() == self.stored.tobytes()

    @property
    def is_clamped(self) -> bool:
        """Whether the stored bits equal NumPy's cast of the weights clamped to ±65,504, and only so."""
        clamped = np.clip(self.reference, -LARGEST, LARGEST).astype(self.stored.dtype)
        return not self.bits_match_numpy and clamped.tobytes() == self.stored.tobytes()

    @property
    def noun(self) -> str:
        """What its numbers are called: weights, or biases."""
        return "biases" if self.key.endswith("bias") else "weights"

    @property
    def shape_text(self) -> str:
        """The tensor's shape, as ``12 × 3 × 3 × 1``."""
        return " × ".join(str(n) for n in self.reference.shape)

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
        """Number of target weights that are float16 subnormals, nearer to 0 than 2⁻¹⁴."""
        magnitude = np.abs(self.target)
        return int(np.count_nonzero((magnitude > 0) & (magnitude < SMALLEST_NORMAL))) if self.was_cast else 0

    @property
    def underflowed(self) -> int:
        """Number of weights that are not 0 in the reference and 0 in the target."""
        return int(np.count_nonzero((self.reference != 0) & (self.target == 0)))

    @property
    def overflowed(self) -> int:
        """Number of weights too large for float16, whether stored as infinity or clamped."""
        return int(np.count_nonzero(np.abs(self.reference) >= OVERFLOW)) if self.was_cast else 0

    @property
    def became_infinite(self) -> int:
        """Number of weights that are finite in the reference and, cast to float16, infinite in the target."""
        return int(np.count_nonzero(np.isfinite(self.reference) & np.isinf(self.stored))) if self.was_cast else 0

    @property
    def clamped(self) -> int:
        """Number of weights that rounding would make infinite, and that the target stores as ±65,504 instead."""
        too_large = np.abs(self.reference) >= OVERFLOW
        return int(np.count_nonzero(too_large & (np.abs(self.target) == LARGEST))) if self.was_cast else 0

    @property
    def max_abs_error(self) -> float:
        """Largest magnitude of the rounding error."""
        return float(np.max(np.abs(self.error), initial=0.0))

    @property
    def max_relative_error(self) -> float:
        """Largest ``|target − reference| / |reference|`` over weights that are not 0."""
        nonzero = self.reference != 0
        ratios = np.abs(self.error[nonzero]) / np.abs(self.reference[nonzero].astype(np.float64))
        return float(np.max(ratios, initial=0.0))


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts between edges; ``counts[i]`` values lie from ``edges[i]`` to ``edges[i + 1]``."""

    edges: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]


def weight_roundings(pair: ModelPair) -> dict[str, WeightRounding]:
    """Pair the weights of the two files.

    Returns
    -------
    dict
        In graph order, by the keys of `TfliteFile.weights`.

    Raises
    ------
    ModelFileError
        If a file is not a LiteRT model or is damaged.
    PairError
        If the two graphs have different weights or shapes, or the reference is not float32.
    """
    reference = read_tflite(pair.reference, pair.reference_name).weights()
    target = read_tflite(pair.target, pair.target_name).weights()
    if not reference:
        raise PairError(
            f"{pair.reference_name} has no floating-point convolution or dense weights; "
            "choose the float32 .tflite file."
        )
    if reference.keys() != target.keys():
        raise PairError(
            f"{pair.reference_name} has the weights {_listed(reference)}, {pair.target_name} {_listed(target)}; "
            "choose a target converted from this reference."
        )
    for key, tensor in reference.items():
        if tensor.dtype != "float32":
            raise PairError(f"{pair.reference_name} stores {key} as {tensor.dtype}, not float32; swap the files?")
        if tensor.shape != target[key].shape:
            raise PairError(
                f"{key} has shape {tensor.shape} in {pair.reference_name} and {target[key].shape} in "
                f"{pair.target_name}; choose a target converted from this reference."
            )
    return {
        key: WeightRounding(key, tensor.values, target[key].values)  # type: ignore[arg-type]  # weights() gives none but floating-point tensors
        for key, tensor in reference.items()
    }


def shared_histograms(
    reference: npt.NDArray[np.floating], target: npt.NDArray[np.floating], bins: int = 60
) -> tuple[Histogram, Histogram]:
    """Histograms of two arrays over the same edges, spanning the finite values of both."""
    finite = [values[np.isfinite(values)].astype(np.float64).ravel() for values in (reference, target)]
    edges = np.histogram_bin_edges(np.concatenate(finite), bins)
    first, second = (Histogram(edges, np.histogram(values, edges)[0]) for values in finite)
    return first, second


def error_histogram(rounding: WeightRounding, bins: int = 60) -> Histogram:
    """Histogram of the finite rounding errors, on an axis symmetric about 0."""
    errors = rounding.error[np.isfinite(rounding.error)]
    # An error-free tensor still needs an axis of some width.
    limit = float(np.max(np.abs(errors), initial=0.0)) or 1e-9
    counts, edges = np.histogram(errors, np.linspace(-limit, limit, bins + 1))
    return Histogram(edges, counts)


def rounding_errors(pair: ModelPair) -> dict[str, npt.NDArray[np.float64]]:
    """Magnitude of the rounding error of each weight of the target, by the weights' keys."""
    return {key: np.abs(rounding.error) for key, rounding in weight_roundings(pair).items()}


def format_errors(pair: ModelPair, form: FloatFormat) -> dict[str, npt.NDArray[np.float64]]:
    """Magnitude of the error of each of the reference's weights when rounded to a format, by the weights' keys."""
    weights = read_tflite(pair.reference, pair.reference_name).weights()
    values = {key: tensor.values.astype(np.float32) for key, tensor in weights.items()}
    return {key: np.abs(np.subtract(form.rounded(v), v, dtype=np.float64)) for key, v in values.items()}


def rounded_reference(pair: ModelPair) -> bytes:
    """The reference with each weight that the target stores as float16 replaced by the target's value.

    Running this float32 model and comparing its logits with the target's shows whether the
    target computes in float32 with upsampled weights.
    """
    cast = {key: rounding.target for key, rounding in weight_roundings(pair).items() if rounding.was_cast}
    return replace_weights(pair.reference, cast)


def upsampled_by_operator(file: TfliteFile) -> tuple[int, int]:
    """How the graph upsamples its float16 constants.

    Returns
    -------
    constants, upsampled : int
        Number of float16 constants, and of those that a DEQUANTIZE operator turns into float32.
    """
    constants = [tensor for tensor in file.tensors if tensor.is_constant and tensor.dtype == "float16"]
    upsampled = {op.inputs[0] for op in file.upsampling() if file.tensors[op.outputs[0]].dtype == "float32"}
    return len(constants), sum(tensor.index in upsampled for tensor in constants)


def _listed(weights: dict[str, Tensor]) -> str:
    return ", ".join(weights) or "nothing"
