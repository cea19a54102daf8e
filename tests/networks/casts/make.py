"""Writes the networks of this folder: ``python -m tests.networks.casts.make [FOLDER]``, which needs TensorFlow.

Constants of every kind, each file beside its float16 counterpart by TensorFlow's converter.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent

ODD = np.array([np.nan, np.inf, -np.inf, 1e9, -1e9, 65_519, 65_520, 1e-8], np.float32)
"""Numbers that float16 cannot hold."""


def _weights() -> Any:
    return np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)


def _layers(*layers: Any) -> Any:
    import keras

    model = keras.Sequential([*layers])
    random = np.random.default_rng(0)
    model.set_weights([random.normal(0, 0.5, weights.shape) for weights in model.get_weights()])
    return model


def _of_keras(name: str) -> Any:
    import keras

    k = keras.layers
    match name:
        case "embedding":
            return _layers(k.Input((5,), dtype="int32"), k.Embedding(20, 8), k.GlobalAveragePooling1D(), k.Dense(4))
        case "gru":
            return _layers(k.Input((6, 4), batch_size=1), k.GRU(5), k.Dense(3))
        case _:
            return _layers(k.Input((16, 3)), k.Conv1D(4, 3), k.LayerNormalization(), k.Dense(2))


def _functions() -> dict[str, Callable[[Any], Any]]:
    import tensorflow as tf

    weights = tf.constant(_weights())
    return {
        "shared": lambda x: tf.nn.relu(x @ weights) @ weights,
        "odd numbers": lambda x: x * ODD,
        "branches": lambda x: tf.cond(tf.reduce_sum(x) > 0, lambda: x @ weights, lambda: x @ (weights + 1)),
        "loop": lambda x: tf.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, tf.tanh(y @ weights)), (0, x))[1],
        "constant output": lambda x: (x + 1.5, tf.constant([1.25, 2.5])),
    }


OF_KERAS = ("embedding", "gru", "normalisation")
NAMES = (*OF_KERAS, "shared", "odd numbers", "branches", "loop", "constant output")


def file_name(name: str, role: str) -> str:
    """Name of a network's file; ``role`` is ``reference`` or ``target``."""
    return f"{name.replace(' ', '_')}.{role}.tflite"


def converted(name: str) -> tuple[bytes, bytes]:
    """The float32 and the float16 file of a network."""
    import tensorflow as tf

    def converter() -> Any:
        if name in OF_KERAS:
            return tf.lite.TFLiteConverter.from_keras_model(_of_keras(name))
        signature = [tf.TensorSpec((1, 8), tf.float32)]
        function = tf.function(_functions()[name], input_signature=signature).get_concrete_function()
        return tf.lite.TFLiteConverter.from_concrete_functions([function])

    halving = converter()
    halving.optimizations = [tf.lite.Optimize.DEFAULT]
    halving.target_spec.supported_types = [tf.float16]
    return converter().convert(), halving.convert()


def write(folder: Path) -> None:
    """Write all networks into a folder."""
    for name in NAMES:
        for role, contents in zip(("reference", "target"), converted(name), strict=True):
            (folder / file_name(name, role)).write_bytes(contents)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
