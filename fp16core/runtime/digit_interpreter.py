"""LiteRT's interpreter, opened on a digit classifier: what all that run one share."""

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from fp16core.text import count_text, first_line
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, ImageError, ModelFileError

_IMAGE_SHAPES = ((IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1))


class DigitInterpreter:
    """A ``.tflite`` digit classifier in an interpreter of its own, for any number of images at a time.

    A file whose batch is fixed runs in batches of just that size, the last one filled up with blank
    images: to resize it anyway fails in some networks, and in others might mix the images up.

    LiteRT's interpreter gives wrong results when threads share it: whoever owns one holds a lock
    around `run`.

    Parameters
    ----------
    model
        A ``.tflite`` file that maps float32 images (n, 28, 28) or (n, 28, 28, 1) to
        float32 logits (n, 10).
    preserve_all_tensors
        Whether `run` can be asked for what lies between input and output, too.

    Attributes
    ----------
    fixed_batch
        Number of images that the file takes at once; ``None`` if any.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime refuses it.
    """

    def __init__(self, model: ModelFile, preserve_all_tensors: bool = False) -> None:
        self.name = name = model.name
        self.file = model.graph
        signature = _check_signature(self.file, name)
        self._image_shape = signature[1:]
        self.fixed_batch = signature[0] if signature[0] != -1 else None
        self._input = self.file.inputs[0].index
        self._batch = 0
        try:
            self._interpreter = open_interpreter(model.contents, preserve_all_tensors)
            self._resize(self.fixed_batch or 1)
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(
                f"{name}: the LiteRT interpreter refuses the model ({first_line(error)}); convert it again."
            ) from error

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model on images that `check_images` accepts; returns float32 logits, shape (n, 10).

        Raises
        ------
        ModelFileError
            If the runtime fails, or the model does not answer each image.
        """
        (answer,) = self.run(images, (self.file.outputs[0].index,))
        if answer.shape != (len(images), CLASSES):
            raise ModelFileError(
                f"{self.name} answered {count_text(len(images), 'image')} with an array {answer.shape}; "
                f"expected ({len(images)}, {CLASSES}). Convert it with a variable batch size."
            )
        return answer

    def run(self, images: npt.NDArray[np.float32], tensors: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        """Run the model on at least one image, and read tensors back.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            Such as `check_images` accepts.
        tensors
            Indices; with ``preserve_all_tensors`` any, else input and output.

        Returns
        -------
        tuple of arrays
            A copy of each tensor; if the file's batch is fixed, those of several batches joined.

        Raises
        ------
        ModelFileError
            If the runtime fails, or a tensor of a fixed batch has no row for each image.
        """
        if self.fixed_batch is None:
            return self._invoke(images, tensors)
        found = [self._rows(batch, tensors) for batch in _batches(images, self.fixed_batch)]
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))

    def _rows(self, images: npt.NDArray[np.float32], tensors: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        """What the model computes of a batch that it takes only if filled up."""
        filled = np.zeros((self.fixed_batch or 1, *images.shape[1:]), np.float32)
        filled[: len(images)] = images
        found = self._invoke(filled, tensors)
        for index, values in zip(tensors, found, strict=True):
            if values.shape[:1] != (len(filled),):
                raise ModelFileError(
                    f"{self.name}: tensor '{self.file.tensors[index].name}' is {values.shape} for a batch of "
                    f"{len(filled)}, in which no row belongs to one image."
                )
        return tuple(values[: len(images)] for values in found)

    def _invoke(self, images: npt.NDArray[np.float32], tensors: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        try:
            self._resize(len(images))
            self._interpreter.set_tensor(self._input, images.reshape(len(images), *self._image_shape))
            self._interpreter.invoke()
            return tuple(self._interpreter.get_tensor(index) for index in tensors)
        except (ValueError, RuntimeError) as error:
            raise ModelFileError(f"{self.name}: the LiteRT interpreter failed ({first_line(error)}).") from error

    def _resize(self, batch: int) -> None:
        if batch != self._batch:
            self._batch = 0  # so that a failed resize is not taken for a finished one
            if self.fixed_batch is None:
                self._interpreter.resize_tensor_input(self._input, (batch, *self._image_shape))
            self._interpreter.allocate_tensors()
            self._batch = batch


def open_interpreter(contents: bytes, preserve_all_tensors: bool) -> Interpreter:
    """LiteRT's interpreter of a file, whose tensors are still to be allocated; raises what LiteRT raises."""
    with warnings.catch_warnings():
        # LiteRT warns that keeping all tensors takes memory; that is known, and batches are small.
        warnings.filterwarnings("ignore", ".*experimental_preserve_all_tensors", UserWarning)
        # One thread: two models evaluated side by side use two cores better than one
        # interpreter with two threads does.
        return Interpreter(
            model_content=contents, num_threads=1, experimental_preserve_all_tensors=preserve_all_tensors
        )


def check_images(images: npt.NDArray[np.float32]) -> None:
    """Raise `ImageError` unless these are finite float32 images, shape (n, 28, 28)."""
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ImageError(f"images have shape {images.shape}; expected (n, {IMAGE_SIDE}, {IMAGE_SIDE}).")
    if images.dtype != np.float32:
        raise ImageError(f"images have dtype {images.dtype}; expected float32 (fp16core.data.normalise makes it).")
    if not np.isfinite(images).all():
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(images))[0])
        raise ImageError(f"images hold {images[worst]} at {worst}; expected finite numbers from 0 to 1.")


def signature_text(file: TfliteFile) -> str:
    """How many inputs and outputs a file has, in words."""
    return f"{count_text(len(file.inputs), 'input')} and {count_text(len(file.outputs), 'output')}"


def _check_signature(file: TfliteFile, name: str) -> tuple[int, ...]:
    if (len(file.inputs), len(file.outputs)) != (1, 1):
        raise ModelFileError(f"{name} has {signature_text(file)}; choose a digit classifier, which has one of each.")
    (given,), (answer,) = file.inputs, file.outputs
    batch, *image = given.shape_signature or (0,)
    if given.dtype != "float32" or tuple(image) not in _IMAGE_SHAPES or not (batch == -1 or batch > 0):
        raise ModelFileError(
            f"{name} takes {given.dtype} {given.shape_signature}; expected float32 images "
            f"(n, {IMAGE_SIDE}, {IMAGE_SIDE}) or (n, {IMAGE_SIDE}, {IMAGE_SIDE}, 1)."
        )
    if answer.dtype != "float32" or answer.shape_signature[1:] != (CLASSES,):
        raise ModelFileError(
            f"{name} returns {answer.dtype} {answer.shape_signature}; expected float32 logits (n, {CLASSES})."
        )
    return given.shape_signature


def _batches(images: npt.NDArray[np.float32], size: int) -> Iterator[npt.NDArray[np.float32]]:
    for start in range(0, len(images), size):
        yield images[start : start + size]
