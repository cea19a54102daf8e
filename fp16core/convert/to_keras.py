"""Reconstruction of the tutorial's Keras network from the weights of a float32 ``.tflite``."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fp16core.tflite.graph import Tensor
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import build_network
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, ModelFileError

_OPERATORS = ["RESHAPE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]

_SETTINGS: dict[str, dict[str, int | str]] = {
    "CONV_2D": {"padding": "VALID", "stride_height": 1, "stride_width": 1, "activation": "RELU"},
    "MAX_POOL_2D": {"padding": "VALID", "stride_height": 2, "filter_height": 2, "filter_width": 2},
    "FULLY_CONNECTED": {"activation": "NONE"},
}

_KEYS = ("conv_2d.kernel", "conv_2d.bias", "fully_connected.weights", "fully_connected.bias")


def rebuild_keras(model: ModelFile) -> Any:
    """Rebuild the Keras model that a ``.tflite`` was converted from.

    Parameters
    ----------
    model
        A float32 ``.tflite`` of the tutorial's network, with any number of kernels of any size.

    Returns
    -------
    keras.Sequential
        Its weights have the layouts (height, width, in, out) and (in, out), those of a ``.tflite``
        (out, height, width, in) and (out, in).

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model, are damaged, or hold another network.
    DependencyError
        If TensorFlow is not installed.
    """
    file, name = model.graph, model.name
    shapes = file.shape_arithmetic()
    operators = [op for op in file.operators if op not in shapes]
    weights = file.weights()
    is_tutorials = (
        [op.name for op in operators] == _OPERATORS
        and all(_SETTINGS.get(op.name, {}).items() <= op.settings.items() for op in operators)
        and {key: tensor.shape for key, tensor in weights.items()} == _shapes(weights)
        and all(tensor.dtype == "float32" for tensor in weights.values())
    )
    if not is_tutorials:
        found = ", ".join(op.name for op in operators) or "no operator"
        raise ModelFileError(
            f"{name} is not the tutorial's network in float32 ({found}); TensorFlow's converter requires a Keras "
            "model, and only this network can be rebuilt from a .tflite file."
        )
    kernel, bias, dense, dense_bias = (np.asarray(weights[key].values) for key in _KEYS)
    network = build_network(filters=len(kernel), kernel_size=kernel.shape[1])
    network.set_weights([kernel.transpose(1, 2, 3, 0), bias, dense.T, dense_bias])
    return network


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes of the tutorial network's weights, given the file's number and size of kernels; empty if none fits."""
    kernel = weights["conv_2d.kernel"].shape if "conv_2d.kernel" in weights else ()
    if len(kernel) != 4 or not 1 <= kernel[1] < IMAGE_SIDE:
        return {}
    filters, size = kernel[:2]
    pooled = (IMAGE_SIDE - size + 1) // 2
    shapes = (filters, size, size, 1), (filters,), (CLASSES, filters * pooled**2), (CLASSES,)
    return dict(zip(_KEYS, shapes, strict=True))
