"""A training run from start to end: train, convert, evaluate, write. This is where TensorFlow lives."""

import importlib.metadata
import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fp16core.convert.from_keras import convert_keras
from fp16core.data.mnist import images_digest, load_mnist
from fp16core.evaluate.comparison import Comparison, compare
from fp16core.models.pair import KERAS_FILE, REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.models.recipe import Progress, Recipe, import_tensorflow, train
from fp16core.output import new_folder
from fp16core.vocabulary import ModelPair

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "litert-quantizer", "numpy")

FORMAT = 1
"""Version of ``run.json``'s layout."""


def train_run(out: Path, recipe: Recipe, on_progress: Progress = lambda what, done: None) -> dict[str, Any]:
    """Train, convert by TensorFlow's converter, evaluate on the test images, and write the run.

    Parameters
    ----------
    out
        Folder to make; it holds ``mnist_model.keras``, ``mnist_model.tflite``,
        ``mnist_model_quant_f16.tflite`` and ``run.json``, or does not exist at all.
    recipe
        Epochs, seed, batch size.
    on_progress
        Called with what is happening and the fraction done.

    Returns
    -------
    dict
        The contents of ``run.json``.

    Raises
    ------
    OutputError
        If ``out`` exists and is not an empty folder, or cannot be written.
    DependencyError
        If TensorFlow is not installed.
    DatasetError
        If the data set cannot be used.
    """
    with new_folder(out) as folder:
        on_progress("loading TensorFlow", 0.0)
        import_tensorflow()
        training, test = load_mnist("train"), load_mnist("test")
        trained = train(
            recipe,
            training,
            test,
            lambda what, done: on_progress(what, 0.02 + 0.83 * done),
        )
        on_progress("converting to float32 and float16", 0.85)
        trained.model.save(folder / KERAS_FILE)
        reference, target = convert_keras(trained.model)
        on_progress("running both models on the test images", 0.97)
        comparison = compare(ModelPair(out.name, reference, target), *test)
        (folder / REFERENCE_FILE).write_bytes(reference)
        (folder / TARGET_FILE).write_bytes(target)
        record = _record(recipe, trained.history, comparison, folder)
        record["dataset"] = {"train_sha256": images_digest(training[0]), "test_sha256": images_digest(test[0])}
        (folder / RUN_FILE).write_text(json.dumps(record, indent=2) + "\n")
        on_progress("done", 1.0)
    return record


def _record(recipe: Recipe, history: dict[str, list[float]], comparison: Comparison, folder: Path) -> dict[str, Any]:
    files = {name: file_record((folder / name).read_bytes()) for name in (KERAS_FILE, REFERENCE_FILE, TARGET_FILE)}
    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "recipe": asdict(recipe),
        "history": history,
        "test_images": comparison.images,
        "reference_accuracy": comparison.reference.accuracy.value,
        "target_accuracy": comparison.target.accuracy.value,
        "accuracy_delta": comparison.accuracy_delta,
        "changed_predictions": comparison.changed_predictions,
        "files": files,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
