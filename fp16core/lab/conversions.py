"""Two ways from the same float32 model to float16, compared with each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import predicted
from fp16core.numerics.weight_rounding import WeightRounding, weight_roundings
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.replace import replace_weights

CONVERTER = "TensorFlow's converter"
QUANTIZER = "LiteRT Quantizer"


@dataclass(frozen=True, eq=False)
class Conversion:
    """A float16 file, and how it differs from its float32 reference.

    Attributes
    ----------
    file
        Its graph, without the stored data.
    stored_types
        Types in which it stores weights and biases, by those two nouns.
    bits_match_numpy
        True if every weight and bias that was cast has the bits of NumPy's cast.
    holds_float16
        True if any weight or bias was cast.
    comparison
        Its answers against the reference's.
    """

    file: TfliteFile = field(repr=False)
    stored_types: Mapping[str, tuple[str, ...]]
    bits_match_numpy: bool
    holds_float16: bool
    comparison: Comparison = field(repr=False)

    @staticmethod
    def of(file: TfliteFile, roundings: Mapping[str, WeightRounding], comparison: Comparison) -> "Conversion":
        """Summary of a file whose weights and answers have been compared."""
        types: dict[str, set[str]] = {}
        for rounding in roundings.values():
            types.setdefault(rounding.noun, set()).add(str(rounding.stored.dtype))
        return Conversion(
            file.outline(),
            {noun: tuple(sorted(found)) for noun, found in types.items()},
            all(rounding.bits_match_numpy for rounding in roundings.values()),
            any(rounding.was_cast for rounding in roundings.values()),
            comparison,
        )

    def dtypes(self, noun: str) -> str:
        """Type in which the ``"weights"`` or the ``"biases"`` are stored: ``"float16"``, or several types."""
        return ", ".join(self.stored_types.get(noun, ())) or "none"


@dataclass(frozen=True, eq=False)
class TwoWays:
    """A pair's own target beside the one that LiteRT Quantizer makes of the same reference.

    Attributes
    ----------
    target, quantized
        The pair's target, and LiteRT Quantizer's.
    between
        The two files' answers; deltas are quantized − target.
    is_same_file
        True if the two files are equal byte for byte.
    target_maker
        Maker of the pair's target, as far as known: LiteRT Quantizer if the files are equal, TensorFlow's
        converter if the pair has the record of a training run, which uses no other.
    """

    target: Conversion
    quantized: Conversion
    between: BothAnswers = field(repr=False)
    is_same_file: bool
    target_maker: str


def convert_both_ways(pair: ModelPair, comparison: Comparison, images: npt.NDArray[np.uint8]) -> TwoWays:
    """Quantize the pair's reference with LiteRT Quantizer, and compare that with the pair's target.

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
        As `quantize_tflite` and `compare`.
    """
    made = quantize_tflite(pair.reference)
    is_same_file = made.contents == pair.target.contents
    other = ModelPair(pair.name, pair.reference, made)
    compared = compare(other, images, comparison.labels)
    return TwoWays(
        Conversion.of(pair.target.graph, weight_roundings(pair), comparison),
        Conversion.of(made.graph, weight_roundings(other), compared),
        BothAnswers(comparison.target, compared.target),
        is_same_file,
        QUANTIZER if is_same_file else CONVERTER if pair.run else "an unknown converter",
    )


@dataclass(frozen=True, eq=False)
class OneWeight:
    """One weight as a file stores it, and the model's answer with it.

    Attributes
    ----------
    stored
        The weight as the file stores it.
    dtype
        Type in which it is stored.
    logits : float32, shape (10,)
        Of one image.
    """

    stored: float
    dtype: str
    logits: npt.NDArray[np.float32] = field(repr=False)

    @property
    def prediction(self) -> int:
        """The class it names; `NO_ANSWER` if a logit is NaN."""
        return int(predicted(self.logits[None])[0])

    @property
    def unusable_logits(self) -> int:
        """Number of logits that are infinite or NaN."""
        return int(np.count_nonzero(~np.isfinite(self.logits)))


def first_tensor(roundings: Mapping[str, WeightRounding]) -> str:
    """Key of the first tensor of several numbers; of the first one if there is none."""
    return next((key for key, tensor in roundings.items() if tensor.reference.size > 1), next(iter(roundings)))


def with_first_weight(reference: ModelFile, key: str, value: float) -> ModelFile:
    """A copy of a float32 ``.tflite`` with another first weight in one tensor.

    Parameters
    ----------
    reference
        The file.
    key
        A tensor, by the keys of `TfliteFile.weights`.
    value
        The new weight; it is rounded to float32.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model, are damaged, or the tensor is not float32.
    """
    weights = reference.graph.weights()[key].values.astype(np.float32)
    weights.flat[0] = value
    return replace_weights(reference, {key: weights})


def read_one_weight(model: ModelFile, key: str, image: npt.NDArray[np.uint8]) -> OneWeight:
    """Read back a tensor's first weight, and run the model on one image.

    Parameters
    ----------
    model
        A ``.tflite`` file.
    key
        A tensor, by the keys of `TfliteFile.weights`.
    image : uint8, shape (28, 28)

    Raises
    ------
    ModelFileError
        If the file is no digit classifier, is damaged, or the runtime refuses it.
    """
    tensor = model.graph.weights()[key]
    logits = Classifier(model).logits(normalise(image[None]))[0]
    return OneWeight(float(tensor.values.flat[0]), tensor.dtype, logits)
