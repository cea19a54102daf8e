"""Activations: the outputs of a model's operators on the way from image to logits."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.runtime.digit_interpreter import DigitInterpreter, check_images
from fp16core.text import count_text, dimensions_text
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ImageError, ModelFileError

Activations = tuple[npt.NDArray[np.float32], ...]
"""Output of each step, shape (n, …)."""


@dataclass(frozen=True)
class ActivationStep:
    """An operator that computes floating-point numbers from the image.

    Attributes
    ----------
    operator
        LiteRT's name of the operator, such as ``"CONV_2D"``.
    fused
        Fused activation function, such as ``"RELU"``; ``"NONE"`` if there is none.
    shape
        Shape of the output for one image; −1 for a dynamic dimension.
    """

    operator: str
    fused: str
    shape: tuple[int, ...]


class ActivationRecorder:
    """Recorder of a model's activations; thread-safe.

    The interpreter runs with ``experimental_preserve_all_tensors``: without it, LiteRT reuses the memory of
    intermediate tensors, and reading one returns the contents of another. XNNPACK's kernels still run
    the operators, but one by one; on the tutorial's models the logits equal `Classifier.logits` bit for bit,
    which a test verifies.

    Parameters
    ----------
    model
        A ``.tflite`` file, as for `Classifier`.

    Attributes
    ----------
    steps
        The model's steps in execution order; the last one computes the logits. Operators that compute
        shapes, or weights from weights (DEQUANTIZE), are not steps.

    Raises
    ------
    ModelFileError
        As `Classifier`, or if the logits do not depend on the image.
    """

    def __init__(self, model: ModelFile) -> None:
        self.name = model.name
        self._interpreter = DigitInterpreter(model, preserve_all_tensors=True)
        self._lock = threading.Lock()
        found = _steps(self._interpreter.file)
        self.steps = tuple(step for step, _ in found)
        self._tensors = tuple(tensor for _, tensor in found)
        if self._interpreter.file.outputs[0].index not in self._tensors[-1:]:
            raise ModelFileError(f"{model.name}: its logits do not depend on the image; convert the model again.")

    def record(self, images: npt.NDArray[np.float32]) -> Activations:
        """Run the model and return the output of each step.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            As for `Classifier.logits`, n at least 1. Pass large sets in batches: the activations of all n images
            are in memory at once, about 50 kB for each image.

        Returns
        -------
        tuple of float32 arrays, shape (n, …)
            One array for each of `steps`.

        Raises
        ------
        ImageError
            If there are no images, their shape or dtype is wrong, or a value is not finite.
        ModelFileError
            If the runtime fails on this model.
        """
        check_images(images)
        if len(images) == 0:
            raise ImageError("there are 0 images; at least one is needed to compute activations.")
        with self._lock:
            activations = self._interpreter.run(images, self._tensors)
        for step, values in zip(self.steps, activations, strict=True):
            if values.shape[:1] != (len(images),):
                raise ModelFileError(
                    f"{self.name}: for {count_text(len(images), 'image')}, {step.operator} returned an array of "
                    f"{dimensions_text(values.shape)}; expected one row for each image."
                )
        return activations


def _steps(file: TfliteFile) -> list[tuple[ActivationStep, int]]:
    """The steps of a graph, each with the index of its output tensor."""
    return [
        (ActivationStep(op.name, str(op.settings.get("activation", "NONE")), tensor.shape_signature[1:]), tensor.index)
        for op, tensor in file.from_input()
    ]
