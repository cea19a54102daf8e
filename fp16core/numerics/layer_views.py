"""Layers as matrix products: im2col patches, weight matrices, sliding windows and fused activations."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.tflite.chain import Layer

_Scalar = TypeVar("_Scalar", bound=np.floating[Any])


def activation(layer: Layer) -> Callable[[npt.NDArray[_Scalar]], npt.NDArray[_Scalar]]:
    """The layer's fused activation function; it preserves the dtype."""
    limits = {"NONE": (-np.inf, np.inf), "RELU": (0.0, np.inf), "RELU6": (0.0, 6.0)}[layer.activation]
    return lambda values: np.clip(values, *limits)


def weight_matrix(stored: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Reshape LiteRT weights, whose first axis is the output channel, to a matrix of shape (inputs, outputs)."""
    return stored.reshape(len(stored), -1).T


def im2col(layer: Layer, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Unfold a convolution's input so that the convolution becomes a matrix product.

    Parameters
    ----------
    layer
        A convolution.
    values : shape (n, height, width, channels)

    Returns
    -------
    shape (n, output height, output width, kernel height · kernel width · channels)
        The inputs under the kernel at each output position, in the order of the kernel's weights.
    """
    stacked = np.stack(list(sliding_windows(layer, values)), axis=3)
    return stacked.reshape(*stacked.shape[:3], -1)


def sliding_windows(layer: Layer, values: npt.NDArray[_Scalar]) -> Iterator[npt.NDArray[_Scalar]]:
    """Strided views of the input, one for each offset within the layer's kernel or pooling window.

    Element (n, y, x, c) of the view for offset (i, j) is the input at ``(n, y · stride + i, x · stride + j, c)``.
    """
    settings, (height, width) = layer.operator.settings, layer.output_shape[:2]
    if layer.weights is None:
        rows, columns = int(settings["filter_height"]), int(settings["filter_width"])
    else:
        rows, columns = layer.weights.shape[1:3]
    down, right = int(settings["stride_height"]), int(settings["stride_width"])
    for i, j in product(range(rows), range(columns)):
        yield values[:, i : i + down * (height - 1) + 1 : down, j : j + right * (width - 1) + 1 : right]
