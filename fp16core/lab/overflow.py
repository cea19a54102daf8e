"""Both models with their weights moved up or down the scale: where float16 begins to hurt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import normalise
from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.comparison import Comparison, costs_a_point
from fp16core.evaluate.evaluation import NO_ANSWER, Evaluation
from fp16core.numerics.scaling import rescaled_weights
from fp16core.numerics.weight_rounding import LARGEST_FINITE, WeightRounding
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.chain import Layer
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_weights


@dataclass(frozen=True)
class Census:
    """Counts of one tensor's weights by the effect of the cast to float16.

    Attributes
    ----------
    total, subnormal, underflowed, overflowed
        Numbers of weights: all, stored with fewer bits, stored as 0 though they were not, and too large.
    """

    total: int
    subnormal: int
    underflowed: int
    overflowed: int

    @property
    def normal(self) -> int:
        """Number of weights stored with all of float16's precision, or as the 0 they were."""
        return self.total - self.subnormal - self.underflowed - self.overflowed


@dataclass(frozen=True)
class ScaleResult:
    """Both models with one layer's weights multiplied by a factor and the next one's divided by it.

    Attributes
    ----------
    factor
        The factor.
    reference_accuracy, target_accuracy, accuracy_delta
        Of the rescaled models, as shares of 1, and target − reference.
    changed_predictions, unanswered
        Numbers of images: those whose two predictions differ, and those to which the target's logits are no numbers.
    max_abs_logit_delta
        Largest magnitude of target − reference, both rescaled; NaN if a logit is not a number.
    reference_delta
        Largest magnitude of what rescaling itself changed in the float32 model's logits.
    census
        By the keys of the rescaled weights.
    """

    factor: float
    reference_accuracy: float
    target_accuracy: float
    accuracy_delta: float
    changed_predictions: int
    unanswered: int
    max_abs_logit_delta: float
    reference_delta: float
    census: dict[str, Census]

    @property
    def rescaled(self) -> Census:
        """Census of all rescaled weights together."""
        parts = self.census.values()
        return Census(
            total=sum(part.total for part in parts),
            subnormal=sum(part.subnormal for part in parts),
            underflowed=sum(part.underflowed for part in parts),
            overflowed=sum(part.overflowed for part in parts),
        )

    @property
    def hurts(self) -> bool:
        """True if float16 costs at least a point of accuracy."""
        return costs_a_point(self.accuracy_delta)


def measure_scale(
    pair: ModelPair,
    layers: tuple[Layer, Layer],
    factor: float,
    clamp: bool,
    images: npt.NDArray[np.uint8],
    original: Evaluation,
) -> ScaleResult:
    """Rescale two layers of both models and run them.

    Parameters
    ----------
    pair
        Reference and target.
    layers
        The layer to multiply and the one to divide, of `fp16core.numerics.scaling.scalable_pairs`.
    factor
        Above 0.
    clamp
        True if weights beyond ±65,504 are stored as that, as TensorFlow's converter does, or as infinity, as NumPy
        and LiteRT Quantizer do.
    images : uint8, shape (n, 28, 28)
    original
        The reference as it is, on the same images.

    Raises
    ------
    ModelFileError
        If the runtime refuses or fails on a rescaled model.
    """
    weights = rescaled_weights(layers, factor)
    stored = pair.target.graph.weights()
    cast = {
        key: _stored(values, np.float16 if stored[key].dtype == "float16" else np.float32, clamp)
        for key, values in weights.items()
    }
    inputs = normalise(images)
    reference, target = (
        Evaluation(Classifier(model).logits(inputs), original.labels, model.size_bytes)
        for model in (
            replace_weights(pair.reference, weights, "the rescaled float32 model"),
            replace_weights(pair.target, cast, "the rescaled float16 model"),
        )
    )
    both = Comparison(reference, target)
    return ScaleResult(
        factor=factor,
        reference_accuracy=reference.accuracy.value,
        target_accuracy=target.accuracy.value,
        accuracy_delta=both.accuracy_delta,
        changed_predictions=both.changed_predictions,
        unanswered=int(np.count_nonzero(target.predictions == NO_ANSWER)),
        max_abs_logit_delta=both.max_abs_logit_delta,
        reference_delta=BothAnswers(original, reference).max_abs_logit_delta,
        census={key: _census(WeightRounding(key, values, cast[key])) for key, values in weights.items()},
    )


def unharmed_range(results: Sequence[ScaleResult]) -> tuple[int, int] | None:
    """Places of the smallest and the largest factor around 1 between which float16 hurts at none.

    Parameters
    ----------
    results
        At least one, at increasing factors.

    Returns
    -------
    first, last : int
        Or ``None`` if float16 hurts even at the factor nearest to 1.
    """
    start = min(range(len(results)), key=lambda place: abs(np.log(results[place].factor)))
    if results[start].hurts:
        return None
    low = high = start
    while low > 0 and not results[low - 1].hurts:
        low -= 1
    while high < len(results) - 1 and not results[high + 1].hurts:
        high += 1
    return low, high


def nearest_power(base: int, power: int, other: int, powers: Sequence[int]) -> int:
    """The power of ``other`` nearest to ``base ** power``, among ``powers``: 10³ for 2¹⁰."""
    exact = power * math.log(base) / math.log(other)
    return min(powers, key=lambda candidate: abs(candidate - exact))


def _stored(values: npt.NDArray[np.float32], dtype: type[np.floating], clamp: bool) -> npt.NDArray[np.floating]:
    with np.errstate(over="ignore"):  # becoming infinite is the outcome to be seen
        return (np.clip(values, -LARGEST_FINITE, LARGEST_FINITE) if clamp and dtype is np.float16 else values).astype(
            dtype
        )


def _census(rounding: WeightRounding) -> Census:
    return Census(rounding.reference.size, rounding.subnormal, rounding.underflowed, rounding.overflowed)
