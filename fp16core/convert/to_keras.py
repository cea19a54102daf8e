"""The tutorial's Keras network, rebuilt around the weights of a float32 ``.tflite``."""

from typing import Any

import numpy as np

from fp16core.convert.tflite_file import read_tflite
from fp16core.models.recipe import build_network
from fp16core.vocabulary import ModelFileError

_OPERATORS = ["RESHAPE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]

_SETTINGS: dict[str, dict[str, int | str]] = {
    "CONV_2D": {"padding": "VALID", "stride_height": 1, "stride_width": 1, "activation": "RELU"},
    "MAX_POOL_2D": {"padding": "VALID", "stride_height": 2, "filter_height": 2, "filter_width": 2},
    "FULLY_CONNECTED": {"activation": "NONE"},
}

_SHAPES = {
    "conv_2d.kernel": (12, 3, 3, 1),
    "conv_2d.bias": (12,),
    "fully_connected.weights": (10, 2028),
    "fully_connected.bias": (10,),
}


def rebuild_keras(model: bytes, name: str = "the model") -> Any:
    """A Keras model that computes what a converted one does.

    Parameters
    ----------
    model
        Contents of a float32 ``.tflite`` of the tutorial's network.
    name
        What to call it in errors.

    Returns
    -------
    keras.Sequential
        Its kernels are stored as (height, width, in, out) and (in, out), where a ``.tflite`` has
        (out, height, width, in) and (out, in).

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model, are damaged, or hold another network.
    DependencyError
        If TensorFlow is not installed.
    """
    file = read_tflite(model, name)
    shapes = file.shape_arithmetic()
    operators = [op for op in file.operators if op not in shapes]
    weights = file.weights()
    is_tutorials = (
        [op.name for op in operators] == _OPERATORS
        and all(_SETTINGS.get(op.name, {}).items() <= op.settings.items() for op in operators)
        and {key: tensor.shape for key, tensor in weights.items()} == _SHAPES
        and all(tensor.dtype == "float32" for tensor in weights.values())
    )
    if not is_tutorials:
        found = ", ".join(op.name for op in operators) or "no operator"
        raise ModelFileError(
            f"{name} is not the tutorial's network in float32 ({found}); TensorFlow's converter starts from a Keras "
            "model, and only that network can be rebuilt from a .tflite file."
        )
    kernel, bias, dense, dense_bias = (np.asarray(weights[key].values) for key in _SHAPES)
    network = build_network()
    network.set_weights([kernel.transpose(1, 2, 3, 0), bias, dense.T, dense_bias])
    return network
