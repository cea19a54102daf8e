"""``python -m fp16core train``, and its process: repeated, interrupted, killed at any moment."""

import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from fp16core.atomic_output import is_abandoned, remove_partials
from fp16core.jobs.job import Job
from fp16core.runs.pair import load_pair
from fp16core.training.recipe import Recipe
from fp16core.worker.training.process import MODULE, request_for
from tests.helpers.children.processes import PATIENCE_S, is_alive
from tests.helpers.commands import train
from tests.helpers.places import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

AT_ONCE = 5
"""Runs that are killed beside each other."""


def partial_folder(place: Path) -> Path:
    """The folder that a training run fills, as soon as it is there."""
    deadline = time.monotonic() + 60
    while not (partials := list(place.glob(".out.partial-*"))) and time.monotonic() < deadline:
        time.sleep(0.05)
    (partial,) = partials
    return partial


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path, small_dataset: Path) -> None:
    """Whatever the machine's settings say about threads, which would change the bits."""
    runs = {
        name: train(tmp_path / name, small_dataset, "--seed", seed, "--json", TF_NUM_INTRAOP_THREADS=threads)
        for name, seed, threads in (("a", 3, "1"), ("b", 3, "4"), ("c", 4, "1"))
    }
    for name, run in runs.items():
        output, errors = run.communicate(timeout=300)
        assert run.returncode == 0, errors
        record = json.loads((tmp_path / name / "run.json").read_text())
        assert json.loads(output) == {"out": str(tmp_path / name)} | record
    a, b, c = (json.loads((tmp_path / name / "run.json").read_text()) for name in "abc")
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b", "c"}
    for file in ("mnist_model.tflite", "mnist_model_quant_f16.tflite", "mnist_model_quantizer_f16.tflite"):
        assert a["files"][file] == b["files"][file]
        assert a["files"][file] != c["files"][file]
    for record in (a, b):
        assert record["history"].pop("seconds")[0] > 0
    assert a["history"] == b["history"]
    assert Recipe.from_dict(a["recipe"]) == Recipe(seed=3)


@pytest.mark.parametrize(
    "options",
    [
        ["--filters", 65],
        ["--kernel-size", 0],
        ["--learning-rate", "nan"],
        ["--optimizer", "lbfgs"],
        ["--epochs", "1.5"],
    ],
)
def test_settings_that_cannot_be_are_refused_at_once(tmp_path: Path, options: list[object]) -> None:
    run = train(tmp_path / "out", tmp_path / "absent.npz", *options)
    output, errors = run.communicate(timeout=60)
    assert run.returncode == 2
    assert output == ""
    assert str(options[0]) in errors
    assert "Traceback" not in errors


def test_what_the_process_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    run = train(tmp_path / "out", tmp_path / "absent.npz")
    output, errors = run.communicate(timeout=60)
    assert run.returncode == 2
    assert output == ""
    assert f"error: {tmp_path}/absent.npz: array 'x_train'" in errors or "the file does not exist" in errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_training_leaves_neither_files_nor_a_process(
    tmp_path: Path, small_dataset: Path, number: signal.Signals, status: int
) -> None:
    """A signal to a long training once its partial folder is there."""
    run = train(tmp_path / "out", small_dataset, "--epochs", 500)
    partial = partial_folder(tmp_path)
    assert not is_abandoned(partial)
    (child,) = map(int, Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split())
    time.sleep(1)
    run.send_signal(number)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == status, errors
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []
    assert not is_alive(child)


def test_what_a_killed_command_leaves_is_cleared_by_the_next_which_takes_all_settings(
    tmp_path: Path, small_dataset: Path
) -> None:
    """And whose table says what came out."""
    run = train(tmp_path / "out", small_dataset, "--epochs", 500)
    partial = partial_folder(tmp_path)
    run.kill()
    run.communicate(timeout=60)
    deadline = time.monotonic() + 60
    while not is_abandoned(partial) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert is_abandoned(partial)
    options = "--epochs 2 --seed 9 --batch-size 64 --learning-rate 0.05 --filters 3 --kernel-size 6 --optimizer sgd"
    # A path that is relative must not become relative to something else on its way to the process that trains.
    relative = os.path.relpath(small_dataset, ROOT)
    again = train(tmp_path / "out", Path(relative), *options.split(), COLUMNS="120")
    output, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    recipe = Recipe(2, 9, 64, 0.05, 3, 6, "sgd")
    assert Recipe.from_dict(record["recipe"]) == recipe
    assert f"{recipe.parameters:,} parameters" in " ".join(output.split())
    rows = [line.split("│") for line in output.splitlines() if line.startswith("│")]
    assert [row[1].strip() for row in rows[:3]] == ["1", "2", "total"]
    assert float(rows[2][-2]) == pytest.approx(sum(record["seconds"].values()), abs=0.01)
    assert rows[1][5].strip() == f"{record['reference_accuracy'] * 100:.2f} %"
    assert f"{record['files']['mnist_model_quantizer_f16.tflite']['size_bytes']:,} B" in output


def test_a_run_killed_at_any_moment_is_never_listed_and_the_next_one_works(
    tmp_path: Path, small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five runs, each killed at a random moment of its own fifth, from loading TensorFlow to writing the last file."""
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("TMPDIR", str(elsewhere))
    random = np.random.default_rng(0)
    moments = random.permutation((np.arange(AT_ONCE) + random.random(AT_ONCE)) / AT_ONCE)
    whole = 0
    outs = [tmp_path / f"run-{place}" for place in range(AT_ONCE)]
    jobs = [Job(MODULE, request_for(out, Recipe(epochs=2))) for out in outs]
    waiting = dict(zip(jobs, moments, strict=True))
    deadline = time.monotonic() + PATIENCE_S
    while waiting and time.monotonic() < deadline:
        for job, moment in list(waiting.items()):
            if job.done >= moment or not job.is_running:
                # Progress goes by leaps; the rest of the moment is a bit of time.
                time.sleep(random.random() * 0.05)
                job._child.kill()
                del waiting[job]
        time.sleep(0.005)
    assert not waiting
    for out, job in zip(outs, jobs, strict=True):
        job.wait(PATIENCE_S)
        whole += out.exists()
        partials = list(tmp_path.glob(f".{out.name}.partial-*"))
        if job.answer is None:
            assert job.error is not None
            assert "was ended from outside by SIGKILL" in job.error
        else:
            assert out.exists()
        if out.exists():  # the last fifth may end after the last rename, before or after the answer
            assert partials == []
            load_pair(out)
        else:
            assert len(partials) <= 1
            assert all(is_abandoned(partial) for partial in partials)
    assert whole <= 1
    assert len(list(tmp_path.glob(".*"))) >= 2
    last = next(out for out in outs if not out.exists())
    remove_partials(last)
    again = Job(MODULE, request_for(last, Recipe(epochs=2)))
    again.wait(PATIENCE_S)
    assert again.error is None
    load_pair(last)
    for number in range(AT_ONCE):
        remove_partials(tmp_path / f"run-{number}")
    assert list(tmp_path.glob(".*")) == []
    assert list(elsewhere.iterdir()) == []
