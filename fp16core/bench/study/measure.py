"""A study against the tutorial's notebook run as often, with one worker and with two; Dask's time, and memory."""

import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fp16core.bench.child_cost import ProcessCost, run_module
from fp16core.bench.measures import Memory, Ratio, ratio_of
from fp16core.study.rows.file import Study, read_study
from fp16core.training.recipe import Progress

TRAININGS = 8
"""Trainings of each study; a command takes as long as two of them to start and to end."""

GOAL, WORKERS_GOAL, OVERHEAD_GOAL, MEMORY_GOAL_BYTES = 1.8, 1.0, 20.0, 900_000_000


def measure_study(repeats: int, report: Progress) -> list[Ratio | Memory]:
    """Whole processes on both sides: imports, trainings, conversions and evaluations."""
    notebook, one, two, overheads = list[float](), list[float](), list[float](), list[float]()
    studies: list[Study] = []
    for repeat in range(repeats):
        report("the tutorial's notebook", repeat / repeats)
        notebook.append(run_module("fp16core.bench.tutorial", "train").seconds)
        for workers, costs in ((1, one), (2, two)):
            report(f"a study of {TRAININGS} trainings by {workers} of 2 workers", (repeat + 0.3 * workers) / repeats)
            cost, study = _study(workers)
            costs.append(cost.seconds)
            studies.append(study)
        report("Dask alone", (repeat + 0.95) / repeats)
        overheads.append(float(run_module("fp16core.bench.study.overhead").answer["seconds_per_task"]))
    tasks = [statistics.median(sum(r.results.seconds.values()) for r in s.rows if r.results) for s in studies]
    peaks = [max(row.results.peak_memory_bytes for row in study.rows if row.results) for study in studies]
    memory = Memory(f"a worker of a study, after {TRAININGS // 2} or more trainings", tuple(peaks), MEMORY_GOAL_BYTES)
    return [*_results(notebook, one, two, tasks, overheads), memory]


def _study(workers: int) -> tuple[ProcessCost, Study]:
    with tempfile.TemporaryDirectory() as folder:
        options = ("--seeds", f"0-{TRAININGS - 1}", "--workers", str(workers), "--out", folder, "--json")
        return run_module("fp16core", "study", *options), read_study(Path(folder))


def _results(
    notebook: Sequence[float],
    one: Sequence[float],
    two: Sequence[float],
    tasks: Sequence[float],
    overheads: Sequence[float],
) -> list[Ratio | Memory]:
    often = [TRAININGS * seconds for seconds in notebook]
    rates = [60 * TRAININGS / statistics.median(costs) for costs in (often, one, two)]
    words = "{:.1f} per minute against {:.1f}"
    best = [min(both) for both in zip(one, two, strict=True)]
    study = ratio_of(f"the notebook {TRAININGS} times, against a study of as many trainings", GOAL, often, best, 1, "s")
    workers = ratio_of("a study by one worker, against two", WORKERS_GOAL, one, two, 1, "s")
    medians = [statistics.median(each) for each in (tasks[0::2], tasks[1::2])]
    share = ratio_of("a training, against Dask's time for its task", OVERHEAD_GOAL, tasks[0::2], overheads, 1e3, "ms")
    return [
        Ratio(study.name, study.goal, study.samples, f"{study.measured}; {words.format(rates[0], max(rates[1:]))}"),
        Ratio(workers.name, workers.goal, workers.samples, f"{workers.measured}; {words.format(*rates[1:])}"),
        share,
        Ratio(
            "a training while no other runs, against one beside another on the same two cores",
            None,
            tuple(first / second for first, second in zip(tasks[0::2], tasks[1::2], strict=True)),
            f"{medians[0]:.2f} s against {medians[1]:.2f} s",
        ),
    ]
