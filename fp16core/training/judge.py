"""Training of the network that judges pieces of ink, `fp16core.images.digits.judge`.

``python -m fp16core.training.judge`` makes the samples, trains, and overwrites the weights that the package ships. It
takes some four minutes of one to two processors, and downloads MNIST's training images if they are not there.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import load_mnist
from fp16core.images.digits.judge import LAYERS, NO_DIGIT, WEIGHTS_FILE
from fp16core.training.recipe import import_tensorflow
from fp16core.training.touching_digits import Pixels, samples
from fp16core.vocabulary import IMAGE_SIDE

SEEDS = (3, 4)
ROWS_PER_SEED = 16_000
"""Seeds of the samples, and rows of touching digits for each."""

EPOCHS = 8
BATCH = 128
_STEP_SIZE, _LAST_STEP = 2e-3, 0.01
_DROPOUT = 0.25


def train_judge(images: Pixels, labels: Pixels, report: str = "auto") -> dict[str, npt.NDArray[np.float16]]:
    """Train the network on labelled pieces; return its weights by the names that `fp16core.images.digits.judge` reads.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
        The digit that a piece is, or `NO_DIGIT`.
    report
        Keras' setting ``verbose``.
    """
    tensorflow: Any = import_tensorflow()
    keras = tensorflow.keras
    keras.utils.set_random_seed(0)
    tensorflow.config.experimental.enable_op_determinism()
    order = np.random.default_rng(0).permutation(len(images))
    network = keras.Sequential(
        [
            keras.Input((IMAGE_SIDE, IMAGE_SIDE, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(12, 5, strides=2, padding="same", activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dropout(_DROPOUT),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(_DROPOUT),
            keras.layers.Dense(NO_DIGIT + 1),
        ]
    )
    steps = EPOCHS * -(-len(images) // BATCH)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(_STEP_SIZE, steps, alpha=_LAST_STEP)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    network.fit(images[order, ..., None], labels[order], batch_size=BATCH, epochs=EPOCHS, verbose=report)
    return {name: weights.astype(np.float16) for name, weights in zip(LAYERS, network.get_weights(), strict=True)}


def main() -> None:
    """Make the samples, train, and write the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=WEIGHTS_FILE, metavar="F", help="file of the weights")
    out = options.parse_args().out
    images, labels = load_mnist("train")
    made = [each for seed in SEEDS for each in samples(images, labels, seed, ROWS_PER_SEED)]
    pieces = np.rint(np.stack([piece for piece, _ in made]) * 255).astype(np.uint8)
    weights = train_judge(pieces, np.array([label for _, label in made], np.uint8))
    np.savez_compressed(out, allow_pickle=False, **weights)


if __name__ == "__main__":
    main()
