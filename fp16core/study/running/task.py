"""The task of a study: one training, from its recipe to its row. This is what runs on Dask's workers."""

import functools
import gc
import hashlib
import importlib.metadata
import platform
import random
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

import fp16core
from fp16core.convert.from_keras import convert_keras
from fp16core.data.mnist import BUNDLED, DatasetContents, load_mnist
from fp16core.runtime.processor import read_processor
from fp16core.study.rows.codec import row_document
from fp16core.study.rows.row import DatasetFacts, Ending, Machine, Row
from fp16core.study.running.measure import Stopwatch, measure_network
from fp16core.system.memory import keep_freed_blocks, limit_arenas, return_free_memory
from fp16core.text import first_line
from fp16core.training.fit import train
from fp16core.training.recipe import THREADS, Recipe, import_tensorflow
from fp16core.vocabulary import RecipeError

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "litert-quantizer", "numpy")

_ONE_TRAINING = threading.Lock()
"""Held during a training: Keras's seed is that of the whole process."""

_ARENAS = 1

_OWN_GRADIENT = "CustomGradient-"
"""Begin of the names under which TensorFlow registers gradients of single graphs."""

_Labelled = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

Source = tuple[str, bytes] | None
"""Name and contents of a data set, or `None` for the bundled one, which every worker has."""


def train_and_measure(settings: Mapping[str, Any], source: Source, keep_models: bool) -> dict[str, Any]:
    """Train one network, convert it by both paths, and measure the result.

    Parameters
    ----------
    settings
        Of the `Recipe`.
    source
        The data set.
    keep_models
        Whether the answer holds the model files.

    Returns
    -------
    dict
        ``row``, the document of a `Row`; and ``models``, the contents of the files by name, if they are kept. All
        values are plain, so that client and worker may have different versions of this package.
    """
    recipe = Recipe.from_dict(settings)
    with _ONE_TRAINING:
        dataset, training, test = read_dataset(source)
        _prepare()
        results, error, models = None, None, {}
        try:
            watch = Stopwatch()
            reference, target = _trained(recipe, training, watch)
            measured = measure_network(reference, target, *test, watch)
            results, models = measured.results, dict(measured.files)
        except RecipeError as divergence:
            error = first_line(divergence)
        finally:
            _tidy()
    ending = Ending.TRAINED if results else Ending.DIVERGED
    row = Row(recipe, dataset, ending, error, timestamp(), results, machine())
    return {"row": row_document(row), "models": models if keep_models else {}}


def timestamp() -> str:
    """The time, UTC, to the second, in ISO format."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@functools.lru_cache(maxsize=1)
def read_dataset(source: Source) -> tuple[DatasetFacts, _Labelled, _Labelled]:
    """Facts of a data set, and its images and labels to learn from and to test on; raises `DatasetError`."""
    place = BUNDLED if source is None else DatasetContents(source[1], source[0])
    training, test = load_mnist("train", place), load_mnist("test", place)
    digest = hashlib.sha256()
    for array in (*training, *test):
        digest.update(np.ascontiguousarray(array).data)
    name = "MNIST" if source is None else source[0]
    return DatasetFacts(name, len(training[1]), len(test[1]), digest.hexdigest()), training, test


@functools.cache
def machine() -> Machine:
    """Return this machine and the software that trains on it."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    own = {"half-the-bits": fp16core.__version__, "python": platform.python_version()}
    system = f"{platform.system()} {platform.machine()}"
    return Machine(read_processor().name, system, THREADS, own | versions)


@functools.cache
def _prepare() -> None:
    """Load TensorFlow, once for all trainings of this process."""
    limit_arenas(_ARENAS)
    keep_freed_blocks()
    import_tensorflow()
    gc.collect()
    gc.freeze()  # what TensorFlow has imported stays, and need not be traversed after each training


def _trained(recipe: Recipe, training: _Labelled, watch: Stopwatch) -> tuple[bytes, bytes]:
    """The float32 and the float16 file of a newly trained network."""
    import keras
    from keras.src.random import seed_generator

    # Keras numbers its layers through; the files hold their names, and must not depend on earlier trainings.
    keras.backend.clear_session()
    # Keras draws the seeds of initial weights from Python's global generator, which Dask's threads draw from as well.
    # One of its own, with the same seed, gives the numbers that a process without other threads gets.
    shared, seed_generator.python_random = seed_generator.python_random, random.Random(recipe.seed)  # noqa: S311
    try:
        network = train(recipe, *training)
    finally:
        seed_generator.python_random = shared
    watch.lap("training")
    files = convert_keras(network)
    watch.lap("conversion")
    return files


def _tidy() -> None:
    """Give back what a training leaves behind: graphs, the converter's reference cycles, and freed memory."""
    from tensorflow.python.framework import ops

    # Each optimizer registers a gradient of its own for good, which keeps the graph of its network: 6 MB. Nothing
    # public removes it.
    registered = ops.gradient_registry._registry
    for name in [name for name in registered if name.startswith(_OWN_GRADIENT)]:
        del registered[name]
    gc.collect()
    return_free_memory()
