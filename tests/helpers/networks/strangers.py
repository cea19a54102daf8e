"""Models that are not the tutorial's, as strangers bring them: made with Keras, converted by TensorFlow."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fp16core.convert.from_keras import convert_keras
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.recipe import import_tensorflow


@dataclass(frozen=True, eq=False)
class Stranger:
    """A model of random weights, and both its files by TensorFlow's converter."""

    name: str
    model: Any = field(repr=False)
    reference: ModelFile = field(repr=False)
    target: ModelFile = field(repr=False)

    @property
    def pair(self) -> ModelPair:
        """Both files."""
        return ModelPair(self.name, self.reference, self.target)


def _chain(*layers: Any, shape: tuple[int, ...] = (28, 28, 1), batch: int | None = None) -> Any:
    import keras

    return keras.Sequential([keras.layers.InputLayer(batch_shape=(batch, *shape)), *layers])


def _odd(k: Any) -> Any:
    """Constants of many kinds: scalars, slopes, factors of a normalisation that nothing absorbs."""
    import keras

    given = k.Input((28, 28, 1))
    seen = k.PReLU(shared_axes=[1, 2])(k.Conv2D(8, 3)(k.Rescaling(1 / 0.3, offset=-0.1)(given)))
    flat = k.Flatten()(k.LayerNormalization()(k.MaxPooling2D()(k.BatchNormalization()(seen))))
    return keras.Model(given, k.Dense(10)(flat) * 1.5 + 0.25)


def _residual(k: Any) -> Any:
    import keras

    given = k.Input((28, 28, 1))
    first = k.Conv2D(8, 3, padding="same", activation="relu")(given)
    both = k.Add()([first, k.Conv2D(8, 3, padding="same")(first)])
    return keras.Model(given, k.Dense(10)(k.GlobalAveragePooling2D()(both)))


def _heavy(k: Any) -> Any:
    """Each image grows to 784 megabytes on the way."""
    return _chain(k.UpSampling2D(500), k.GlobalAveragePooling2D(), k.Dense(10))


def _large(k: Any) -> Any:
    """9.8 million bytes of weights."""
    return _chain(k.Flatten(), k.Dense(3_080, "relu"), k.Dense(10), shape=(28, 28))


LARGE = "large"
"""Nearly as large as a file may be, in no list of those to be used."""

HEAVY = "heavy"
"""A network to be ended, in no list of those to be used."""

NETWORKS: dict[str, Callable[[Any], Any]] = {
    "dense only": lambda k: _chain(k.Flatten(), k.Dense(32, "relu"), k.Dense(10), shape=(28, 28)),
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
        k.Conv2D(8, 3, activation="relu"),
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
        k.Reshape((28, 28, 1)), k.Conv2D(12, 3), k.MaxPooling2D(), k.Flatten(), k.Dense(10), shape=(28, 28), batch=1
    ),
    "batch of 7": lambda k: _chain(k.Conv2D(12, 3), k.MaxPooling2D(), k.Flatten(), k.Dense(10), batch=7),
    "transposed": lambda k: _chain(k.Conv2DTranspose(4, 3), k.Flatten(), k.Dense(10)),
    "odd constants": _odd,
    "residual": _residual,
    "recurrent": lambda k: _chain(k.Reshape((4, 196)), k.LSTM(4, unroll=True), k.Dense(10), shape=(28, 28)),
}
"""By name, each a function of `keras.layers`."""


@functools.cache
def stranger(name: str) -> Stranger:
    """One of `NETWORKS`, or the heavy one, made once for all tests."""
    import_tensorflow()
    import keras

    keras.utils.set_random_seed(0)
    model = (NETWORKS | {HEAVY: _heavy, LARGE: _large})[name](keras.layers)
    random = np.random.default_rng(0)  # a bias of 0, as Keras begins with, would not be in the file
    model.set_weights([weights + random.normal(0, 0.05, weights.shape) for weights in model.get_weights()])
    reference, target = convert_keras(model)
    return Stranger(name, model, ModelFile(reference, name), ModelFile(target, f"{name}, half"))
