"""LiteRT's interpreter, opened on a digit classifier: what all that run one share."""

import warnings

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from fp16core.convert.graph import TfliteFile
from fp16core.convert.tflite_file import read_tflite
from fp16core.text import first_line
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, ImageError, ModelFileError

_IMAGE_SHAPES = ((IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1))


class DigitInterpreter:
    """A ``.tflite`` digit classifier in an interpreter of its own, for any number of images at a time.

    LiteRT's interpreter gives wrong results when threads share it: whoever owns one holds a lock
    around `run` and the calls of `tensor` that follow.

    Parameters
    ----------
    model
        Contents of a ``.tflite`` file that maps float32 images (n, 28, 28) or (n, 28, 28, 1) to
        float32 logits (n, 10).
    name
        What to call it in errors.
    keep_all
        Whether `tensor` can be asked for what lies between input and output, too.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime refuses it.
    """

    def __init__(self, model: bytes, name: str, keep_all: bool = False) -> None:
        self.name = name
        self.file = read_tflite(model, name)
        self._image_shape = _check_signature(self.file, name)
        self._input = self.file.inputs[0].index
        self._batch = 0
        try:
            with warnings.catch_warnings():
                # LiteRT warns that keeping all tensors takes memory; that is known, and batches are small.
                warnings.filterwarnings("ignore", ".*experimental_preserve_all_tensors", UserWarning)
                # One thread: two models evaluated side by side use two cores better than one
                # interpreter with two threads does.
                self._interpreter = Interpreter(
                    model_content=model, num_threads=1, experimental_preserve_all_tensors=keep_all
                )
            self._resize(1)
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"{name}: the LiteRT interpreter refuses the model ({first_line(error)}); convert it again."
            ) from error

    def run(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on a batch that `check_images` accepts; returns float32 logits, shape (n, 10).

        Raises
        ------
        ModelFileError
            If the runtime fails, or the model does not answer each image.
        """
        try:
            self._resize(len(images))
            self._interpreter.set_tensor(self._input, images.reshape(len(images), *self._image_shape))
            self._interpreter.invoke()
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"{self.name}: the LiteRT interpreter failed ({first_line(error)}).") from error
        answer = self.tensor(self.file.outputs[0].index)
        if answer.shape != (len(images), CLASSES):
            raise ModelFileError(
                f"{self.name} answered {len(images)} images with an array {answer.shape}; "
                f"expected ({len(images)}, {CLASSES}). Convert it with a variable batch size."
            )
        return answer

    def tensor(self, index: int) -> npt.NDArray[np.float32]:
        """A copy of a tensor as the last `run` left it."""
        try:
            values: npt.NDArray[np.float32] = self._interpreter.get_tensor(index)
        except ValueError as error:
            raise ModelFileError(f"{self.name}: the LiteRT interpreter failed ({first_line(error)}).") from error
        return values

    def _resize(self, batch: int) -> None:
        if batch != self._batch:
            self._batch = 0  # so that a failed resize is not taken for a finished one
            self._interpreter.resize_tensor_input(self._input, (batch, *self._image_shape))
            self._interpreter.allocate_tensors()
            self._batch = batch


def check_images(images: npt.NDArray[np.float32]) -> None:
    """Raise `ImageError` unless these are finite float32 images, shape (n, 28, 28)."""
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ImageError(f"images have shape {images.shape}; expected (n, {IMAGE_SIDE}, {IMAGE_SIDE}).")
    if images.dtype != np.float32:
        raise ImageError(f"images have dtype {images.dtype}; expected float32 (fp16core.data.normalise makes it).")
    if not np.isfinite(images).all():
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(images))[0])
        raise ImageError(f"images hold {images[worst]} at {worst}; expected finite numbers from 0 to 1.")


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
