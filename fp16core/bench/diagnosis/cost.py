"""Cost of a diagnosis: time and memory, against LiteRT Quantizer's own validation of the same file."""

import statistics
import tempfile
from pathlib import Path

from fp16core.bench.child_cost import ProcessCost, run_module
from fp16core.bench.diagnosis.models import MODELS, SAMPLES, file_stem
from fp16core.bench.measures import Duration, Memory, Ratio, ratio_of
from fp16core.text import size_text
from fp16core.training.recipe import Progress

_GOAL_MS, _GOAL_RATIO, _GOAL_FILES = 5_000.0, 3.0, 10
"""Largest time of a process, smallest ratio of times, largest memory as a multiple of the file."""

_MAKER, _RUNNER = "fp16core.bench.diagnosis.models", "fp16core.bench.diagnosis.one_model"


def measure_cost(repeats: int, report: Progress) -> list[Ratio | Duration | Memory]:
    """Diagnose each model of `MODELS`, and have LiteRT Quantizer quantize and validate it, in turn.

    Both sides run in processes of their own, on the same samples, with all settings as they are by default. Ratios
    compare the work without imports, peaks of memory what it takes beyond its imports; times are of whole processes.
    """
    theirs: dict[str, list[ProcessCost]] = {name: [] for name in MODELS}
    ours: dict[str, list[ProcessCost]] = {name: [] for name in MODELS}
    with tempfile.TemporaryDirectory() as folder:
        report("making models with TensorFlow", 0.0)
        run_module(_MAKER, folder)
        for repeat in range(repeats):
            for place, name in enumerate(MODELS):
                files = [f"{folder}/{file_stem(name)}{ending}" for ending in (".tflite", ".npz")]
                done = 0.2 + 0.8 * (repeat + place / len(MODELS)) / repeats
                report(f"validating and diagnosing {name}", done)
                theirs[name].append(run_module(_RUNNER, "validate", *files))
                ours[name].append(run_module(_RUNNER, "diagnose", *files))
        sizes = {name: Path(folder, f"{file_stem(name)}.tflite").stat().st_size for name in MODELS}
    return [row for name, size_bytes in sizes.items() for row in _rows(name, size_bytes, theirs[name], ours[name])]


def _rows(
    name: str, size_bytes: int, theirs: list[ProcessCost], ours: list[ProcessCost]
) -> list[Ratio | Duration | Memory]:
    model = f"{name}, {size_text(size_bytes)}, {SAMPLES} samples"
    seconds = tuple([float(cost.answer["seconds"]) for cost in costs] for costs in (theirs, ours))
    grown = tuple([cost.peak_bytes - int(cost.answer["resident_bytes"]) for cost in costs] for costs in (theirs, ours))
    return [
        ratio_of(
            f"{model}: diagnosis, against quantization and validate()", _GOAL_RATIO, seconds[0], seconds[1], 1, "s"
        ),
        ratio_of(f"{model}: memory of it, against that of validate()", None, grown[0], grown[1], 1e-6, "MB"),
        Duration(
            f"{model}: a process that diagnoses it",
            statistics.median(cost.seconds for cost in ours) * 1e3,
            _GOAL_MS,
            len(ours),
        ),
        Memory(f"{model}: diagnosis, beyond its imports", tuple(grown[1]), _GOAL_FILES * size_bytes),
    ]
