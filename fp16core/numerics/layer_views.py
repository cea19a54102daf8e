"""Layers as matrix products: patches, weight matrices, sliding windows and activations.

A convolution or a fully connected layer is one product of matrices; a depthwise convolution is one for each channel of
its input. These are the *groups*, the first axis of all arrays here.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from fp16core.tflite.chain import WINDOWED, Layer

_Scalar = TypeVar("_Scalar", bound=np.floating[Any])


def activation(layer: Layer) -> Callable[[npt.NDArray[_Scalar]], npt.NDArray[_Scalar]]:
    """The function that the layer ends in; it preserves the dtype."""
    limits = {"NONE": (-np.inf, np.inf), "RELU": (0.0, np.inf), "RELU6": (0.0, 6.0)}[layer.activation]
    return lambda values: np.clip(values, *limits)


def weight_matrices(layer: Layer, stored: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Reshape numbers stored like the layer's weights, shape (groups, inputs, outputs of a group)."""
    if layer.operator.name == "DEPTHWISE_CONV_2D":
        return stored.reshape(-1, layer.groups, stored.shape[3] // layer.groups).transpose(1, 0, 2)
    return stored.reshape(len(stored), -1).T[None]


def bias_rows(layer: Layer, stored: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Reshape numbers stored like the layer's bias, shape (groups, 1, outputs of a group)."""
    return stored.reshape(layer.groups, 1, -1)


def input_rows(layer: Layer, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Unfold the input of a layer with weights so that the layer becomes matrix products (im2col).

    Parameters
    ----------
    layer
        A convolution, a depthwise convolution, or a fully connected layer.
    values : shape (n, height, width, channels) or (n, inputs)

    Returns
    -------
    shape (groups, sums, inputs of each sum)
        The inputs under the kernel at each output position, in the order of the kernel's weights; beyond the edge of
        the image, 0.
    """
    if layer.operator.name not in WINDOWED:
        return values[None]
    stacked = np.stack(list(sliding_windows(layer, values)), axis=3)
    terms, channels = stacked.shape[3:]
    rows = stacked.reshape(-1, terms, channels)
    return rows.transpose(2, 0, 1) if layer.operator.name == "DEPTHWISE_CONV_2D" else rows.reshape(1, len(rows), -1)


def output_values(layer: Layer, sums: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """Arrange sums, shape (groups, sums, outputs of a group), as the layer's output, shape (n, …)."""
    return np.moveaxis(sums, 0, 1).reshape(-1, *layer.output_shape)


def sliding_windows(layer: Layer, values: npt.NDArray[_Scalar], beyond: float = 0.0) -> Iterator[npt.NDArray[_Scalar]]:
    """Strided views of the input, one for each offset within the layer's kernel or pooling window.

    Element (n, y, x, c) of the view for offset (i, j) is the input at ``(n, y · stride + i, x · stride + j, c)``,
    counted from the padding on, or ``beyond`` outside of the image.
    """
    if values.ndim == 3:  # images without an axis for channels
        values = values[..., None]
    window = layer.window(*values.shape[1:3])
    if any(window.before + window.after):
        sides = zip(window.before, window.after, strict=True)
        values = np.pad(values, ((0, 0), *sides, (0, 0)), constant_values=beyond)
    (height, width), (down, right) = window.count, window.stride
    for i, j in product(*map(range, window.size)):
        yield values[:, i : i + down * (height - 1) + 1 : down, j : j + right * (width - 1) + 1 : right]


def values_per_window(layer: Layer, height: int, width: int) -> npt.NDArray[np.int64]:
    """Number of values of an image that a window covers at each place, shape (output height, output width, 1)."""
    covered = np.zeros((*layer.window(height, width).count, 1), np.int64)
    for (inside,) in sliding_windows(layer, np.ones((1, height, width, 1))):
        covered += inside.astype(np.int64)
    return covered


def reciprocals(layer: Layer, height: int, width: int) -> npt.NDArray[np.float32]:
    """Factors by which averages in half precision multiply sums, shape (output height, output width, 1).

    XNNPACK rounds those of AVERAGE_POOL_2D to float16, and not those of MEAN.
    """
    exact = (1 / values_per_window(layer, height, width)).astype(np.float32)
    return exact.astype(np.float16).astype(np.float32) if layer.operator.name == "AVERAGE_POOL_2D" else exact
