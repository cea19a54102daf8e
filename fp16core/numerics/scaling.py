"""Moving a network's weights up or down without changing what it computes.

ReLU and max pooling let a positive factor through: ``relu(s·x) = s·relu(x)``. So if all weights and
biases of one layer are multiplied by s and the weights of the next divided by s, the logits stay the
same. In float32 they do so bit for bit if s is a power of two and nothing leaves
float32's normal range; float16 has less room.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fp16core.tflite.chain import Layer
from fp16core.vocabulary import ModelFileError


def scalable_pairs(layers: Sequence[Layer]) -> tuple[tuple[Layer, Layer], ...]:
    """Layers with weights, each with the next such layer, between which a positive factor can be moved.

    Parameters
    ----------
    layers
        A network, read by `fp16core.tflite.chain.read_chain`.

    Raises
    ------
    ModelFileError
        If there is no such pair.
    """
    weighted = [place for place, layer in enumerate(layers) if layer.weights is not None]
    found = tuple(
        (layers[first], layers[second])
        for first, second in pairwise(weighted)
        # RELU6 stops at 6 whatever the factor.
        if all(layer.activation != "RELU6" for layer in layers[first:second])
    )
    if not found:
        raise ModelFileError("the network has no two layers with weights between which a factor could be moved.")
    return found


def rescaled_weights(pair: tuple[Layer, Layer], factor: float) -> dict[str, npt.NDArray[np.float32]]:
    """The weights of both layers, the first multiplied by the factor and the second divided by it.

    Parameters
    ----------
    pair
        One of `scalable_pairs`.
    factor
        Above 0.

    Returns
    -------
    dict
        By the keys of `TfliteFile.weights`; the second layer's bias is not among them, as it stays. Each is
        rounded to float32 once.

    Raises
    ------
    ValueError
        If the factor is not above 0.
    """
    if not factor > 0:
        raise ValueError(f"a factor of {factor} would change what the network computes; expected one above 0.")
    first, second = pair
    scaled = {first.weights_key: (first.weights, factor), second.weights_key: (second.weights, 1 / factor)}
    if first.bias is not None:
        scaled[first.bias_key] = (first.bias, factor)
    with np.errstate(over="ignore"):  # a weight beyond float32's range becomes infinite, and shows
        return {
            key: (values.astype(np.float64) * by).astype(np.float32)
            for key, (values, by) in scaled.items()
            if values is not None
        }
