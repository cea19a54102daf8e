"""Training: the tutorial's network, reproducible, all or nothing; Keras agrees with the interpreter."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from fp16core.convert.from_keras import load_keras
from fp16core.data import load_mnist, normalise
from fp16core.evaluate import Comparison
from fp16core.models.pair import BUNDLED, load_pair
from fp16core.models.recipe import Recipe
from fp16core.models.recipe import train as train_network
from fp16core.vocabulary import ModelFileError
from fp16core.worker.run import train_run
from tests.conftest import ROOT, TestSet

FILES = {"mnist_model.keras", "mnist_model.tflite", "mnist_model_quant_f16.tflite", "run.json"}
LOGIT_TOLERANCE = 1e-4
"""Keras and the interpreter sum 2,028 products of some units each in different orders: some hundred float32
roundings of 1e-6. A single weight rounded to float16 would move logits by up to 2e-3."""


def train(out: Path, dataset: Path, *options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "fp16core", "train", "--out", str(out), *map(str, options)],
        cwd=ROOT,
        env=os.environ | {"HALFBITS_MNIST": str(dataset)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs ignore Ctrl-C, and their children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_the_keras_models_logits_are_the_interpreters(comparison: Comparison, test_set: TestSet) -> None:
    """The bundled .keras file on 2,000 images."""
    model = load_keras(BUNDLED / "mnist_model.keras")
    logits = model.predict(normalise(test_set[0][:2000]), batch_size=500, verbose=0)
    assert np.abs(logits - comparison.reference.logits[:2000]).max() < LOGIT_TOLERANCE


def test_the_network_is_the_tutorials() -> None:
    model = load_keras(BUNDLED / "mnist_model.keras")
    layers = [type(layer).__name__ for layer in model.layers]
    assert layers == ["Reshape", "Conv2D", "MaxPooling2D", "Flatten", "Dense"]
    assert model.count_params() == 20_410
    assert type(model.optimizer).__name__ == "Adam"
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path, small_dataset: Path) -> None:
    runs = {
        name: train(tmp_path / name, small_dataset, "--seed", seed, "--json")
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    }
    for run in runs.values():
        output, errors = run.communicate(timeout=300)
        assert run.returncode == 0, errors
        assert json.loads(output)["test_images"] == 200
    a, b, c = (json.loads((tmp_path / name / "run.json").read_text()) for name in "abc")
    assert {path.name for path in (tmp_path / "a").iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"}
    for name in ("mnist_model.tflite", "mnist_model_quant_f16.tflite"):
        assert a["files"][name] == b["files"][name]
        assert a["files"][name] != c["files"][name]
    assert a["history"] == b["history"]
    assert a["recipe"] == {"epochs": 1, "seed": 3, "batch_size": 32}
    assert load_pair(tmp_path / "a").run == a


def assert_leaves_nothing(folder: Path, dataset: Path, number: signal.Signals, status: int) -> None:
    """Send a signal to a long training once its partial folder is there, and look what is left."""
    run = train(folder / "out", dataset, "--epochs", 500)
    deadline = time.monotonic() + 60
    while not any(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert any(folder.iterdir())
    time.sleep(1)
    run.send_signal(number)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == status, errors
    assert "Traceback" not in errors
    assert list(folder.iterdir()) == []


def test_an_interrupted_training_leaves_nothing(tmp_path: Path, small_dataset: Path) -> None:
    assert_leaves_nothing(tmp_path, small_dataset, signal.SIGINT, 130)


@pytest.mark.filterwarnings("error::UserWarning:keras")
@pytest.mark.parametrize("count", [64, 1500])
def test_every_epoch_sees_every_image_once(small_dataset: Path, count: int) -> None:
    """Also where batches, gathers and calls into the graph do not divide the number of images."""
    (images, labels), test = load_mnist("train", small_dataset), load_mnist("test", small_dataset)
    steps: list[float] = []
    trained = train_network(
        Recipe(epochs=3), (images[:count], labels[:count]), test, lambda what, done: steps.append(done)
    )
    assert {name: len(values) for name, values in trained.history.items()} == dict.fromkeys(
        ("accuracy", "loss", "val_accuracy", "val_loss"), 3
    )
    assert trained.model.optimizer.iterations.numpy() == 3 * -(-count // 32)
    assert steps == sorted(steps)
    assert steps[-1] == 1
    logits = trained.model.predict(normalise(test[0]), verbose=0)
    assert trained.history["val_accuracy"][-1] == pytest.approx((logits.argmax(1) == test[1]).mean())


@pytest.mark.parametrize("stage", ["epoch 2 of 2", "converting", "running both models"])
def test_a_run_stopped_at_any_stage_leaves_nothing(
    tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    reached = []

    def stop(what: str, done: float) -> None:
        reached.append(what)
        if what.startswith(stage):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_run(tmp_path / "out", Recipe(epochs=2), stop)
    assert reached[-1].startswith(stage)
    assert list(tmp_path.iterdir()) == []


def test_a_terminated_training_leaves_nothing(tmp_path: Path, small_dataset: Path) -> None:
    assert_leaves_nothing(tmp_path, small_dataset, signal.SIGTERM, 143)


def test_recipes_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="epochs is 0; expected a whole number from 1"):
        Recipe(epochs=0)
    with pytest.raises(ValueError, match="seed is -1"):
        Recipe(seed=-1)


def test_files_that_are_no_keras_models_are_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.keras"
    path.write_text("not a model")
    with pytest.raises(ModelFileError, match=r"notes.keras: Keras cannot load this file"):
        load_keras(path)
