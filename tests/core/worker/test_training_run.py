"""A training run: what it writes and tells, all or nothing."""

import hashlib
import json
import random
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.convert.from_keras import load_keras
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import load_mnist, normalise
from fp16core.jobs.job import Job
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.study.rows.codec import parse_row
from fp16core.study.rows.row import Ending
from fp16core.study.running.task import train_and_measure
from fp16core.tflite.model_file import ModelFile
from fp16core.training.recipe import LIMITS, Recipe
from fp16core.training.trace import Trace
from fp16core.vocabulary import DatasetError, ModelFileError, OutputError, RecipeError
from fp16core.worker.training.process import MODULE, request_for
from fp16core.worker.training.run import train_run
from tests.helpers.children.processes import PATIENCE_S

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

MODELS = ("mnist_model.keras", "mnist_model.tflite", "mnist_model_quant_f16.tflite", "mnist_model_quantizer_f16.tflite")
RECIPE = Recipe(epochs=2, seed=4, filters=6, kernel_size=5, optimizer="nadam")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, small_dataset: Path) -> tuple[Path, dict[str, Any], Trace]:
    """A run by a process of its own on the small data set: its folder, its answer, what it told."""
    out = tmp_path_factory.mktemp("runs") / "one"
    trace = [Trace()]
    request = request_for(out, RECIPE, "A name") | {"dataset": str(small_dataset)}
    job = Job(MODULE, request, on_message=lambda message: trace.append(trace[-1].with_message(message)))
    job.wait(PATIENCE_S)
    assert job.error is None
    assert job.done == 1
    assert job.answer is not None
    return out, job.answer, trace[-1]


Run = tuple[Path, dict[str, Any], Trace]


def test_a_run_is_a_folder_with_digests_of_all_it_holds(run: Run) -> None:
    out, answer, _ = run
    assert {path.name for path in out.iterdir()} == {*MODELS, "train.log", "run.json"}
    assert [path.name for path in out.parent.iterdir()] == ["one"]
    record = json.loads((out / "run.json").read_text(), parse_constant=pytest.fail)
    assert record == answer
    assert record["format"] == 2
    assert record["name"] == "A name"
    assert set(record["files"]) == {*MODELS, "train.log"}
    for name, known in record["files"].items():
        contents = (out / name).read_bytes()
        assert known == {"size_bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}
    assert load_pair(out).run == record


def test_a_run_records_all_that_a_repeat_needs(run: Run, small_dataset: Path) -> None:
    _, record, _ = run
    assert Recipe.from_dict(record["recipe"]) == RECIPE
    with np.load(small_dataset) as arrays:
        digests = {name: hashlib.sha256(arrays[name].tobytes()).hexdigest() for name in arrays.files}
    assert record["dataset"] == {
        "name": small_dataset.name,
        "train_images": 1500,
        "train_sha256": digests["x_train"],
        "train_labels_sha256": digests["y_train"],
        "test_images": 200,
        "test_sha256": digests["x_test"],
        "test_labels_sha256": digests["y_test"],
    }
    assert {"tensorflow", "keras", "numpy", "ai-edge-litert", "litert-quantizer"} <= record["packages"].keys()
    assert {"python", "machine", "cpus", "threads", "created"} <= record.keys()
    assert all(seconds > 0 for seconds in record["seconds"].values())
    assert 100_000_000 < record["peak_memory_bytes"] < 2_000_000_000


def test_a_runs_results_are_those_of_its_files(run: Run, small_dataset: Path) -> None:
    out, record, _ = run
    images, labels = load_mnist("test", small_dataset)
    inputs = normalise(images)
    logits = {name: Classifier(ModelFile((out / name).read_bytes())).logits(inputs) for name in MODELS[1:]}
    reference = logits["mnist_model.tflite"]
    keras = load_keras(out / "mnist_model.keras").predict(inputs, verbose=0)
    assert np.abs(keras - reference).max() < 1e-4
    assert record["test_images"] == 200
    assert record["reference_accuracy"] == pytest.approx((reference.argmax(1) == labels).mean())
    for prefix, role, name in (("", "target", MODELS[2]), ("quantizer_", "quantizer", MODELS[3])):
        found = logits[name]
        assert record[f"{role}_accuracy"] == pytest.approx((found.argmax(1) == labels).mean())
        assert record[f"{prefix}changed_predictions"] == (found.argmax(1) != reference.argmax(1)).sum()
        assert record[f"{prefix}max_abs_logit_delta"] == pytest.approx(np.abs(found - reference).max(), rel=1e-4)
        assert record[f"{prefix}accuracy_delta"] == pytest.approx(
            record[f"{role}_accuracy"] - record["reference_accuracy"]
        )
    assert quantize_tflite(ModelFile((out / MODELS[1]).read_bytes())).contents == (out / MODELS[3]).read_bytes()


def test_what_a_run_tells_is_what_it_records(run: Run) -> None:
    _, record, trace = run
    assert [epoch.number for epoch in trace.epochs] == [1, 2]
    for name, values in record["history"].items():
        assert values == [getattr(epoch, name) for epoch in trace.epochs]
    assert trace.epochs[-1].reference_accuracy == record["reference_accuracy"]
    assert trace.epochs[-1].target_accuracy == record["target_accuracy"]
    assert trace.steps[-1].epochs_done == 2
    assert trace.last is not None
    assert trace.last.kernels.shape == (6, 5, 5)


def test_a_runs_log_has_times_what_was_done_and_what_tensorflow_said(run: Run) -> None:
    lines = (run[0] / "train.log").read_text().splitlines()
    told = [line for line in lines if line.startswith("20")]
    assert "recipe: {" in told[0]
    assert any("epoch 2 of 2: loss" in line for line in told)
    assert any("LiteRT Quantizer: float16" in line for line in told)
    assert len([line for line in lines if line.startswith("Saved artifact")]) == 2
    assert not [line for line in lines if str(run[0].parent) in line or sys.prefix in line], "a run is passed on"
    stamps = [line.split()[0] for line in told]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("name", [*MODELS, "train.log"])
def test_a_run_with_any_file_altered_or_missing_is_not_loaded(run: Run, name: str) -> None:
    path = run[0] / name
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(ModelFileError, match=f"{name} was altered or cut off"):
            load_pair(run[0])
        path.unlink()
        with pytest.raises(ModelFileError, match=f"{name}: the file cannot be read"):
            load_pair(run[0])
    finally:
        path.write_bytes(whole)
    load_pair(run[0])


def test_a_study_trains_the_same_network_whatever_else_happens_in_its_process(
    run: Run, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File by file, bit by bit, what a run of its own writes; a training that diverges is a row as well."""
    _, record, _ = run
    source = small_dataset.name, small_dataset.read_bytes()
    monkeypatch.setitem(LIMITS, "learning_rate", (1e-6, 1e30))
    diverging = {"learning_rate": 1e30, "optimizer": "sgd", "filters": 2}
    ended = threading.Event()

    def draw() -> None:
        while not ended.wait(0.0005):
            random.random()  # noqa: S311  # no secret

    other = threading.Thread(target=draw)  # as Dask's own threads do
    other.start()
    try:
        rows = [
            parse_row(train_and_measure(settings, source, keep_models=False)["row"])
            for settings in (diverging, asdict(RECIPE))
        ]
    finally:
        ended.set()
        other.join()
    assert rows[0].ending is Ending.DIVERGED
    assert "Training diverged" in (rows[0].error or "")
    row, results = rows[1], rows[1].results
    assert (row.recipe, row.ending, row.dataset.test_images) == (RECIPE, Ending.TRAINED, 200)
    assert results is not None
    assert {name: file.sha256 for name, file in results.files.items()} == {
        name: record["files"][name]["sha256"] for name in MODELS[1:]
    }
    assert results.reference_accuracy == record["reference_accuracy"]
    assert results.converter.max_abs_logit_delta == pytest.approx(record["max_abs_logit_delta"])
    assert len(results.quantizer.changed) == record["quantizer_changed_predictions"]


def test_a_data_set_that_comes_along_is_learned_from(run: Run, tmp_path: Path, small_dataset: Path) -> None:
    """The same images as an attachment: the same weights; the files' names within the archive do not matter."""
    request = request_for(tmp_path / "out", RECIPE) | {"dataset_name": "mine.npz"}
    job = Job(MODULE, request, [small_dataset.read_bytes()])
    job.wait(PATIENCE_S)
    assert job.error is None
    assert job.answer is not None
    assert job.answer["dataset"] == run[1]["dataset"] | {"name": "mine.npz"}
    assert job.answer["files"][MODELS[1]] == run[1]["files"][MODELS[1]]
    assert job.answer["name"] is None


def test_what_cannot_be_learned_from_is_an_error_in_words(tmp_path: Path) -> None:
    job = Job(MODULE, request_for(tmp_path / "out", RECIPE) | {"dataset_name": "mine.npz"}, [b"no archive"])
    job.wait(PATIENCE_S)
    assert job.error is not None
    assert job.error.startswith("mine.npz: array 'x_train' cannot be read")
    assert "choose another file" in job.error
    job = Job(MODULE, request_for(tmp_path / "out", RECIPE) | {"recipe": {"epochs": 0}})
    job.wait(PATIENCE_S)
    assert job.error == "epochs is 0; expected a whole number from 1 to 1,000."
    assert list(tmp_path.iterdir()) == []


STAGES = ("loading TensorFlow", "epoch 2 of 2", "epoch 2 of 2, converting and running it", "quantizing")


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_stopped_at_any_stage_leaves_nothing(tmp_path: Path, small_dataset: Path, stage: str) -> None:
    reached: list[tuple[str, float]] = []

    def stop(what: str, done: float) -> None:
        reached.append((what, done))
        if what.startswith(stage):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(tmp_path / "out", Recipe(epochs=2), stop, source=small_dataset)
    assert reached[-1][0].startswith(stage)
    assert list(tmp_path.iterdir()) == []
    assert [done for _, done in reached] == sorted(done for _, done in reached)
    assert reached[-1][1] < 1


def test_a_run_that_diverges_leaves_nothing(
    tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "learning_rate", (1e-6, 1e30))
    with pytest.raises(RecipeError, match="Training diverged"):
        train_run(tmp_path / "out", Recipe(learning_rate=1e30, optimizer="sgd"), source=small_dataset)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_use_and_a_missing_data_set_are_refused_before_tensorflow(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        train_run(tmp_path, RECIPE)
    with pytest.raises(DatasetError, match="the file does not exist"):
        train_run(tmp_path / "out", RECIPE, source=tmp_path / "absent.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
