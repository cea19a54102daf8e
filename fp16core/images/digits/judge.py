"""A small network that tells whether a piece of ink is one whole digit."""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Weights = dict[str, npt.NDArray[np.float32]]

NO_DIGIT = 10
"""Class of pieces that are no whole digit: a part of one, or parts of several."""

LAYERS = ("kernel_1", "bias_1", "kernel_2", "bias_2", "dense_1", "bias_3", "dense_2", "bias_4")
"""Names of the arrays in the file of the weights, from input to output."""

WEIGHTS_FILE = Path(__file__).with_name("judge_weights.npz")
"""Written by ``python -m fp16core.training.judge``."""


def log_probabilities(images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Logarithms of the probabilities of the ten digits, and last of no whole digit, shape (n, 11).

    Parameters
    ----------
    images : float32, shape (n, 28, 28)
        Pieces of ink, as `fp16core.images.digits.judged.as_judged` places them.
    """
    weights = _weights()
    maps = _convolved(images[..., None], weights["kernel_1"], weights["bias_1"])
    maps = _convolved(maps, weights["kernel_2"], weights["bias_2"])
    hidden = np.maximum(maps.reshape(len(images), -1) @ weights["dense_1"] + weights["bias_3"], 0)
    logits = hidden @ weights["dense_2"] + weights["bias_4"]
    logits -= logits.max(axis=1, keepdims=True)
    found: npt.NDArray[np.float32] = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return found


def _convolved(
    maps: npt.NDArray[np.float32], kernel: npt.NDArray[np.float32], bias: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Convolution with a stride of two and padding, as Keras' ``same``, and ReLU."""
    side, size = maps.shape[1], kernel.shape[0]
    padding = (side // 2 - 1) * 2 + size - side
    before = padding // 2
    wide = np.pad(maps, ((0, 0), (before, padding - before), (before, padding - before), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, (size, size), axis=(1, 2))[:, ::2, ::2]
    # (n, rows, columns, channels, size, size) against (size, size, channels, filters)
    flat = windows.reshape(*windows.shape[:3], -1)
    product = flat @ kernel.transpose(2, 0, 1, 3).reshape(-1, kernel.shape[3])
    found: npt.NDArray[np.float32] = np.maximum(product + bias, 0)
    return found


@cache
def _weights() -> Weights:
    with np.load(WEIGHTS_FILE, allow_pickle=False) as file:
        return {name: file[name].astype(np.float32) for name in file.files}
