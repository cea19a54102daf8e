"""Writes the networks of this folder: ``python -m tests.networks.make [FOLDER]``, which needs TensorFlow.

Each network has random weights, the same each time. Beside its two files by TensorFlow's converter lies what Keras
answers with it, in ``answers.npz``, so that tests need no TensorFlow to check answers against Keras's.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.convert.from_keras import convert_keras
from fp16core.data.mnist import load_mnist, normalise
from fp16core.training.recipe import import_tensorflow
from tests.helpers.networks.handmade import LARGE
from tests.helpers.networks.strangers import FOLDER

ANSWERED = 30
"""Images that Keras answers with each network; all of them for the trial's, whose accuracy a test counts."""

ANSWERED_BY_ALL = {"two convolutions": 500}

AS_KERAS_TOO = ("too large",)
"""Networks that are kept as Keras files, too."""


def _chain(*layers: Any, shape: tuple[int, ...] = (28, 28, 1), batch: int | None = None) -> Any:
    import keras

    return keras.Sequential([keras.layers.InputLayer(batch_shape=(batch, *shape)), *layers])


def _odd(k: Any) -> Any:
    """Constants of many kinds: scalars, slopes, factors of a normalisation that nothing absorbs."""
    import keras

    given = k.Input((28, 28, 1))
    seen = k.PReLU(shared_axes=[1, 2])(k.Conv2D(4, 3)(k.Rescaling(1 / 0.3, offset=-0.1)(given)))
    flat = k.Flatten()(k.LayerNormalization()(k.MaxPooling2D()(k.BatchNormalization()(seen))))
    return keras.Model(given, k.Dense(10)(flat) * 1.5 + 0.25)


def _residual(k: Any) -> Any:
    import keras

    given = k.Input((28, 28, 1))
    first = k.Conv2D(8, 3, padding="same", activation="relu")(given)
    both = k.Add()([first, k.Conv2D(8, 3, padding="same")(first)])
    return keras.Model(given, k.Dense(10)(k.GlobalAveragePooling2D()(both)))


NETWORKS: dict[str, Callable[[Any], Any]] = {
    "dense only": lambda k: _chain(k.Flatten(), k.Dense(8, "relu"), k.Dense(10), shape=(28, 28)),
    "two convolutions": lambda k: _chain(
        k.Conv2D(8, 3, padding="same", activation="relu"),
        k.MaxPooling2D(),
        k.Conv2D(16, 3, padding="same", activation="relu"),
        k.MaxPooling2D(),
        k.Flatten(),
        k.Dense(10),
    ),
    "softmax": lambda k: _chain(
        k.Reshape((28, 28, 1)),
        k.Conv2D(4, 3, activation="relu"),
        k.MaxPooling2D(),
        k.Flatten(),
        k.Dense(10, "softmax"),
        shape=(28, 28),
    ),
    "depthwise": lambda k: _chain(
        k.Conv2D(8, 3, strides=2, use_bias=False),
        k.BatchNormalization(),
        k.ReLU(6.0),
        k.DepthwiseConv2D(3),
        k.ReLU(),
        k.GlobalAveragePooling2D(),
        k.Dense(10),
    ),
    "batch of 1": lambda k: _chain(
        k.Reshape((28, 28, 1)), k.Conv2D(4, 3), k.MaxPooling2D(), k.Flatten(), k.Dense(10), shape=(28, 28), batch=1
    ),
    "batch of 7": lambda k: _chain(k.Conv2D(4, 3), k.MaxPooling2D(), k.Flatten(), k.Dense(10), batch=7),
    "transposed": lambda k: _chain(k.Conv2DTranspose(2, 3), k.Flatten(), k.Dense(10)),
    "odd constants": _odd,
    "residual": _residual,
    "recurrent": lambda k: _chain(k.Reshape((4, 196)), k.LSTM(4, unroll=True), k.Dense(10), shape=(28, 28)),
    # Each image grows to 784 megabytes on the way.
    "heavy": lambda k: _chain(k.UpSampling2D(500), k.GlobalAveragePooling2D(), k.Dense(10)),
    # Weights up to 70,000, which the converter clamps.
    "too large": lambda k: _chain(k.Flatten(), k.Dense(10), shape=(28, 28)),
}
"""By name, each a function of `keras.layers`."""


def build(name: str) -> Any:
    """Keras's model of that name, with its weights."""
    import keras

    keras.utils.set_random_seed(0)
    model = NETWORKS[name](keras.layers)
    if name == "too large":
        model.set_weights([LARGE.T, np.full(10, 0.5, np.float32)])
    else:
        random = np.random.default_rng(0)  # a bias of 0, as Keras begins with, would not be in the file
        model.set_weights([weights + random.normal(0, 0.05, weights.shape) for weights in model.get_weights()])
    return model


def keras_answers(model: Any, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Keras's answers, a batch at a time if the model takes no other number of images; blank ones fill up the last."""
    shape = model.input_shape
    size = shape[0] or len(inputs)
    filled = np.zeros((-(-len(inputs) // size) * size, *shape[1:]), np.float32)
    filled[: len(inputs)] = inputs.reshape(-1, *shape[1:])
    answers: npt.NDArray[np.float32] = model.predict(filled, batch_size=size, verbose=0)
    return answers[: len(inputs)]


def file_name(name: str, kind: str) -> str:
    """Name of a network's file; ``kind`` is ``reference.tflite``, ``target.tflite`` or ``keras``."""
    return f"{name.replace(' ', '_')}.{kind}"


def write(folder: Path) -> None:
    """Write all networks and Keras's answers into a folder."""
    import_tensorflow()
    inputs = normalise(load_mnist("test")[0])
    answers: dict[str, Any] = {}
    for name in NETWORKS:
        model = build(name)
        reference, target = convert_keras(model)
        (folder / file_name(name, "reference.tflite")).write_bytes(reference)
        (folder / file_name(name, "target.tflite")).write_bytes(target)
        if name in AS_KERAS_TOO:
            model.save(folder / file_name(name, "keras"))
        if name != "heavy":
            answers[name] = keras_answers(model, inputs[: ANSWERED_BY_ALL.get(name, ANSWERED)])
    np.savez_compressed(folder / "answers.npz", **answers)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
