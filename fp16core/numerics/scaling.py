"""Rescaling of a network's weights that leaves its function unchanged.

ReLU, pooling and averages are positively homogeneous: ``relu(s·x) = s·relu(x)`` for ``s > 0``. If the
weights and biases of one layer are multiplied by s and the weights of the next are divided by s, the logits stay the
same (M. Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, ICCV 2019, section 4.1).
In float32 they stay the same bit for bit if s is a power of two and nothing leaves the normal range; float16's range is
far smaller.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from fp16core.tflite.chain import Layer
from fp16core.vocabulary import ModelFileError


def scalable_pairs(layers: Sequence[Layer]) -> tuple[tuple[Layer, Layer], ...]:
    """Pairs of consecutive layers with weights between which a positive factor can be moved.

    Parameters
    ----------
    layers
        A network, as returned by `fp16core.tflite.chain.read_chain`.

    Raises
    ------
    ModelFileError
        If there is no such pair.
    """
    weighted = [place for place, layer in enumerate(layers) if layer.weights is not None]
    found = tuple(
        (layers[first], layers[second])
        for first, second in pairwise(weighted)
        # RELU6 clips at 6, so it is not homogeneous.
        if all(layer.activation != "RELU6" for layer in layers[first:second])
    )
    if not found:
        raise ModelFileError("the network has no two consecutive layers with weights that could be rescaled.")
    return found


def rescaled_weights(pair: tuple[Layer, Layer], factor: float) -> dict[str, npt.NDArray[np.float32]]:
    """Weights of both layers, the first multiplied by a factor and the second divided by it.

    Parameters
    ----------
    pair
        One of `scalable_pairs`.
    factor
        Greater than 0.

    Returns
    -------
    dict
        Rescaled tensors by the keys of `TfliteFile.weights`, each rounded to float32 once. The second layer's
        bias is absent because it does not change.

    Raises
    ------
    ValueError
        If the factor is not above 0.
    """
    if not factor > 0:
        raise ValueError(f"a factor of {factor} would change the network's function; expected one greater than 0.")
    first, second = pair
    scaled = {first.weights_key: (first.weights, factor), second.weights_key: (second.weights, 1 / factor)}
    if first.bias is not None:
        scaled[first.bias_key] = (first.bias, factor)
    with np.errstate(over="ignore"):  # a weight beyond float32's range becomes infinite, an outcome to be shown
        return {
            key: (values.astype(np.float64) * by).astype(np.float32)
            for key, (values, by) in scaled.items()
            if values is not None
        }
