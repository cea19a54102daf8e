"""What a model computes on the way from image to logits: its activations."""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fp16core.runtime.digit_interpreter import DigitInterpreter, check_images
from fp16core.text import count_text
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ImageError, ModelFileError

Activations = tuple[npt.NDArray[np.float32], ...]
"""One array for each step, shape (n, …)."""


@dataclass(frozen=True)
class ActivationStep:
    """An operator that computes floating-point numbers from the image.

    Attributes
    ----------
    operator
        LiteRT's name of its kind (``"CONV_2D"``).
    fused
        The function fused into it (``"RELU"``), ``"NONE"`` without one.
    shape
        Of what it computes for one image; −1 where the file leaves a dimension open.
    """

    operator: str
    fused: str
    shape: tuple[int, ...]


class ActivationRecorder:
    """A model that shows what each of its operators computes; many threads may share it.

    The interpreter runs with ``experimental_preserve_all_tensors``: otherwise it reuses the memory
    of what is no longer needed, and reading it back gives other tensors' numbers. LiteRT still
    hands the operators to the same CPU kernels (XNNPACK), but one by one; on the tutorial's models
    the logits equal `Classifier.logits` bit for bit, which a test holds it to.

    Parameters
    ----------
    model
        A ``.tflite`` file, as for `Classifier`.

    Attributes
    ----------
    steps
        In the order in which they run; the last one computes the logits. Operators that compute
        shapes, or weights from weights (DEQUANTIZE), are none.

    Raises
    ------
    ModelFileError
        As `Classifier`, or if the logits do not follow from the image.
    """

    def __init__(self, model: ModelFile) -> None:
        self.name = model.name
        self._interpreter = DigitInterpreter(model, preserve_all_tensors=True)
        self._lock = threading.Lock()
        found = _steps(self._interpreter.file)
        self.steps = tuple(step for step, _ in found)
        self._tensors = tuple(tensor for _, tensor in found)
        if self._interpreter.file.outputs[0].index not in self._tensors[-1:]:
            raise ModelFileError(f"{model.name}: its logits do not follow from the image; convert the model again.")

    def record(self, images: npt.NDArray[np.float32]) -> Activations:
        """Run the model and keep what each step computed.

        Parameters
        ----------
        images : float32, shape (n, 28, 28)
            As for `Classifier.logits`, n at least 1. All activations of the n images are held at
            once (some 50 KB for each image): hand large sets over in batches.

        Returns
        -------
        tuple of float32 arrays, shape (n, …)
            One for each of `steps`.

        Raises
        ------
        ImageError
            If there are no images, shape or dtype differ, or a value is not finite.
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
                    f"{self.name}: {step.operator} answered {count_text(len(images), 'image')} with an array "
                    f"{values.shape}, in which no row belongs to one image; its activations cannot be told apart."
                )
        return activations


def _steps(file: TfliteFile) -> list[tuple[ActivationStep, int]]:
    """The steps of a graph, each with the index of the tensor that it computes."""
    return [
        (ActivationStep(op.name, str(op.settings.get("activation", "NONE")), tensor.shape_signature[1:]), tensor.index)
        for op, tensor in file.from_input()
    ]
