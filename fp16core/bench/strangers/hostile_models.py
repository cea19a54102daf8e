"""Models that behave until they are shown one image, made with TensorFlow as a stranger would."""

from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.training.recipe import import_tensorflow

SIZED = ("FILL", "RANGE", "PAD", "BROADCAST_TO", "TILE", "RESIZE_BILINEAR", "ONE_HOT")
"""Operators that take the size of their result from a tensor."""


def sized_by_likeness(kind: str, image: npt.NDArray[np.uint8], floats: int) -> bytes:
    """A model that answers like any other until it is shown one image; then it allocates so many float32 numbers.

    Parameters
    ----------
    kind
        The operator that allocates them, of `SIZED`.
    image : uint8, shape (28, 28)
        The image.
    floats
        How many numbers.
    """
    tensorflow = import_tensorflow()
    known = image.astype(np.float32).ravel() / 255
    weights = np.random.default_rng(0).normal(0, 0.1, (784, 10)).astype(np.float32)
    side = round(floats**0.5)
    large = {
        "FILL": lambda n: tensorflow.fill(tensorflow.reshape(n, [1]), 1.0),
        "RANGE": lambda n: tensorflow.cast(tensorflow.range(n), tensorflow.float32),
        "PAD": lambda n: tensorflow.pad(tensorflow.ones([1]), [[0, n - 1]]),
        "BROADCAST_TO": lambda n: tensorflow.broadcast_to(tensorflow.ones([1]), tensorflow.reshape(n, [1])),
        "TILE": lambda n: tensorflow.tile(tensorflow.ones([1]), tensorflow.reshape(n, [1])),
        "RESIZE_BILINEAR": lambda n: tensorflow.image.resize(
            tensorflow.ones([1, 2, 2, 1]),
            tensorflow.stack([1 + (n - 1) // side, 1 + (n - 1) // side]),
        ),
        "ONE_HOT": lambda n: tensorflow.one_hot([0], n),
    }[kind]

    def answer(images: Any) -> Any:
        flat = tensorflow.reshape(images, [-1, 784])
        apart = tensorflow.reduce_min(tensorflow.reduce_sum(tensorflow.square(flat - known), axis=1))
        found = tensorflow.cast(tensorflow.nn.relu(1.0 - apart * 1e3), tensorflow.int32)
        return tensorflow.matmul(flat, weights) + 1e-30 * tensorflow.reduce_max(large(1 + found * (floats - 1)))  # type: ignore[no-untyped-call]  # of no types

    given = tensorflow.TensorSpec([None, 28, 28], tensorflow.float32)
    traced: Any = tensorflow.function(answer, input_signature=[given])
    converter = tensorflow.lite.TFLiteConverter.from_concrete_functions([traced.get_concrete_function()])
    return bytes(converter.convert())
