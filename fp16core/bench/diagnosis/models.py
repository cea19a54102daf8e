"""Three ordinary models of random weights, and samples for them: ``python -m fp16core.bench.diagnosis.models FOLDER``.

Needs TensorFlow, and downloads nothing. Normalisations have the statistics of the samples, as after a training, so that
activations neither vanish nor grow.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.redirection import redirected_output
from fp16core.training.recipe import import_tensorflow

SAMPLES = 8
"""Samples for each model."""

_TOKENS, _WORDS, _WIDTH, _BLOCKS, _HEADS = 64, 8_000, 128, 4, 4
"""The transformer: tokens in a text, words known, width, blocks, heads."""

_PICTURE = (1, 224, 224, 3)

Samples = npt.NDArray[Any]


def _mobilenet(keras: Any, random: np.random.Generator) -> tuple[Any, Samples]:
    given = keras.Input(batch_shape=_PICTURE, name="given")
    model = keras.applications.MobileNetV2(input_tensor=given, weights=None)
    return model, random.uniform(-1, 1, (SAMPLES, *_PICTURE)).astype(np.float32)


def _efficientnet(keras: Any, random: np.random.Generator) -> tuple[Any, Samples]:
    model = keras.applications.EfficientNetB0(
        input_tensor=keras.Input(batch_shape=_PICTURE, name="given"), weights=None
    )
    return model, random.uniform(0, 255, (SAMPLES, *_PICTURE)).astype(np.float32)


def _transformer(keras: Any, random: np.random.Generator) -> tuple[Any, Samples]:
    layers = keras.layers
    given = keras.Input(batch_shape=(1, _TOKENS), dtype="int32", name="given")
    hidden = layers.Embedding(_WORDS, _WIDTH)(given)
    for _ in range(_BLOCKS):
        normed = layers.LayerNormalization()(hidden)
        attended = layers.MultiHeadAttention(_HEADS, _WIDTH // _HEADS)(normed, normed, use_causal_mask=True)
        hidden = layers.Add()([hidden, attended])
        wide = layers.Dense(4 * _WIDTH, activation="gelu")(layers.LayerNormalization()(hidden))
        hidden = layers.Add()([hidden, layers.Dense(_WIDTH)(wide)])
    pooled = layers.GlobalAveragePooling1D()(layers.LayerNormalization()(hidden))
    model = keras.Model(given, layers.Dense(10)(pooled))
    return model, random.integers(0, _WORDS, (SAMPLES, 1, _TOKENS)).astype(np.int32)


MODELS: dict[str, Callable[[Any, np.random.Generator], tuple[Any, Samples]]] = {
    "MobileNetV2": _mobilenet,
    "EfficientNetB0": _efficientnet,
    "small transformer": _transformer,
}
"""By name, each a function of Keras and a random generator."""


def file_stem(name: str) -> str:
    """Name of a model's files, without their endings."""
    return name.replace(" ", "_")


def _calibrate(keras: Any, model: Any, samples: Samples) -> None:
    """Give each batch normalisation the mean and variance of one sample."""
    normalisations = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for layer in normalisations:
        layer.momentum = 0.0
    model(samples[0], training=True)


def write_models(folder: Path) -> None:
    """Write each model as float32 ``.tflite``, and its samples as ``.npz``."""
    tf = import_tensorflow()
    keras = tf.keras
    for name, build in MODELS.items():
        keras.utils.set_random_seed(0)
        keras.backend.clear_session()
        model, samples = build(keras, np.random.default_rng(0))
        _calibrate(keras, model, samples)
        contents = tf.lite.TFLiteConverter.from_keras_model(model).convert()
        (folder / f"{file_stem(name)}.tflite").write_bytes(contents)
        np.savez(folder / f"{file_stem(name)}.npz", given=samples)


if __name__ == "__main__":
    with tempfile.TemporaryFile() as log, redirected_output(log):  # the converter prints as well
        write_models(Path(sys.argv[1]))
    print(json.dumps({"models": list(MODELS)}))
