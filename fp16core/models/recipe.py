"""The tutorial's network and training recipe.

Keras and TensorFlow are imported inside the functions: only the process that trains or
converts pays for them.
"""

import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.vocabulary import CLASSES, IMAGE_SIDE, DependencyError

Progress = Callable[[str, float], None]
"""Called with what is happening and the fraction done, 0 to 1."""

STEPS_PER_EXECUTION = 125
"""Batches for each call into TensorFlow's graph; one at a time, as ``fit`` does by default, is slower."""

BATCHES_PER_GATHER = 50
"""Batches whose images are gathered and scaled in one go, and then cut apart again."""


LIMITS = {"epochs": (1, 1000), "seed": (0, 2**31 - 1), "batch_size": (1, 60_000)}
"""Smallest and largest value of each setting of a `Recipe`."""


@dataclass(frozen=True)
class Recipe:
    """What a training run may vary; the defaults are the tutorial's, with a seed.

    Attributes
    ----------
    epochs
        Passes over the training images.
    seed
        Fixes initial weights and shuffling; the same seed on the same machine gives the same bits.
    batch_size
        Images for each step of the optimiser.
    """

    epochs: int = 1
    seed: int = 0
    batch_size: int = 32

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} is {value}; expected a whole number from {low} to {high:,}.")


@dataclass(frozen=True)
class Trained:
    """A trained Keras model and the metrics of each epoch (``loss``, ``val_accuracy``, …)."""

    model: Any
    history: dict[str, list[float]]


def import_tensorflow() -> Any:
    """TensorFlow, quietly.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise DependencyError(
            "TensorFlow is not installed; training and reading .keras files need it "
            "(pip install -r requirements.txt). A float32 .tflite can be quantized without it."
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow

    return tensorflow


def build_network() -> Any:
    """The tutorial's network, untrained: 20,410 parameters, logits (n, 10) from images (n, 28, 28)."""
    import_tensorflow()
    import keras

    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(IMAGE_SIDE, IMAGE_SIDE)),
            keras.layers.Reshape(target_shape=(IMAGE_SIDE, IMAGE_SIDE, 1)),
            keras.layers.Conv2D(filters=12, kernel_size=(3, 3), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES),
        ]
    )


def train(
    recipe: Recipe,
    training: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    validation: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]],
    on_progress: Progress = lambda what, done: None,
) -> Trained:
    """Train the tutorial's network: Adam, sparse categorical cross-entropy from logits.

    The images stay uint8 and are gathered and scaled to 0…1 some batches at a time, and TensorFlow runs
    many batches for each call; both change time and memory, not the arithmetic of a step.

    Parameters
    ----------
    recipe
        Epochs, seed, batch size.
    training, validation
        Images uint8 (n, 28, 28) and labels uint8 (n,).
    on_progress
        Called as training goes on; an exception it raises ends the training.

    Raises
    ------
    DependencyError
        If TensorFlow is not installed.
    """
    tf = import_tensorflow()
    import keras

    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()

    def batches(data: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]], size: int, shuffled: bool) -> Any:
        images, labels = tf.constant(data[0]), tf.constant(data[1])
        indices = tf.data.Dataset.range(len(data[1]))
        if shuffled:
            indices = indices.shuffle(len(data[1]), seed=recipe.seed)
        gathered = indices.batch(size * BATCHES_PER_GATHER).map(
            lambda i: (tf.cast(tf.gather(images, i), tf.float32) / 255.0, tf.gather(labels, i))
        )
        # Cutting apart loses the count; without it Keras would take the second epoch's end for a mishap.
        return gathered.rebatch(size).apply(tf.data.experimental.assert_cardinality(-(-len(data[1]) // size)))

    steps_per_epoch = -(-len(training[1]) // recipe.batch_size)

    class Report(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        epoch = 0

        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: object = None) -> None:
            # With steps_per_execution the last batch index runs past the end of the epoch.
            within = min((batch + 1) / steps_per_epoch, 1.0)
            on_progress(f"epoch {self.epoch + 1} of {recipe.epochs}", (self.epoch + within) / recipe.epochs)

    model = build_network()
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=min(STEPS_PER_EXECUTION, steps_per_epoch),
        # With "auto", 8 of 31 runs stalled for two seconds when validation began; with False, 1 of 26.
        jit_compile=False,
    )
    fitted = model.fit(
        batches(training, recipe.batch_size, shuffled=True),
        epochs=recipe.epochs,
        validation_data=batches(validation, 200, shuffled=False),
        shuffle=False,  # by Keras; the data set shuffles itself, with the recipe's seed
        verbose=0,
        callbacks=[Report()],
    )
    return Trained(model, {name: [float(v) for v in values] for name, values in fitted.history.items()})
