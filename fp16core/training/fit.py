"""Training the tutorial's network, told as it goes on. TensorFlow is imported inside the function."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.training.recipe import Recipe, build_network, import_tensorflow
from fp16core.training.trace import Snapshot, TrainingStep, weight_histogram
from fp16core.vocabulary import IMAGE_SIDE, RecipeError

STEPS_PER_EPOCH = 15
"""How often in an epoch training is told; between, TensorFlow runs many batches in one call, which is faster."""

IMAGES_PER_GATHER = 640
"""Images that are gathered and scaled in one go, and then cut apart into batches."""

_INITIAL_BINS = 16
"""Bins of the untrained network's histograms at least, and half of what there may be; grown weights get more."""


def train(
    recipe: Recipe,
    images: npt.NDArray[np.uint8],
    labels: npt.NDArray[np.uint8],
    tell: Callable[[TrainingStep | Snapshot], None] = lambda _event: None,
    after_epoch: Callable[[Any, TrainingStep], object] = lambda _model, _step: None,
) -> Any:
    """Train the tutorial's network on sparse categorical cross-entropy from logits.

    The images stay uint8 and are gathered and scaled to 0…1 some batches at a time, and TensorFlow runs
    many batches for each call; both change time and memory, not the arithmetic of a step.

    Parameters
    ----------
    recipe
        What to do.
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
    tell
        Called with a step and a snapshot about 15 times an epoch, and with a snapshot before the first. An
        exception that it raises ends the training.
    after_epoch
        Called with the Keras model and the epoch's last step, each time that an epoch ends.

    Returns
    -------
    keras.Sequential
        The trained network.

    Raises
    ------
    RecipeError
        If training diverges until loss or weights are no numbers: what it would give is no network.
    DependencyError
        If TensorFlow is not installed.
    """
    tf = import_tensorflow()
    import keras

    keras.utils.set_random_seed(recipe.seed)
    tf.config.experimental.enable_op_determinism()
    batches = -(-len(labels) // recipe.batch_size)

    model = build_network(recipe.filters, recipe.kernel_size)
    settings = {"learning_rate": recipe.learning_rate}
    model.compile(
        optimizer=keras.optimizers.get({"class_name": recipe.optimizer, "config": settings}),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=-(-batches // STEPS_PER_EPOCH),
        jit_compile=False,  # compiling takes longer than it saves
    )
    widths = {key: _bin_width(weights) for key, weights in _weights(model).items()}

    class Report(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        epoch = 0
        step = TrainingStep(0, math.nan, math.nan)

        def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            tell(_snapshot(model, 0, widths))

        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            self.epoch = epoch

        def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
            # With steps_per_execution the last batch index runs past the end of the epoch.
            done = self.epoch + min((batch + 1) / batches, 1.0)
            self.step = TrainingStep(done, float(logs["loss"]), float(logs["accuracy"]))
            tell(self.step)
            tell(_snapshot(model, done, widths))
            _require_numbers(recipe, self.step, model)

        def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 - Keras's signature
            after_epoch(model, self.step)

    model.fit(
        _batches(recipe, images, labels),
        epochs=recipe.epochs,
        shuffle=False,  # by Keras; the data set shuffles itself, with the recipe's seed
        verbose=0,
        callbacks=[Report()],
    )
    return model


def _batches(recipe: Recipe, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> Any:
    """A ``tf.data.Dataset`` of one epoch's batches, in another order for each epoch."""
    tf = import_tensorflow()

    def gathered(indices: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
        return images[indices], labels[indices]

    def scaled(indices: Any) -> tuple[Any, Any]:
        # By NumPy, as TensorFlow would keep a copy of all images to gather from.
        chosen, classes = tf.numpy_function(gathered, [indices], (tf.uint8, tf.uint8), stateful=False)
        chosen.set_shape((None, IMAGE_SIDE, IMAGE_SIDE))
        classes.set_shape((None,))
        return tf.cast(chosen, tf.float32) / 255.0, classes

    at_once = max(IMAGES_PER_GATHER // recipe.batch_size, 1) * recipe.batch_size
    shuffled = tf.data.Dataset.range(len(labels)).shuffle(len(labels), seed=recipe.seed)
    batches = shuffled.batch(at_once).map(scaled).rebatch(recipe.batch_size)
    options = tf.data.Options()
    # What tunes itself waits up to two seconds at the end of some epochs, and holds 20 MB.
    options.autotune.enabled = False
    # Cutting apart loses the count; without it Keras would take the second epoch's end for a mishap.
    counted = batches.apply(tf.data.experimental.assert_cardinality(-(-len(labels) // recipe.batch_size)))
    return counted.with_options(options)


def _weights(model: Any) -> dict[str, npt.NDArray[np.float32]]:
    """The kernel, shape (k, k, 1, filters), and the dense weights, by the keys of `TfliteFile.weights`."""
    kernel, _, dense, _ = model.get_weights()
    return {"conv_2d.kernel": kernel, "fully_connected.weights": dense}


def _bin_width(untrained: npt.NDArray[np.float32]) -> float:
    # One filter of one pixel may even be 0; then its bins grow from the smallest there are. A power of 2, so that
    # which bin a weight is in does not depend on rounding.
    largest = max(float(np.abs(untrained).max()), float(np.finfo(np.float32).tiny))
    return 2.0 ** math.floor(math.log2(2 * largest / _INITIAL_BINS))


def _snapshot(model: Any, epochs_done: float, widths: dict[str, float]) -> Snapshot:
    weights = _weights(model)
    histograms = {key: weight_histogram(values, widths[key]) for key, values in weights.items()}
    return Snapshot(epochs_done, weights["conv_2d.kernel"][:, :, 0].transpose(2, 0, 1), histograms)


def _require_numbers(recipe: Recipe, step: TrainingStep, model: Any) -> None:
    if math.isfinite(step.loss) and all(np.isfinite(weights).all() for weights in model.get_weights()):
        return
    raise RecipeError(
        f"Training diverged after {step.epochs_done:.2f} epochs: loss or weights are no numbers any more. Choose a "
        f"learning_rate below {recipe.learning_rate:g} or another optimizer than {recipe.optimizer}."
    )
