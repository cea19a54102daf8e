"""LiteRT's operators in NumPy, as far as the networks of ``tests/networks/diagnosis`` need them: their oracle."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def _activated(values: Array, activation: str) -> Array:
    return np.maximum(values, 0) if activation == "RELU" else values


def _convolution(image: Array, kernel: Array, bias: Array, activation: str = "NONE") -> Array:
    """Valid padding, stride 1; kernels (filters, height, width, channels)."""
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape[1:3], axis=(1, 2))
    return _activated(np.einsum("nyxchw,fhwc->nyxf", windows, kernel) + bias, activation)


def _batch_product(left: Array, right: Array, transposed: bool = False) -> Array:
    return np.asarray(left @ (right.swapaxes(-1, -2) if transposed else right))


def _softmax(values: Array) -> Array:
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def _sigmoid(values: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-values)))


def _lstm(*operands: Array) -> Array:
    """Sequences (n, steps, features) to the hidden states (n, steps, units); no peepholes, no projection."""
    given, weights, recurrent, biases = operands[0], operands[1:5], operands[5:9], operands[12:16]
    hidden = np.zeros((len(given), recurrent[0].shape[1]), given.dtype)
    cell, states = hidden, []
    for step in range(given.shape[1]):
        sums = [given[:, step] @ w.T + hidden @ r.T + b for w, r, b in zip(weights, recurrent, biases, strict=True)]
        keep_in, keep, new, out = _sigmoid(sums[0]), _sigmoid(sums[1]), np.tanh(sums[2]), _sigmoid(sums[3])
        cell = keep * cell + keep_in * new
        hidden = out * np.tanh(cell)
        states.append(hidden)
    return np.stack(states, axis=1)


def _reduced(over: Callable[..., Any]) -> Callable[[Array, Array], Array]:
    return lambda values, axes: np.asarray(over(values, axis=tuple(axes.tolist()), keepdims=True))


OPERATORS: dict[str, Callable[..., Array]] = {
    "ADD": np.add,
    "BATCH_MATMUL": _batch_product,
    "CONCATENATION": lambda *parts: np.concatenate(parts, axis=-1),
    "CONV_2D": _convolution,
    "DIV": np.divide,
    "FULLY_CONNECTED": lambda x, w, b, activation="NONE": _activated(x @ w.T + b, activation),
    "GATHER": lambda table, rows: table[rows],
    "L2_NORMALIZATION": lambda x: x / np.sqrt(np.maximum(np.square(x).sum(axis=-1, keepdims=True), 1e-6)),
    "LESS": np.less,
    "MAXIMUM": np.maximum,
    "MEAN": _reduced(np.mean),
    "MUL": np.multiply,
    "RESHAPE": lambda x, shape: x.reshape(shape.tolist()),
    "RSQRT": lambda x: 1 / np.sqrt(x),
    "SOFTMAX": _softmax,
    "SQRT": np.sqrt,
    "SQUARE": np.square,
    "SQUARED_DIFFERENCE": lambda a, b: np.square(a - b),
    "SUB": np.subtract,
    "SUM": _reduced(np.sum),
    "TANH": np.tanh,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}
"""By LiteRT's name, each a function of its operands and settings."""
