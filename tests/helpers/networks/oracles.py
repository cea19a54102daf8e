"""Independent computations of what a network answers."""

import numpy as np
import numpy.typing as npt

from fp16core.tflite.model_file import ModelFile


def forward(model: ModelFile, images: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float64]]:
    """The tutorial's network in float64 from the file's weights, after each operator."""
    weights = {key: tensor.values.astype(np.float64) for key, tensor in model.graph.weights().items()}
    pixels = images.astype(np.float64)[..., None]
    windows = np.lib.stride_tricks.sliding_window_view(pixels[..., 0], (3, 3), axis=(1, 2))
    kernels = weights["conv_2d.kernel"][..., 0]
    convolved = np.einsum("nhwij,cij->nhwc", windows, kernels) + weights["conv_2d.bias"]
    rectified = np.maximum(convolved, 0)
    corners = [rectified[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
    pooled = np.max(corners, axis=0)
    flat = pooled.reshape(len(images), -1)
    logits = flat @ weights["fully_connected.weights"].T + weights["fully_connected.bias"]
    return [pixels, rectified, pooled, flat, logits]


LOGIT_TOLERANCE = 1e-4
"""Keras and the interpreter sum 2,028 products of some units each in different orders: some hundred float32
roundings of 1e-6. A single weight rounded to float16 would move logits by up to 2e-3."""
