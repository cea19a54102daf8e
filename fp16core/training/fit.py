"""Training of a recipe's network with progress events. TensorFlow is imported inside functions."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.training.distortions import distorted
from fp16core.training.recipe import GOOD, Recipe, build, import_tensorflow
from fp16core.training.trace import KERNEL_KEYS, Snapshot, TrainingStep, weight_histogram
from fp16core.vocabulary import IMAGE_SIDE, RecipeError

STEPS_PER_EPOCH = 15
"""Progress events per epoch; between them, TensorFlow runs many batches in one call, which is faster."""

IMAGES_PER_GATHER = 640
"""Images gathered and scaled in one go, before they are split into batches."""

_LAST_RATE = 0.01
"""The good network's last step size, as a share of its first."""

_INITIAL_BINS = 16
"""Fewest bins of the untrained network's histograms, and half of the most; growing weights add bins."""


def train(
    recipe: Recipe,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    on_event: Callable[[TrainingStep | Snapshot], None] = lambda _event: None,
    after_epoch: Callable[[Any, TrainingStep], object] = lambda _model, _step: None,
) -> Any:
    """Train a recipe's network on sparse categorical cross-entropy from logits.

    The images stay uint8 and are gathered and scaled to 0…1 a few batches at a time, and TensorFlow runs many batches
    per call. Both change time and memory, not the arithmetic of a step.

    Parameters
    ----------
    recipe
        Hyperparameters and seed.
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
    on_event
        Called with a snapshot before training, and with a step and a snapshot about 15 times per epoch. An
        exception that it raises ends the training.
    after_epoch
        Called at the end of each epoch with the Keras model and the epoch's last step.

    Returns
    -------
    keras.Sequential
        The trained network.

    Raises
    ------
    RecipeError
        If training diverges until the loss or a weight is not finite.
    DependencyError
        If TensorFlow is not installed.
    """
    tf = import_tensorflow()
    import keras

    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()
    batches = _batch_count(recipe, len(labels))
    model = build(recipe)
    model.compile(
        optimizer=_optimizer(recipe, batches),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=-(-batches // STEPS_PER_EPOCH),
        jit_compile=False,  # compiling takes longer than it saves
    )
    model.fit(
        _batches(recipe, images, labels),
        epochs=recipe.epochs,
        shuffle=False,  # the data set shuffles itself, with the recipe's seed
        verbose=0,
        callbacks=[_reporter(recipe, model, batches, on_event, after_epoch)],
    )
    return model


def _optimizer(recipe: Recipe, batches: int) -> Any:
    import keras

    settings = {"learning_rate": recipe.learning_rate}
    optimizer = keras.optimizers.get({"class_name": recipe.optimizer, "config": settings})
    if recipe.network != GOOD:
        return optimizer
    falling = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, batches * recipe.epochs, alpha=_LAST_RATE)
    return type(optimizer)(learning_rate=falling)


def _reporter(
    recipe: Recipe,
    model: Any,
    batches: int,
    on_event: Callable[[TrainingStep | Snapshot], None],
    after_epoch: Callable[[Any, TrainingStep], object],
) -> Any:
    """A Keras callback that reports progress and ends diverged training; its base class exists only after import."""
    import keras

    widths = {key: _bin_width(weights) for key, weights in _weights(model).items()}

    class Reporter(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        epoch = 0
        step = TrainingStep(0, math.nan, math.nan)

        def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            on_event(_snapshot(model, 0, widths))

        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            # With steps_per_execution, the last batch index exceeds the number of batches.
            done = self.epoch + min((batch + 1) / batches, 1.0)
            self.step = TrainingStep(done, float(logs["loss"]), float(logs["accuracy"]))
            on_event(self.step)
            on_event(_snapshot(model, done, widths))
            _require_finite(recipe, self.step, model)

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            after_epoch(model, self.step)

    return Reporter()


def _batch_count(recipe: Recipe, images: int) -> int:
    return -(-images // recipe.batch_size)


def _batches(recipe: Recipe, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> Any:
    """A ``tf.data.Dataset`` of one epoch's batches, reshuffled for each epoch."""
    tf = import_tensorflow()

    random, is_good = np.random.default_rng(recipe.seed), recipe.network == GOOD

    def gathered(indices: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]:
        chosen = images[indices]
        return distorted(chosen, random) if is_good else chosen, labels[indices]

    def scaled(indices: Any) -> tuple[Any, Any]:
        # tf.gather would need a copy of all images as a tensor; NumPy indexes the array in place.
        kinds = (tf.float32 if is_good else tf.uint8, tf.uint8)
        chosen, classes = tf.numpy_function(gathered, [indices], kinds, stateful=is_good)
        chosen.set_shape((None, IMAGE_SIDE, IMAGE_SIDE))
        classes.set_shape((None,))
        return tf.cast(chosen, tf.float32) / 255.0, classes

    at_once = max(IMAGES_PER_GATHER // recipe.batch_size, 1) * recipe.batch_size
    shuffled = tf.data.Dataset.range(len(labels)).shuffle(len(labels), seed=recipe.seed)
    batches = shuffled.batch(at_once).map(scaled).rebatch(recipe.batch_size)
    options = tf.data.Options()
    # Autotuning waits up to two seconds at the end of some epochs, and allocates 20 MB.
    options.autotune.enabled = False
    # rebatch() loses the number of batches; without it, Keras takes the end of the second epoch for missing data.
    counted = batches.apply(tf.data.experimental.assert_cardinality(_batch_count(recipe, len(labels))))
    return counted.with_options(options)


def _weights(model: Any) -> dict[str, npt.NDArray[np.float32]]:
    """The kernels, the first of shape (k, k, 1, filters), and the dense weights, by keys of `TfliteFile.weights`."""
    *kernels, dense = model.get_weights()[::2]  # each is followed by its biases
    return {**dict(zip(KERNEL_KEYS, kernels, strict=False)), "fully_connected.weights": dense}


def _bin_width(untrained: npt.NDArray[np.float32]) -> float:
    # A power of 2, so that rounding moves no weight to a neighbouring bin. The only weight of a 1 × 1 filter may be 0;
    # the smallest normal number then stands in for it.
    largest = max(float(np.abs(untrained).max()), float(np.finfo(np.float32).tiny))
    return 2.0 ** math.floor(math.log2(2 * largest / _INITIAL_BINS))


def _snapshot(model: Any, epochs_done: float, widths: dict[str, float]) -> Snapshot:
    weights = _weights(model)
    histograms = {key: weight_histogram(values, widths[key]) for key, values in weights.items()}
    return Snapshot(epochs_done, weights["conv_2d.kernel"][:, :, 0].transpose(2, 0, 1), histograms)


def _require_finite(recipe: Recipe, step: TrainingStep, model: Any) -> None:
    if math.isfinite(step.loss) and all(np.isfinite(weights).all() for weights in model.get_weights()):
        return
    raise RecipeError(
        f"Training diverged after {step.epochs_done:.2f} epochs: the loss or a weight is no longer finite. Choose a "
        f"learning_rate below {recipe.learning_rate:g} or an optimizer other than {recipe.optimizer}."
    )
