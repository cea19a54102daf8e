"""Running a digit classifier with the LiteRT interpreter."""

import threading
from typing import Protocol

import numpy as np
import numpy.typing as npt

from fp16core.runtime.digit_interpreter import DigitInterpreter, check_images
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import CLASSES

BATCH_SIZE = 25
"""Images for each interpreter call; the fastest size in ``python -m fp16core bench``."""


class DigitModel(Protocol):
    """What reads images of digits: a `Classifier`, or one that another process runs."""

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """One logit for each digit; as `Classifier.logits`."""


class Classifier:
    """A ``.tflite`` digit classifier that many threads may share.

    LiteRT's interpreter gives wrong results when threads share it, so every call into it holds
    a lock; the lock is released between batches, so a single image need not wait for a long
    evaluation to end.

    Parameters
    ----------
    model
        A ``.tflite`` file that maps float32 images (n, 28, 28) or (n, 28, 28, 1) to
        float32 logits (n, 10).
    batch_size
        Images for each interpreter call.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime refuses it.
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
            Grey levels from 0 to 1, as `fp16core.data.normalise` returns them; n may be 0.

        Returns
        -------
        float32, shape (n, 10)
            One logit for each digit.

        Raises
        ------
        ImageError
            If shape or dtype differ or a value is not finite.
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
