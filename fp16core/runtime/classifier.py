"""Running a digit classifier with the LiteRT interpreter."""

import threading

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from fp16core.convert.graph import TfliteFile
from fp16core.convert.tflite_file import read_tflite
from fp16core.text import first_line
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, ImageError, ModelFileError

BATCH_SIZE = 25
"""Images for each interpreter call; the fastest size in ``python -m fp16core bench``."""

_IMAGE_SHAPES = ((IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1))


class Classifier:
    """A ``.tflite`` digit classifier that many threads may share.

    LiteRT's interpreter gives wrong results when threads share it, so every call into it holds
    a lock; the lock is released between batches, so a single image need not wait for a long
    evaluation to end.

    Parameters
    ----------
    model
        Contents of a ``.tflite`` file that maps float32 images (n, 28, 28) or (n, 28, 28, 1) to
        float32 logits (n, 10).
    name
        What to call it in errors.
    batch_size
        Images for each interpreter call.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime refuses it.
    """

    def __init__(self, model: bytes, name: str = "the model", batch_size: int = BATCH_SIZE) -> None:
        self.name = name
        self._image_shape = _check_signature(read_tflite(model, name), name)
        self._lock = threading.Lock()
        self._batch_size = batch_size
        self._batch = 0
        try:
            # One thread: two models evaluated side by side use two cores better than one
            # interpreter with two threads does.
            self._interpreter = Interpreter(model_content=model, num_threads=1)
            self._input = self._interpreter.get_input_details()[0]["index"]
            self._output = self._interpreter.get_output_details()[0]["index"]
            with self._lock:
                self._resize(1)
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"{name}: the LiteRT interpreter refuses the model ({first_line(error)}); convert it again."
            ) from error

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
        _check_images(images)
        logits = np.empty((len(images), CLASSES), np.float32)
        for start in range(0, len(images), self._batch_size):
            batch = images[start : start + self._batch_size]
            try:
                with self._lock:
                    self._resize(len(batch))
                    self._interpreter.set_tensor(self._input, batch.reshape(len(batch), *self._image_shape))
                    self._interpreter.invoke()
                    answer = self._interpreter.get_tensor(self._output)
            except (ValueError, RuntimeError) as error:
                raise ModelFileError(f"{self.name}: the LiteRT interpreter failed ({first_line(error)}).") from error
            if answer.shape != (len(batch), CLASSES):
                raise ModelFileError(
                    f"{self.name} answered {len(batch)} images with an array {answer.shape}; "
                    f"expected ({len(batch)}, {CLASSES}). Convert it with a variable batch size."
                )
            logits[start : start + len(batch)] = answer
        return logits

    def _resize(self, batch: int) -> None:
        if batch != self._batch:
            self._batch = 0  # so that a failed resize is not taken for a finished one
            self._interpreter.resize_tensor_input(self._input, (batch, *self._image_shape))
            self._interpreter.allocate_tensors()
            self._batch = batch


def _check_signature(file: TfliteFile, name: str) -> tuple[int, ...]:
    found = (len(file.inputs), len(file.outputs))
    if found != (1, 1):
        raise ModelFileError(f"{name} has {found[0]} inputs and {found[1]} outputs; expected one of each.")
    (given,), (answer,) = file.inputs, file.outputs
    if given.dtype != "float32" or given.shape_signature[1:] not in _IMAGE_SHAPES:
        raise ModelFileError(
            f"{name} takes {given.dtype} {given.shape_signature}; expected float32 images "
            f"(n, {IMAGE_SIDE}, {IMAGE_SIDE}) or (n, {IMAGE_SIDE}, {IMAGE_SIDE}, 1)."
        )
    if answer.dtype != "float32" or answer.shape_signature[1:] != (CLASSES,):
        raise ModelFileError(
            f"{name} returns {answer.dtype} {answer.shape_signature}; expected float32 logits (n, {CLASSES})."
        )
    return given.shape_signature[1:]


def _check_images(images: npt.NDArray[np.float32]) -> None:
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ImageError(f"images have shape {images.shape}; expected (n, {IMAGE_SIDE}, {IMAGE_SIDE}).")
    if images.dtype != np.float32:
        raise ImageError(f"images have dtype {images.dtype}; expected float32 (fp16core.data.normalise makes it).")
    if not np.isfinite(images).all():
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(images))[0])
        raise ImageError(f"images hold {images[worst]} at {worst}; expected finite numbers from 0 to 1.")
