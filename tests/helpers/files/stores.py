"""Stores of runs made for tests: copies of the bundled pair whose records say something else."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import KERAS_FILE, REFERENCE_FILE, RUN_FILE, TARGET_FILE, file_record
from fp16core.runs.store import RunStore
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import RunError

DAYS = [f"2026-11-{day:02}T10:00:00+00:00" for day in range(1, 29)]
"""Days on which runs may have been made, the earliest first."""


def add_run(store: Path, id: str, created: str = "2026-11-20T10:00:00+00:00", **changes: Any) -> Path:
    """A copy of the bundled run, format 1, with another record."""
    folder = Path(shutil.copytree(BUNDLED, store / id))
    record = json.loads((folder / "run.json").read_text()) | {"created": created} | changes
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def add_full_run(store: Path, id: str, created: str = "2026-11-20T10:00:00+00:00", **changes: Any) -> Path:
    """The same in format 2: with LiteRT Quantizer's file (here a copy of the other) and a log."""
    folder = add_run(store, id, created)
    shutil.copy(folder / "mnist_model_quant_f16.tflite", folder / "mnist_model_quantizer_f16.tflite")
    (folder / "train.log").write_text(f"epoch 1 of 1\n{id} is done\n")
    record = json.loads((folder / "run.json").read_text()) | {"format": 2} | changes
    record["files"] = {
        path.name: {"size_bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in sorted(folder.iterdir())
        if path.name != "run.json"
    }
    (folder / "run.json").write_text(json.dumps(record))
    return folder


def altered_pair(folder: Path, reference: ModelFile, target: ModelFile) -> Path:
    """The bundled pair with other files, recorded as a training run records them."""
    shutil.copytree(BUNDLED, folder)
    run = json.loads((folder / RUN_FILE).read_text())
    for name, model in ((REFERENCE_FILE, reference), (TARGET_FILE, target)):
        (folder / name).write_bytes(model.contents)
        run["files"][name] = file_record(model.contents)
    (folder / RUN_FILE).write_text(json.dumps(run))
    assert (folder / KERAS_FILE).exists()
    return folder


def only_reason(store: RunStore) -> str:
    """Reason why the only folder in a store is not a run; neither `run` nor `load` half loads it."""
    assert store.runs() == ()
    (skipped,) = store.skipped()
    for ask in (store.run, store.load, store.zip):
        with pytest.raises(RunError):
            ask(skipped.folder)
    return skipped.reason


def ids(store: RunStore) -> list[str]:
    """Names of the folders of a store's runs, in the order in which they are listed."""
    return [run.id for run in store.runs()]
