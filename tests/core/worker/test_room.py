"""A disk that is full, before and while something is written: one sentence, and nothing left behind."""

import errno
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from fp16core.atomic_output import new_file, new_folder
from fp16core.training.recipe import TUTORIAL
from fp16core.vocabulary import ModelFileError, OutputError, RecipeError
from fp16core.worker.training.room import needs_room, run_bytes
from tests.helpers.places import ROOT


class Usage(NamedTuple):
    """Result of `shutil.disk_usage`."""

    total: int
    used: int
    free: int


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_disk_that_becomes_full_is_named_and_leaves_nothing(tmp_path: Path, kind: int, wrapped: bool) -> None:
    """Also where a library has put an error of its own around the system's."""

    def write() -> None:
        try:
            raise OSError(kind, os.strerror(kind))
        except OSError as error:
            if wrapped:
                raise RuntimeError("cannot save") from error
            raise

    for begin in (new_folder, new_file):
        full = rf"out cannot be written \({os.strerror(kind)}\); free some space"
        with pytest.raises(OutputError, match=full), begin(tmp_path / "out"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    for begin in (new_folder, new_file):
        with pytest.raises(PermissionError), begin(tmp_path / "out"):
            raise PermissionError(errno.EACCES, "no")
    assert list(tmp_path.iterdir()) == []


def test_too_little_room_is_named_before_the_work_begins(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    full = r"out cannot be written: its disk has [\d,]+ B left, and .* may be needed"
    with pytest.raises(OutputError, match=full), needs_room(tmp_path / "out", tmp_path, 2 * free):
        pytest.fail("the block was entered")


@pytest.mark.parametrize(
    "failure", [TypeError("'NoneType' object is not callable"), ModelFileError("The converter refuses the model.")]
)
def test_a_failure_on_a_disk_that_has_become_full_is_put_down_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    """TensorFlow's converter then raises errors that do not mention a disk."""

    def fail() -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10_000, 9_001, 999))
        raise failure

    full = "its disk has 999 B left, and 1,000 B may be needed"
    with pytest.raises(OutputError, match=full) as caught, needs_room(tmp_path / "out", tmp_path, 1000):
        fail()
    assert caught.value.__cause__ is failure


def test_a_refusal_that_has_nothing_to_do_with_the_disk_stays_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def diverge() -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10_000, 9_001, 999))
        raise RecipeError("Training diverged.")

    with pytest.raises(RecipeError), needs_room(tmp_path / "out", tmp_path, 1000):
        diverge()


def test_a_failure_where_there_is_room_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not callable"), needs_room(tmp_path / "out", tmp_path, 1000):
        raise TypeError("not callable")


def train(out: Path, dataset: Path, kib: int) -> "subprocess.CompletedProcess[str]":
    """A training run in whose processes files may have so many KiB."""
    return subprocess.run(
        [
            "/bin/sh",
            "-c",
            f'ulimit -f {2 * kib}; exec "$@"',
            "sh",
            sys.executable,
            "-m",
            "fp16core",
            "train",
            "--out",
            out,
        ],
        cwd=ROOT,
        env=os.environ | {"HALFBITS_MNIST": str(dataset)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.slow
def test_training_where_files_may_not_grow_says_so(tmp_path: Path, small_dataset: Path) -> None:
    done = train(tmp_path / "out", small_dataset, 40)
    assert done.returncode == 2
    assert "files may have 40,960 B here (ulimit -f), and 1,816,400 B may be needed" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.tensorflow
@pytest.mark.slow
def test_a_run_has_no_more_on_the_disk_than_is_asked_for(tmp_path: Path, small_dataset: Path) -> None:
    """Looked at each millisecond while it is trained; else a disk could become full that was thought to have room."""
    run = subprocess.Popen(
        [sys.executable, "-m", "fp16core", "train", "--out", tmp_path / "out"],
        cwd=ROOT,
        env=os.environ | {"HALFBITS_MNIST": str(small_dataset)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    most = 0
    while run.poll() is None:
        sizes = 0
        for folder, _, files in os.walk(tmp_path):
            for name in files:
                try:
                    sizes += Path(folder, name).lstat().st_size
                except FileNotFoundError:  # gone meanwhile
                    continue
        most = max(most, sizes)
        time.sleep(0.001)  # leaves the processor to the training
    assert run.returncode == 0
    assert 100_000 < most < run_bytes(TUTORIAL)
