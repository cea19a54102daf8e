"""The tutorial's network and training recipe, and how far both may be varied.

Keras and TensorFlow are imported inside the functions: only the process that trains or
converts pays for them.
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
"""Called with what is happening and the fraction done, 0 to 1."""

_NO_TENSORFLOW = (3, 14)
"""The first Python for which there is no TensorFlow; requirements.txt says so, too."""

LIMITS: Mapping[str, tuple[Any, Any]] = {
    # As far as somebody may want to wait: a night.
    "epochs": (1, 1000),
    "seed": (0, 2**31 - 1),
    # Memory grows with batch × filters × pixels: at their largest, a run peaks at 1.16 GB, the tutorial's at 0.83 GB.
    "batch_size": (1, 512),
    # Below, float32 weights hardly move in an epoch; above, no optimiser comes to anything.
    "learning_rate": (1e-6, 10.0),
    # Five times the tutorial's; the dense layer grows with them.
    "filters": (1, 64),
    # A third of the image; what is left is 20 pixels wide, and 10 after pooling.
    "kernel_size": (1, 9),
}
"""Smallest and largest value of each number in a `Recipe`: whole ones, but for the learning rate."""

OPTIMIZERS = ("adam", "adamw", "nadam", "rmsprop", "adagrad", "sgd")
"""Keras' names of the optimisers to choose from; all their settings but the learning rate are Keras' defaults."""

THREADS = 2
"""Threads that share one of TensorFlow's operations, whatever the machine has.

Their number decides in which order gradients are summed, and so the bits of the weights: with one per core, another
machine would train another network from the same seed.
"""


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
    learning_rate
        How far a step goes.
    filters, kernel_size
        Number of the convolution's kernels, and their height and width in pixels.
    optimizer
        One of `OPTIMIZERS`.

    Raises
    ------
    RecipeError
        If a setting is beyond its `LIMITS`, or not of its type.
    """

    epochs: int = 1
    seed: int = 0
    batch_size: int = 32
    learning_rate: float = 0.001
    filters: int = 12
    kernel_size: int = 3
    optimizer: str = "adam"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            whole = name != "learning_rate"
            # True and False are whole numbers to Python, but to nobody else.
            if type(value) not in ((int,) if whole else (int, float)) or not low <= value <= high:
                kind = "a whole number" if whole else "a number"
                raise RecipeError(f"{name} is {value!r}; expected {kind} from {_plain(low)} to {_plain(high)}.")
        object.__setattr__(self, "learning_rate", float(self.learning_rate))  # JSON writes 1.0 as it likes
        if self.optimizer not in OPTIMIZERS:
            raise RecipeError(f"optimizer is {self.optimizer!r}; expected one of {', '.join(OPTIMIZERS)}.")

    @staticmethod
    def from_dict(content: Mapping[str, Any]) -> "Recipe":
        """The recipe that ``run.json`` records, or a request asks for; what it leaves out is the tutorial's.

        Raises
        ------
        RecipeError
            If there is a setting that no recipe has, or one beyond its `LIMITS`.
        """
        known = [item.name for item in fields(Recipe)]
        if unknown := [name for name in content if name not in known]:
            raise RecipeError(f"a recipe has no setting {unknown[0]!r}; it has {', '.join(known)}.")
        return Recipe(**content)

    @property
    def parameters(self) -> int:
        """Number of the network's weights and biases."""
        pooled = (IMAGE_SIDE - self.kernel_size + 1) // 2
        return self.filters * (self.kernel_size**2 + 1) + CLASSES * (self.filters * pooled**2 + 1)


TUTORIAL = Recipe()
"""What the tutorial does."""


def _plain(value: float) -> str:
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def python_for_tensorflow() -> str:
    """What to add to advice on installing TensorFlow: which Python has one, if this one does not; else nothing."""
    major, minor, _ = platform.python_version_tuple()
    if (int(major), int(minor)) < _NO_TENSORFLOW:
        return ""
    return f" in Python 3.11 to 3.13, as there is no TensorFlow for Python {major}.{minor}"


def import_tensorflow() -> Any:
    """TensorFlow, quietly, with `THREADS` threads for an operation and one operation at a time.

    Raises
    ------
    DependencyError
        If it is not installed.
    """
    if importlib.util.find_spec("tensorflow") is None:
        raise DependencyError(
            "TensorFlow is not installed; training and reading .keras files need it "
            f"(pip install -r requirements.txt{python_for_tensorflow()}). "
            "A float32 .tflite can be quantized without it."
        )
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["TF_NUM_INTRAOP_THREADS"] = str(THREADS)
        os.environ["TF_NUM_INTEROP_THREADS"] = "1"
    import tensorflow

    return tensorflow


def build_network(filters: int = TUTORIAL.filters, kernel_size: int = TUTORIAL.kernel_size) -> Any:
    """The tutorial's network, untrained: logits (n, 10) from images (n, 28, 28); 20,410 parameters as it stands."""
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
