"""Result of an epoch: its network converted, and both files run on the test images."""

import gc
import time
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.convert.from_keras import convert_keras
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.trace import EpochResult, TrainingStep


class EpochTest:
    """Converts the network at each epoch's end, by TensorFlow's converter, and runs the result.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
    labels : uint8, shape (n,)
        The test images.

    Attributes
    ----------
    pair, comparison
        Of the latest epoch.
    results
        Of all epochs.
    """

    def __init__(self, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> None:
        self._images, self._labels = images, labels
        self._start = time.monotonic()
        self.results: list[EpochResult] = []
        self.pair: ModelPair
        self.comparison: Comparison

    def convert_and_run(self, network: Any, step: TrainingStep) -> EpochResult:
        """Convert a Keras model that has just finished an epoch with this step, and run it."""
        reference, target = convert_keras(network)
        self.pair = ModelPair("the trained model", ModelFile(reference, REFERENCE_FILE), ModelFile(target, TARGET_FILE))
        self.comparison = compare(self.pair, self._images, self._labels)
        gc.collect()  # the converter leaves 6 MB in reference cycles each time, which Python would collect much later
        now = time.monotonic()
        result = EpochResult(
            number=round(step.epochs_done),
            loss=step.loss,
            accuracy=step.accuracy,
            reference_loss=self.comparison.reference.loss,
            reference_accuracy=self.comparison.reference.accuracy.value,
            target_accuracy=self.comparison.target.accuracy.value,
            changed_predictions=self.comparison.changed_predictions,
            seconds=now - self._start,
        )
        self._start = now
        self.results.append(result)
        return result

    def history(self) -> dict[str, list[float]]:
        """All results by measured quantity, one number for each epoch."""
        rows = [asdict(result) for result in self.results]
        return {name: [row[name] for row in rows] for name in rows[0] if name != "number"}
