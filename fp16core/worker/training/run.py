"""A training run from start to end: train, convert both ways, evaluate, write. This is where TensorFlow lives."""

import contextlib
import gc
import importlib.metadata
import json
import math
import os
import platform
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fp16core.atomic_output import new_folder, remove_partials
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import DatasetContents, dataset_path
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.json_text import nonfinite_as_null
from fp16core.runs.record import (
    FORMAT,
    KERAS_FILE,
    LOG_FILE,
    QUANTIZER_FILE,
    REFERENCE_FILE,
    RUN_FILE,
    TARGET_FILE,
    file_record,
)
from fp16core.system.memory import peak_bytes
from fp16core.text import count_text, percent_text, small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.training.fit import train
from fp16core.training.recipe import THREADS, Progress, Recipe, import_tensorflow
from fp16core.training.trace import EpochResult, Snapshot, TrainingStep
from fp16core.worker.training.dataset import Dataset
from fp16core.worker.training.epoch import EpochTest
from fp16core.worker.training.room import needs_room, run_bytes
from fp16core.worker.training.run_log import discard_prints, remove_paths, run_log, temporary_files_in, timestamp

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "litert-quantizer", "numpy")

Tell = Callable[[dict[str, Any]], None]
"""Called with the messages that a `Trace` gathers."""

_LOADING, _TRAINING, _ENDING = 0.7, 0.85, 0.2
"""Durations in epochs: all before the first; an epoch without its conversion; all after the last."""


def train_run(
    out: Path,
    recipe: Recipe,
    on_progress: Progress = lambda _what, _done: None,
    tell: Tell = lambda _message: None,
    source: Path | DatasetContents | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """Train, convert by both ways, evaluate on the test images, and write the run.

    Parameters
    ----------
    out
        Folder to make; it holds ``mnist_model.keras``, ``mnist_model.tflite``, two float16 files
        (``mnist_model_quant_f16.tflite`` by TensorFlow's converter, ``mnist_model_quantizer_f16.tflite`` by
        LiteRT Quantizer), ``train.log`` and ``run.json``, or does not exist at all.
    recipe
        Recipe to train.
    on_progress
        Called with what is happening and the fraction done.
    tell
        Called with the messages that a `Trace` gathers.
    source
        The data set; by default the one in use.
    name
        Name of the run.

    Returns
    -------
    dict
        The contents of ``run.json``.

    Raises
    ------
    OutputError
        If ``out`` exists and is not an empty folder, or cannot be written, or there is too little room for it.
    RecipeError
        If training diverges.
    DependencyError
        If TensorFlow is not installed.
    DatasetError
        If the data set cannot be used.
    """
    remove_partials(out)
    with new_folder(out) as folder, needs_room(out, folder, run_bytes(recipe)):
        with run_log(folder / LOG_FILE) as note, temporary_files_in(folder):
            found = _Run(recipe, on_progress, tell, note).fill(folder, source or dataset_path())
        remove_paths(folder / LOG_FILE)
        files = (KERAS_FILE, REFERENCE_FILE, TARGET_FILE, QUANTIZER_FILE, LOG_FILE)
        record: dict[str, Any] = nonfinite_as_null(
            {
                "format": FORMAT,
                "created": timestamp(),
                "name": name,
                "recipe": asdict(recipe),
                **found,
                "files": {name: file_record((folder / name).read_bytes()) for name in files},
                "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
                "python": platform.python_version(),
                "machine": platform.machine(),
                "cpus": os.cpu_count(),
                "threads": THREADS,
                "peak_memory_bytes": peak_bytes(),
            }
        )
        (folder / RUN_FILE).write_bytes((json.dumps(record, indent=2, allow_nan=False) + "\n").encode())
    on_progress("done", 1.0)
    return record


class _Run:
    """A run in progress; ``note`` writes a line into its log."""

    def __init__(self, recipe: Recipe, on_progress: Progress, tell: Tell, note: Callable[[str], None]) -> None:
        self._recipe, self._on_progress, self._tell, self._note = recipe, on_progress, tell, note
        self._start = time.monotonic()

    def fill(self, folder: Path, source: Path | DatasetContents) -> dict[str, Any]:
        """Write all files but ``run.json``, and return the entries for it."""
        self._note(f"recipe: {json.dumps(asdict(self._recipe))}")
        self._report("loading TensorFlow", 0)
        tensorflow = import_tensorflow()
        data = Dataset.read(source)
        self._note(
            f"TensorFlow {tensorflow.__version__} is loaded; {data.name}: {len(data.training[0]):,} images to learn "
            f"from, {len(data.test[0]):,} to test on"
        )
        gc.freeze()  # what TensorFlow has imported stays, and need not be traversed after each epoch
        loaded = time.monotonic()
        test = EpochTest(*data.test)
        network = train(self._recipe, *data.training, self._seen, lambda model, step: self._ended(test, model, step))
        trained = time.monotonic()
        self._report("quantizing with LiteRT Quantizer", _LOADING + self._recipe.epochs)
        network.save(folder / KERAS_FILE)
        (folder / REFERENCE_FILE).write_bytes(test.pair.reference.contents)
        (folder / TARGET_FILE).write_bytes(test.pair.target.contents)
        quantized = quantize_tflite(test.pair.reference)
        (folder / QUANTIZER_FILE).write_bytes(quantized.contents)
        other = compare(ModelPair("the trained model", test.pair.reference, quantized), *data.test)
        self._note(f"LiteRT Quantizer: {_changes(other)}")
        ended = time.monotonic()
        self._note(f"all files are written; {ended - self._start:.2f} s in all")
        seconds = {"loading": loaded - self._start, "training": trained - loaded, "ending": ended - trained}
        return {
            "dataset": data.record(),
            "history": test.history(),
            **_results(test.comparison, other),
            "seconds": seconds,
        }

    def _seen(self, event: TrainingStep | Snapshot) -> None:
        if isinstance(event, TrainingStep):
            # Before the event: who receives it finds the fraction that belongs to it.
            epoch = math.ceil(event.epochs_done)
            self._report_epoch(epoch, "", _TRAINING * (1 - (epoch - event.epochs_done)))
        self._tell(event.message())

    def _ended(self, test: EpochTest, network: Any, step: TrainingStep) -> None:
        epoch = round(step.epochs_done)
        self._report_epoch(epoch, ", converting and running it", _TRAINING)
        # What TensorFlow prints while it converts is the same after each epoch: once is enough.
        with contextlib.nullcontext() if epoch == 1 else discard_prints():
            result = test.convert_and_run(network, step)
        self._tell(result.message())
        self._note(_line(result, self._recipe))
        self._report_epoch(epoch, "", 1)

    def _report_epoch(self, epoch: int, doing: str, done: float) -> None:
        self._report(f"epoch {epoch} of {self._recipe.epochs}{doing}", _LOADING + epoch - 1 + done)

    def _report(self, what: str, done: float) -> None:
        self._on_progress(what, done / (_LOADING + self._recipe.epochs + _ENDING))


def _results(converter: Comparison, quantizer: Comparison) -> dict[str, Any]:
    return {
        "test_images": converter.images,
        "reference_loss": converter.reference.loss,
        "reference_accuracy": converter.reference.accuracy.value,
        "target_accuracy": converter.target.accuracy.value,
        "accuracy_delta": converter.accuracy_delta,
        "changed_predictions": converter.changed_predictions,
        "max_abs_logit_delta": converter.max_abs_logit_delta,
        "quantizer_accuracy": quantizer.target.accuracy.value,
        "quantizer_accuracy_delta": quantizer.accuracy_delta,
        "quantizer_changed_predictions": quantizer.changed_predictions,
        "quantizer_max_abs_logit_delta": quantizer.max_abs_logit_delta,
    }


def _line(result: EpochResult, recipe: Recipe) -> str:
    return (
        f"epoch {result.number} of {recipe.epochs}: loss {small_text(result.loss)}, "
        f"{percent_text(result.accuracy)} right while it learned; on the test images float32 "
        f"{percent_text(result.reference_accuracy)}, float16 {percent_text(result.target_accuracy)}, "
        f"{count_text(result.changed_predictions, 'answer')} changed; {result.seconds:.2f} s"
    )


def _changes(comparison: Comparison) -> str:
    return (
        f"float16 {percent_text(comparison.target.accuracy.value)}, "
        f"{count_text(comparison.changed_predictions, 'answer')} changed"
    )
