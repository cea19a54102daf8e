"""Layers seen as sums of products: the im2col that a kernel sees, its weights as columns, its activation."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.tflite.chain import Layer

_Scalar = TypeVar("_Scalar", bound=np.floating[Any])


def activation(layer: Layer) -> Callable[[npt.NDArray[_Scalar]], npt.NDArray[_Scalar]]:
    """The function fused into a layer, which keeps the dtype."""
    limits = {"NONE": (-np.inf, np.inf), "RELU": (0.0, np.inf), "RELU6": (0.0, 6.0)}[layer.activation]
    return lambda values: np.clip(values, *limits)


def weight_matrix(stored: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """LiteRT's weights, whose first axis counts the sums, as a matrix with a column for each sum."""
    return stored.reshape(len(stored), -1).T


def im2col(layer: Layer, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """What the kernel sees at each place, as the last axis, in the order of the kernel's weights."""
    stacked = np.stack(list(sliding_windows(layer, values)), axis=3)
    return stacked.reshape(*stacked.shape[:3], -1)


def sliding_windows(layer: Layer, values: npt.NDArray[_Scalar]) -> Iterator[npt.NDArray[_Scalar]]:
    """Views of (n, height, width, channels), one for each place in the window, each in the layer's strides."""
    settings, (height, width) = layer.operator.settings, layer.output_shape[:2]
    if layer.weights is None:
        rows, columns = int(settings["filter_height"]), int(settings["filter_width"])
    else:
        rows, columns = layer.weights.shape[1:3]
    down, right = int(settings["stride_height"]), int(settings["stride_width"])
    for i, j in product(range(rows), range(columns)):
        yield values[:, i : i + down * (height - 1) + 1 : down, j : j + right * (width - 1) + 1 : right]
