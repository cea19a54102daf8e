"""Time that Dask takes for a task of a study, without the training: ``python -m fp16core.bench.study.overhead``."""

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fp16core.runs.record import FileRecord
from fp16core.study.rows.codec import row_document
from fp16core.study.rows.file import RowsFile
from fp16core.study.rows.results import FACTORS, Effect, Results, WeightCounts
from fp16core.study.rows.row import DatasetFacts, Ending, Row
from fp16core.study.running.cluster import connected
from fp16core.study.running.run import Order, run_study
from fp16core.study.running.task import Source, machine, timestamp
from fp16core.training.recipe import Recipe

TASKS = 1000

_DATASET = DatasetFacts("no data set", 0, 10_000, "0" * 64)


def no_training(settings: Mapping[str, Any], _source: Source, _keep_models: bool) -> dict[str, Any]:
    """A row as long as any other, at once."""
    effect = Effect(10_000, 0, 0, 0.0, (), 0.0, 0.0, 0.0, 0, (0,) * len(FACTORS), 0.0, None)
    files = {f"file {number}": FileRecord(0, "0" * 64) for number in range(3)}
    ways = {f"way {number}": effect for number in range(3)}
    counts = WeightCounts(0, 0, 0)
    results = Results(0.0, effect, effect, ways, counts, counts, files, {"training": 0.0}, 0)
    row = Row(Recipe.from_dict(settings), _DATASET, Ending.TRAINED, None, timestamp(), results, machine())
    return {"row": row_document(row), "models": {}}


def main() -> None:
    """Run tasks through a study, rows and all; print seconds per task, and processor time of scheduler and client."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RowsFile.opened(Path(folder)) as file,
        connected(None, 2) as client,
    ):
        recipes = [replace(Recipe(), seed=seed) for seed in range(TASKS)]
        order = Order(recipes[:10], _DATASET, None, keep_models=False)
        run_study(client, order, file, no_training, lambda _standing: None)  # imports on the workers
        start, start_cpu = time.perf_counter(), time.process_time()
        run_study(client, replace(order, recipes=recipes[10:]), file, no_training, lambda _standing: None)
        spent = {
            "seconds_per_task": time.perf_counter() - start,
            "cpu_seconds_per_task": time.process_time() - start_cpu,
        }
        print(json.dumps({name: seconds / (TASKS - 10) for name, seconds in spent.items()}))


if __name__ == "__main__":
    main()
