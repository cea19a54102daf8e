"""The parts of the benchmark, and their order."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fp16core.bench.child_cost import run_module
from fp16core.bench.command_results import (
    ComparisonResult,
    RuntimesResult,
    measure_comparison,
    measure_runtimes,
)
from fp16core.bench.diagnosis.corrupted import DiagnosisOutcomes, measure_corrupted, networks
from fp16core.bench.diagnosis.cost import measure_cost
from fp16core.bench.gpu.measure import measure_gpu
from fp16core.bench.load.measure import LoadResult, measure_load
from fp16core.bench.measures import Duration, Memory, Ratio, Size, ratio_of, timed
from fp16core.bench.numerics_lab import measure_lab
from fp16core.bench.strangers.model_files import ModelOutcomes, measure_strangers
from fp16core.bench.strangers.oversized_models import measure_oversized_models
from fp16core.bench.strangers.pictures import PictureOutcomes, measure_pictures
from fp16core.bench.study.measure import measure_study
from fp16core.bench.training_interference import measure_interference
from fp16core.bench.tutorial import evaluate_one_at_a_time
from fp16core.bench.uploads.accuracy import measure_uploads
from fp16core.bench.uploads.durations import measure_durations
from fp16core.bench.uploads.results import RowAccuracy, UploadAccuracy
from fp16core.data import mnist
from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate.comparison import compare
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.training.recipe import Progress

BATCH_SIZES = (1, 5, 10, 25, 50, 100, 250, 500, 1000, 10_000)

Result = (
    ComparisonResult
    | RuntimesResult
    | LoadResult
    | Duration
    | Memory
    | Size
    | DiagnosisOutcomes
    | ModelOutcomes
    | PictureOutcomes
    | UploadAccuracy
    | RowAccuracy
)


@dataclass(frozen=True)
class PartResults:
    """Results of one part of the benchmark.

    Attributes
    ----------
    part
        Name of the part.
    results
        In the order in which they were measured.
    repeats
        Repetitions of both sides.
    seconds
        Duration of the whole measurement.
    """

    part: str
    results: Sequence[Result]
    repeats: int
    seconds: float


def run_bench(parts: Sequence[str], repeats: int, on_progress: Progress) -> Iterator[PartResults]:
    """Measure the parts one after another, each ``repeats`` times.

    Parameters
    ----------
    parts
        Of `PARTS`.
    repeats
        Repetitions of both sides, interleaved.
    on_progress
        Called with a description of the current step and the fraction done.

    Yields
    ------
    PartResults
        As soon as a part has been measured.

    Raises
    ------
    BenchError
        If a measured process fails.
    """
    for number, part in enumerate(parts):

        def report(what: str, done: float, number: int = number) -> None:
            on_progress(what, (number + done) / len(parts))

        start = time.perf_counter()
        results = PARTS[part](repeats, report)
        yield PartResults(part, results, repeats, time.perf_counter() - start)
    on_progress("done", 1.0)


def _batch(repeats: int, report: Progress) -> list[Ratio]:
    """Images per interpreter call, against one at a time, with the float32 model."""
    inputs = normalise(load_mnist("test", mnist.BUNDLED)[0])
    models = {size: Classifier(load_pair(pairs.BUNDLED).reference, batch_size=size) for size in BATCH_SIZES}
    seconds: dict[int, list[float]] = {size: [] for size in BATCH_SIZES}
    for repeat in range(repeats + 1):
        for size, model in models.items():
            report(f"batches of {size:,}", repeat / (repeats + 1))
            took = timed(lambda model=model: model.logits(inputs))  # type: ignore[misc]  # a default's type is not inferred
            if repeat:  # the first round warms up
                seconds[size].append(took)
    return [
        Ratio(
            f"batches of {size:,}, against single images",
            None,
            tuple(one / many for one, many in zip(seconds[1], seconds[size], strict=True)),
            f"{statistics.median(seconds[size]) / len(inputs) * 1e6:.2f} µs per image",
        )
        for size in BATCH_SIZES[1:]
    ]


def _evaluation(repeats: int, report: Progress) -> list[Ratio]:
    """Both models on all test images, against the notebook's loop on the same runtime."""
    from ai_edge_litert.interpreter import Interpreter

    pair = load_pair(pairs.BUNDLED)
    images, labels = load_mnist("test", mnist.BUNDLED)
    scaled = images / 255.0
    interpreters = [Interpreter(model_content=model.contents) for model in pair.files]
    for interpreter in interpreters:
        interpreter.allocate_tensors()
    ours, theirs = [], []
    for repeat in range(repeats + 1):
        report("evaluating 10,000 images with both models", repeat / (repeats + 1))
        loop = timed(lambda: [evaluate_one_at_a_time(i, scaled, labels) for i in interpreters])
        side_by_side = timed(lambda: compare(pair, images, labels))
        if repeat:
            theirs.append(loop)
            ours.append(side_by_side)
    return [ratio_of("both models on 10,000 images, against the tutorial's loop", 2.5, theirs, ours, 1e3, "ms")]


def _process(repeats: int, report: Progress) -> list[Ratio]:
    """A whole process that evaluates the pair, against one that does the same through TensorFlow."""
    ours, theirs = [], []
    for repeat in range(repeats):
        report("a process with TensorFlow", repeat / repeats)
        theirs.append(run_module("fp16core.bench.tutorial", "evaluate"))
        report("a process with LiteRT", (repeat + 0.8) / repeats)
        ours.append(run_module("fp16core", "compare", "--json"))
    times = [c.seconds for c in theirs], [c.seconds for c in ours]
    peaks = [float(c.peak_bytes) for c in theirs], [float(c.peak_bytes) for c in ours]
    return [
        ratio_of("time of a process that evaluates the pair, against the same through TensorFlow", 8, *times, 1, "s"),
        ratio_of("peak memory of that process, against the same through TensorFlow", 6, *peaks, 1e-6, "MB"),
    ]


def _training(repeats: int, report: Progress) -> list[Result]:
    """The notebook's epoch, conversions and evaluations, against a training run's; imports excluded."""
    ours, theirs = [], []
    for repeat in range(repeats):
        report("training as the tutorial does", repeat / repeats)
        theirs.append(run_module("fp16core.bench.tutorial", "train"))
        report("training as this package does", (repeat + 0.6) / repeats)
        ours.append(run_module("fp16core.bench.training_run"))
    times = [c.answer["seconds"] for c in theirs], [c.answer["seconds"] for c in ours]
    peaks = [float(c.peak_bytes) for c in theirs], [float(c.peak_bytes) for c in ours]
    accuracies = [statistics.median(c.answer["accuracy"] for c in costs) for costs in (theirs, ours)]
    speed = ratio_of("one epoch, converted and evaluated, against the tutorial's notebook", 1.7, *times, 1, "s")
    words = f"{speed.measured}; accuracy {accuracies[0]:.2%} and {accuracies[1]:.2%}"
    return [
        Ratio(speed.name, speed.goal, speed.samples, words),
        ratio_of("its peak memory, against the notebook's", None, *peaks, 1e-6, "MB"),
        Memory("a training run by the tutorial's recipe, to its end", tuple(c.peak_bytes for c in ours), 900_000_000),
    ]


def _uploads(repeats: int, report: Progress) -> list[Result]:
    """Strangers' pictures: accuracy lost, and time taken."""
    return [
        *measure_uploads(lambda what, done: report(what, 0.9 * done)),
        *measure_durations(lambda what, done: report(what, 0.9 + 0.1 * done), repeats),
    ]


def _strangers(_repeats: int, report: Progress) -> list[Result]:
    """Corrupted and hostile model files and pictures, once each: repetition would not change the outcome."""
    return [
        *measure_strangers(lambda what, done: report(what, 0.75 * done)),
        *measure_oversized_models(lambda what, done: report(what, 0.75 + 0.05 * done)),
        *measure_pictures(lambda what, done: report(what, 0.8 + 0.2 * done)),
    ]


def _diagnose(repeats: int, report: Progress) -> list[Result]:
    """Cost of a diagnosis; then corrupted files, once each."""
    return [
        *measure_cost(repeats, lambda what, done: report(what, 0.4 * done)),
        *measure_corrupted(networks(), lambda what, done: report(what, 0.4 + 0.6 * done)),
    ]


PARTS: dict[str, Callable[[int, Progress], Sequence[Result]]] = {
    "compare": measure_comparison,
    "evaluation": _evaluation,
    "batch": _batch,
    "process": _process,
    "training": _training,
    "study": measure_study,
    "lab": measure_lab,
    "diagnose": _diagnose,
    "runtimes": measure_runtimes,
    "sharing": measure_interference,
    "load": measure_load,
    "uploads": _uploads,
    "strangers": _strangers,
    "gpu": measure_gpu,
}
"""The parts by name."""
