"""The networks and their training recipes, with the limits of their settings.

Keras and TensorFlow are imported inside functions, so that only processes that train or convert load them.
"""

import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from fp16core.vocabulary import CLASSES, IMAGE_SIDE, DependencyError, RecipeError

Progress = Callable[[str, float], None]
"""Callback for progress: a description of the current work, and the fraction done, 0 to 1."""

_NO_TENSORFLOW = (3, 14)
"""First Python version without a TensorFlow release; requirements/train.txt has the same condition."""

LIMITS: Mapping[str, tuple[Any, Any]] = {
    # The longest that somebody may want to wait: one night.
    "epochs": (1, 1000),
    "seed": (0, 2**31 - 1),
    # Memory grows with batch × filters × pixels: with all at their limits a run of either network peaks at 1.2 GB; the
    # tutorial's at 0.83 GB.
    "batch_size": (1, 512),
    # Below, float32 weights hardly change in an epoch; above, no optimizer converges.
    "learning_rate": (1e-6, 10.0),
    # Five times the tutorial's; the dense layer grows in proportion.
    "filters": (1, 64),
    # A third of the image, which leaves 20 × 20 outputs, and 10 × 10 after pooling.
    "kernel_size": (1, 9),
}
"""Smallest and largest value of each numeric setting of a `Recipe`; all but the learning rate are integers."""

OPTIMIZERS = ("adam", "adamw", "nadam", "rmsprop", "adagrad", "sgd")
"""Keras's names of the available optimizers; their settings except the learning rate keep Keras's defaults."""

TUTORIALS, GOOD = "tutorial", "good"
"""Names of the networks: the tutorial's, and one with two padded convolutions that learns from distorted images."""

NETWORKS = (TUTORIALS, GOOD)
"""Names of all networks."""

THREADS = 2
"""Threads within one TensorFlow operation, independent of the machine's cores.

The number of threads determines the order in which gradients are summed, and with it the bits of the weights: with
one thread per core, two machines would train different networks from the same seed.
"""


@dataclass(frozen=True)
class Recipe:
    """Network, hyperparameters and seed of a training run; the defaults are the tutorial's.

    The good network also differs in how it learns: from distorted images (`fp16core.training.distortions`), with
    dropout, and with a step size that falls to a hundredth along half a cosine.

    Attributes
    ----------
    epochs
        Passes over the training images.
    seed
        Seed of the initial weights, of shuffling, distortions and dropout; the same seed on the same machine gives
        the same bits.
    batch_size
        Images per optimizer step.
    learning_rate
        Step size of the optimizer; of the good network, the first and largest.
    filters, kernel_size
        Number of the convolution's kernels, and their height and width in pixels. The good network's second
        convolution has twice as many, of the same size.
    optimizer
        One of `OPTIMIZERS`.
    network
        One of `NETWORKS`.

    Raises
    ------
    RecipeError
        If a setting is outside its `LIMITS` or has the wrong type.
    """

    epochs: int = 1
    seed: int = 0
    batch_size: int = 32
    learning_rate: float = 0.001
    filters: int = 12
    kernel_size: int = 3
    optimizer: str = "adam"
    network: str = TUTORIALS

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            whole = name != "learning_rate"
            # bool is a subclass of int, but True is not a sensible setting.
            if type(value) not in ((int,) if whole else (int, float)) or not low <= value <= high:
                kind = "a whole number" if whole else "a number"
                raise RecipeError(f"{name} is {value!r}; expected {kind} from {_plain(low)} to {_plain(high)}.")
        object.__setattr__(self, "learning_rate", float(self.learning_rate))  # JSON may turn 1.0 into 1
        for name, known in (("optimizer", OPTIMIZERS), ("network", NETWORKS)):
            if getattr(self, name) not in known:
                raise RecipeError(f"{name} is {getattr(self, name)!r}; expected one of {', '.join(known)}.")

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> "Recipe":
        """Recipe from the settings in ``run.json`` or in a request; missing settings are the tutorial's.

        Raises
        ------
        RecipeError
            If there is an unknown setting, or one outside its `LIMITS`.
        """
        known = [item.name for item in fields(Recipe)]
        if unknown := [name for name in content if name not in known]:
            raise RecipeError(f"a recipe has no setting {unknown[0]!r}; choose from {', '.join(known)}.")
        return Recipe(**content)

    @property
    def parameters(self) -> int:
        """Number of the network's weights and biases."""
        if self.network == GOOD:
            first = self.filters * (self.kernel_size**2 + 1)
            second = 2 * self.filters * (self.filters * self.kernel_size**2 + 1)
            return first + second + CLASSES * (2 * self.filters * (IMAGE_SIDE // 4) ** 2 + 1)
        pooled = (IMAGE_SIDE - self.kernel_size + 1) // 2
        return self.filters * (self.kernel_size**2 + 1) + CLASSES * (self.filters * pooled**2 + 1)


_DROPPED = 0.25
"""Share of the good network's pooled values that are left out of each step of training."""

TUTORIAL = Recipe()
"""The tutorial's recipe."""

USUAL: Mapping[str, Recipe] = {
    TUTORIALS: TUTORIAL,
    GOOD: Recipe(epochs=12, batch_size=64, learning_rate=0.002, filters=32, network=GOOD),
}
"""The recipe of each network from which a run starts; the bundled pairs are trained by them."""


def _plain(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def python_for_tensorflow() -> str:
    """Addition to advice on installing TensorFlow: the Python versions it supports; empty if this is one of them."""
    major, minor, _ = platform.python_version_tuple()
    if (int(major), int(minor)) < _NO_TENSORFLOW:
        return ""
    return f" in Python 3.11 to 3.13, because there is no TensorFlow for Python {major}.{minor}"


def import_tensorflow() -> Any:
    """Import TensorFlow with logging reduced, `THREADS` threads per operation and one operation at a time.

    Raises
    ------
    DependencyError
        If TensorFlow is not installed.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise DependencyError(
            "TensorFlow is not installed; training and reading .keras files require it "
            f"(pip install -r requirements.txt{python_for_tensorflow()}). "
            "A float32 .tflite can be quantized without it."
        )
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(THREADS)
        os.environ["TF_NUM_INTEROP_THREADS"] = "1"
    import tensorflow

    return tensorflow


def build(recipe: Recipe) -> Any:
    """A recipe's untrained network, from images (n, 28, 28) to logits (n, 10)."""
    if recipe.network == GOOD:
        return build_good_network(recipe.filters, recipe.kernel_size)
    return build_network(recipe.filters, recipe.kernel_size)


def build_network(filters: int = TUTORIAL.filters, kernel_size: int = TUTORIAL.kernel_size) -> Any:
    """The tutorial's untrained network, from images (n, 28, 28) to logits (n, 10); by default 20,410 parameters."""
    import_tensorflow()
    import keras

    return keras.Sequential(
        [
            keras.layers.InputLayer(shape=(IMAGE_SIDE, IMAGE_SIDE)),
            keras.layers.Reshape(target_shape=(IMAGE_SIDE, IMAGE_SIDE, 1)),
            keras.layers.Conv2D(filters=filters, kernel_size=(kernel_size, kernel_size), activation="relu"),
            keras.layers.MaxPooling2D(pool_size=(2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(CLASSES),
        ]
    )


def build_good_network(filters: int, kernel_size: int) -> Any:
    """The good untrained network: two padded convolutions, each followed by pooling, and dropout while it learns."""
    import_tensorflow()
    from keras import Sequential, layers

    def convolution(kernels: int) -> Any:
        return layers.Conv2D(kernels, (kernel_size, kernel_size), padding="same", activation="relu")

    return Sequential(
        [
            layers.InputLayer(shape=(IMAGE_SIDE, IMAGE_SIDE)),
            layers.Reshape(target_shape=(IMAGE_SIDE, IMAGE_SIDE, 1)),
            convolution(filters),
            layers.MaxPooling2D(pool_size=(2, 2)),
            convolution(2 * filters),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(_DROPPED),
            layers.Dense(CLASSES),
        ]
    )
