"""Tasks that stand in for trainings: Dask's workers import them from here."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fp16core.study.rows.codec import row_document
from fp16core.study.rows.row import Ending
from fp16core.study.running.task import Source
from fp16core.training.recipe import Recipe
from tests.helpers.study.rows import DATASET, row, without_results

FAILS, DIES, DIES_ONCE, FAILS_TWICE, DIVERGES, WRONG = 100, 101, 102, 103, 104, 105
"""Seeds of tasks that do not end well, or not at once."""


def act(settings: Mapping[str, Any], source: Source, keep_models: bool) -> dict[str, Any]:
    """Answer like a training, or do what the seed says; the source's name is a folder that counts the attempts."""
    seed, (folder, contents) = settings["seed"], source or ("", b"")
    marks = Path(folder) / str(seed)
    marks.mkdir(exist_ok=True)
    attempt = len([*marks.iterdir()])
    (marks / f"{attempt}-{os.getpid()}").write_bytes(contents)
    if seed == FAILS or (seed == FAILS_TWICE and attempt < 2):
        raise ArithmeticError(f"attempt {attempt} of seed {seed}")
    if seed == DIES or (seed == DIES_ONCE and attempt == 0):
        os._exit(1)
    if seed == DIVERGES:
        return {"row": row_document(without_results(seed, Ending.DIVERGED)), "models": {}}
    if seed == WRONG:
        return {"row": row_document(row(seed + 1)), "models": {}}
    found = replace(row(seed, recipe=Recipe.from_dict(settings)), dataset=DATASET)
    return {"row": row_document(found), "models": {"mnist_model.tflite": b"model"} if keep_models else {}}


def slow(settings: Mapping[str, Any], source: Source, keep_models: bool) -> dict[str, Any]:
    """The same, in a tenth of a second."""
    time.sleep(0.1)
    return act(settings, source, keep_models)
