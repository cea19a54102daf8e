"""Digit classification with the LiteRT interpreter."""

import threading
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fp16core.runtime.digit_interpreter import DigitInterpreter, check_images
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import CLASSES

BATCH_SIZE = 25
"""Images per interpreter call; the fastest size in ``python -m fp16core bench``."""


class DigitModel(Protocol):
    """A digit classifier in this process (`Classifier`) or in another one."""

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Logits of each image; as `Classifier.logits`."""


class Classifier:
    """A thread-safe ``.tflite`` digit classifier.

    LiteRT's interpreter returns wrong results when threads share it, so every call into it holds a lock.
    The lock is released between batches, so that a single image need not wait for the end of a long evaluation.

    Parameters
    ----------
    model
        A ``.tflite`` file that maps float32 images (n, 28, 28) or (n, 28, 28, 1) to
        float32 logits (n, 10).
    batch_size
        Images per interpreter call.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime rejects it.
    """

    def __init__(self, model: ModelFile, batch_size: int = BATCH_SIZE) -> None:
        self._interpreter = DigitInterpreter(model)
        self._lock = threading.Lock()
        self._batch_size = batch_size

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            Grey levels from 0 to 1, as `fp16core.data.mnist.normalise` returns them; n may be 0.

        Returns
        -------
        float32, shape (n, 10)
            One logit for each digit, before softmax.

        Raises
        ------
        ImageError
            If shape or dtype is wrong, or a value is not finite.
        ModelFileError
            If the runtime fails on this model.
        """
        check_images(images)
        logits = np.empty((len(images), CLASSES), np.float32)
        for start in range(0, len(images), self._batch_size):
            batch = images[start : start + self._batch_size]
            with self._lock:
                logits[start : start + len(batch)] = self._interpreter.logits(batch)
        return logits
