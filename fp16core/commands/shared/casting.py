"""The effect of a conversion on the weights of a model."""

from typing import Any

from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.casting import Casting, casting
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import DatasetError, ModelFileError, PairError


def casting_document(pair: ModelPair) -> dict[str, Any]:
    """The effect on the weights; and on the answers to the test images, if a weight is too large for float16.

    Whatever cannot be determined for a network, which need not be a digit classifier, becomes a remark.

    Parameters
    ----------
    pair
        The float32 model and its conversion.
    """
    holds_float16 = holds_float16_weights(pair.target)
    try:
        found = casting(weight_roundings(pair), holds_float16)
    except (ModelFileError, PairError) as error:
        return _with_remark(
            Casting(holds_float16), f"The weights too large for float16 could not be determined: {error}"
        )
    if not found.is_out_of_range:
        return found.document(None)
    try:
        return found.document(_answers(pair))
    except (ModelFileError, PairError, DatasetError) as error:
        return _with_remark(found, f"The effect on the answers was not measured: {error}")


def _with_remark(found: Casting, remark: str) -> dict[str, Any]:
    document = found.document(None)
    document["remarks"].append(remark)
    return document


def _answers(pair: ModelPair) -> BothAnswers:
    from fp16core.data.mnist import load_mnist
    from fp16core.evaluate.comparison import compare

    return compare(pair, *load_mnist("test"))
