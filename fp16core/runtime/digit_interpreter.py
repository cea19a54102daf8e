"""LiteRT's interpreter on a digit classifier, the common base of `Classifier` and `ActivationRecorder`."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from fp16core.text import count_text, dimensions_text, first_line
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.tables import tensor_text
from fp16core.vocabulary import CLASSES, IMAGE_SIDE, ImageError, ModelFileError

_IMAGE_SHAPES = ((IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1))


class DigitInterpreter:
    """A ``.tflite`` digit classifier in its own interpreter, for any number of images.

    A file with a fixed batch size runs in batches of exactly that size, the last one padded with blank
    images: resizing such a file fails in some networks and might mix up the images in others.

    Not thread-safe, because LiteRT's interpreter is not: the owner must hold a lock around `run`.

    Parameters
    ----------
    model
        A ``.tflite`` file, as for `Classifier`.
    preserve_all_tensors
        Whether `run` can also return intermediate tensors.

    Attributes
    ----------
    fixed_batch
        Batch size of the file; ``None`` if it is dynamic.

    Raises
    ------
    ModelFileError
        If the file is not such a model, is damaged, or the runtime rejects it.
    """

    def __init__(self, model: ModelFile, preserve_all_tensors: bool = False) -> None:
        self.name = name = model.name
        self.file = model.graph
        signature = _check_signature(self.file, name)
        self._image_shape = signature[1:]
        self.fixed_batch = signature[0] if signature[0] != -1 else None
        self._input = self.file.inputs[0].index
        self._batch = 0
        with rejection_named(model.name):
            self._interpreter = open_interpreter(model.contents, preserve_all_tensors)
            self._resize(self.fixed_batch or 1)

    def logits(self, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Run the model.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            At least one image, accepted by `check_images`.

        Returns
        -------
        float32, shape (n, 10)

        Raises
        ------
        ModelFileError
            If the runtime fails, or the output does not have one row for each image.
        """
        (answer,) = self.run(images, (self.file.outputs[0].index,))
        if answer.shape != (len(images), CLASSES):
            raise ModelFileError(
                f"{self.name} returned an array of {dimensions_text(answer.shape)} for "
                f"{count_text(len(images), 'image')}; expected {len(images)} × {CLASSES}. Convert it with a dynamic "
                "batch size."
            )
        return answer

    def run(self, images: npt.NDArray[np.float32], tensors: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        """Run the model and read tensors back.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            At least one image, accepted by `check_images`.
        tensors
            Indices of the tensors to read: any with ``preserve_all_tensors``, otherwise only input and output.

        Returns
        -------
        tuple of arrays
            A copy of each tensor; with a fixed batch size, the batches are concatenated.

        Raises
        ------
        ModelFileError
            If the runtime fails, or with a fixed batch size a tensor does not have one row for each image.
        """
        if self.fixed_batch is None:
            return self._invoke(images, tensors)
        found = [self._rows(batch, tensors) for batch in _batches(images, self.fixed_batch)]
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))

    def _rows(self, images: npt.NDArray[np.float32], tensors: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        """Tensors of a batch padded to the fixed size, without the rows of the padding."""
        padded = np.zeros((self.fixed_batch or 1, *images.shape[1:]), np.float32)
        padded[: len(images)] = images
        found = self._invoke(padded, tensors)
        for index, values in zip(tensors, found, strict=True):
            if values.shape[:1] != (len(padded),):
                raise ModelFileError(
                    f"{self.name}: tensor '{self.file.tensors[index].name}' is {dimensions_text(values.shape)} for a "
                    f"batch of {len(padded)}; expected one row for each image."
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
            self._batch = 0  # if resizing fails, the next call must try again
            if self.fixed_batch is None:
                self._interpreter.resize_tensor_input(self._input, (batch, *self._image_shape))
            self._interpreter.allocate_tensors()
            self._batch = batch


def open_interpreter(contents: bytes, preserve_all_tensors: bool) -> Interpreter:
    """LiteRT's interpreter of a file, before tensor allocation; raises whatever LiteRT raises."""
    with warnings.catch_warnings():
        # LiteRT warns that preserving all tensors takes memory; that is intended, and batches are small.
        warnings.filterwarnings("ignore", ".*experimental_preserve_all_tensors", UserWarning)
        # Two models evaluated concurrently, one thread each, use two cores better than one after the other
        # with two threads.
        return Interpreter(
            model_content=contents, num_threads=1, experimental_preserve_all_tensors=preserve_all_tensors
        )


@contextmanager
def rejection_named(name: str) -> Iterator[None]:
    """Turn LiteRT's errors on loading or running a model into `ModelFileError`."""
    try:
        yield
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{name}: the LiteRT interpreter rejects the model ({first_line(error)}); convert it again."
        ) from error


def check_images(images: npt.NDArray[np.float32]) -> None:
    """Raise `ImageError` unless these are finite float32 images, shape (n, 28, 28)."""
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise ImageError(f"images are {dimensions_text(images.shape)}; expected n × {IMAGE_SIDE} × {IMAGE_SIDE}.")
    if images.dtype != np.float32:
        raise ImageError(
            f"images have dtype {images.dtype}; expected float32 (fp16core.data.mnist.normalise makes it)."
        )
    if not np.isfinite(images).all():
        worst = tuple(int(i) for i in np.argwhere(~np.isfinite(images))[0])
        raise ImageError(f"images contain {images[worst]} at {list(worst)}; expected finite numbers from 0 to 1.")


def signature_text(file: TfliteFile) -> str:
    """Numbers of a file's inputs and outputs in words, such as ``1 input and 2 outputs``."""
    return f"{count_text(len(file.inputs), 'input')} and {count_text(len(file.outputs), 'output')}"


def _check_signature(file: TfliteFile, name: str) -> tuple[int, ...]:
    if (len(file.inputs), len(file.outputs)) != (1, 1):
        raise ModelFileError(f"{name} has {signature_text(file)}; choose a digit classifier, which has one of each.")
    (given,), (answer,) = file.inputs, file.outputs
    batch, *image = given.shape_signature or (0,)
    if given.dtype != "float32" or tuple(image) not in _IMAGE_SHAPES or not (batch == -1 or batch > 0):
        raise ModelFileError(
            f"{name} takes {tensor_text(given)}; expected float32 images n × {IMAGE_SIDE} × {IMAGE_SIDE} or "
            f"n × {IMAGE_SIDE} × {IMAGE_SIDE} × 1."
        )
    if answer.dtype != "float32" or answer.shape_signature[1:] != (CLASSES,):
        raise ModelFileError(f"{name} returns {tensor_text(answer)}; expected float32 logits n × {CLASSES}.")
    return given.shape_signature


def _batches(images: npt.NDArray[np.float32], size: int) -> Iterator[npt.NDArray[np.float32]]:
    for start in range(0, len(images), size):
        yield images[start : start + size]
