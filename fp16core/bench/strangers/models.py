"""Models that ask for 8 GB at one image, measured as if their trial had noticed nothing: what comes of them."""

import time

import numpy as np
import psutil

from fp16core.bench.strangers.files import Offered
from fp16core.bench.strangers.hostile_models import SIZED, sized_by_likeness
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
"""Numbers that a model asks for, 8 GB."""

_IMAGES = 100
_MEMORY_BYTES = 600_000_000
_HARM_BYTES = 100_000_000
"""Growth of this process that counts as harm."""


def measure_models(report: Progress) -> list[Offered]:
    """Measure a model of each kind of `SIZED` in the process that pages have for it, and then the bundled pair.

    Parameters
    ----------
    report
        Called with what is happening and the fraction done.

    Returns
    -------
    list of Offered
        A row for each kind. What was answered, or harmed this process or the next measurement, is ``odd``.

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
        report(f"measuring models that ask for 8 GB: {kind}", number / len(SIZED))
        reference = ModelFile(sized_by_likeness(kind, images[-1], FLOATS), kind)
        pair = ModelPair(kind, reference, quantize_tflite(reference))
        before_bytes, start = psutil.Process().memory_info().rss, time.perf_counter()
        became, why = _became(memory, pair, images, labels)
        seconds = time.perf_counter() - start
        grown_bytes = psutil.Process().memory_info().rss - before_bytes
        if grown_bytes > _HARM_BYTES or _became(memory, good, images, labels)[0] != "taken":
            became = "odd"
        counts = {what: int(what == became) for what in ("taken", "refused", "ended", "odd")}
        rows.append(Offered(f"8 GB by {kind}", 1, **counts, median_s=seconds, longest_s=seconds, why_ended=why))
    return rows


def _became(
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
