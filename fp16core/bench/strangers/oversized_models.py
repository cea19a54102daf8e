"""Models that allocate 8 GB at one image, measured as if their trial had noticed nothing, counted by outcome."""

import time

import numpy as np
import psutil

from fp16core.bench.strangers.hostile_models import SIZED, sized_by_likeness
from fp16core.bench.strangers.model_files import ModelOutcomes
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist
from fp16core.resident.endings import ResidentEndedError
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.serving.child_memory import ChildMemory
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.training.recipe import Progress
from fp16core.vocabulary import HalfBitsError
from fp16core.workbench import measures
from fp16core.worker.model_host import ModelHost

FLOATS = 2_000_000_000
"""Numbers that a model allocates, 8 GB."""

_IMAGES = 100
_MEMORY_BYTES = 600_000_000
_HARM_BYTES = 100_000_000
"""Growth of this process that counts as harm."""


def measure_oversized_models(report: Progress) -> list[ModelOutcomes]:
    """Measure a model of each kind of `SIZED` in a process of its own, as pages do, and then the bundled pair.

    Parameters
    ----------
    report
        Called with a description of the current step and the fraction done.

    Returns
    -------
    list of ModelOutcomes
        A row for each kind. A model that was answered, or that harmed this process or the next measurement, is ``odd``.

    Raises
    ------
    DependencyError
        If TensorFlow, which makes the models, is not installed.
    """
    images, labels = (array[:_IMAGES] for array in load_mnist("test", mnist.BUNDLED))
    good = load_pair(pairs.BUNDLED)
    memory = ChildMemory(_MEMORY_BYTES)
    rows = []
    for number, kind in enumerate(SIZED):
        report(f"measuring models that allocate 8 GB: {kind}", number / len(SIZED))
        reference = ModelFile(sized_by_likeness(kind, images[-1], FLOATS), kind)
        pair = ModelPair(kind, reference, quantize_tflite(reference))
        before_bytes, start = psutil.Process().memory_info().rss, time.perf_counter()
        outcome, why = _outcome(memory, pair, images, labels)
        seconds = time.perf_counter() - start
        grown_bytes = psutil.Process().memory_info().rss - before_bytes
        if grown_bytes > _HARM_BYTES or _outcome(memory, good, images, labels)[0] != "taken":
            outcome = "odd"
        counts = {what: int(what == outcome) for what in ("taken", "refused", "ended", "odd")}
        rows.append(ModelOutcomes(f"8 GB by {kind}", 1, **counts, median_s=seconds, longest_s=seconds, why_ended=why))
    return rows


def _outcome(
    memory: ChildMemory, pair: ModelPair, images: np.ndarray, labels: np.ndarray
) -> tuple[str, tuple[str, ...]]:
    host = ModelHost(memory, pair, images, labels)
    try:
        host.measure(measures.comparison)
    except ResidentEndedError as error:
        return "ended", (str(error),)
    except HalfBitsError:
        return "refused", ()
    finally:
        host.close()
    return "taken", ()
