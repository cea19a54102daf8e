"""A store that somebody has tampered with, or whose clock was wrong."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from fp16core.runs.record import MAX_RUN_BYTES, RUN_FILE
from fp16core.runs.store import RunStore
from tests.helpers.files.stores import add_full_run, add_run

GIGABYTES = 3_000_000_000


@pytest.mark.parametrize("name", ["train.log", RUN_FILE, "label.json", "mnist_model.tflite"])
def test_a_sparse_file_of_gigabytes_is_not_read_when_runs_are_listed(tmp_path: Path, name: str) -> None:
    store = RunStore(tmp_path)
    folder = add_full_run(tmp_path, "mine")
    (folder / name).touch()
    os.truncate(folder / name, GIGABYTES)
    before = psutil.Process().memory_info().rss
    (skipped,) = store.skipped()
    assert psutil.Process().memory_info().rss - before < 50_000_000
    assert skipped.reason.startswith("its files have 3,000,")
    assert "more than the limit of 100,000,000 B; restore it, or remove the folder" in skipped.reason
    assert store.runs() == ()


def test_many_files_count_together(tmp_path: Path) -> None:
    folder = add_full_run(tmp_path, "mine")
    for number in range(3):
        (folder / f"{number}.bin").touch()
        os.truncate(folder / f"{number}.bin", MAX_RUN_BYTES // 3)
    (skipped,) = RunStore(tmp_path).skipped()
    assert "its files have 100," in skipped.reason


def dated(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def test_runs_dated_in_the_future_go_first_and_the_newest_stays(tmp_path: Path) -> None:
    add_run(tmp_path, "old", dated(days=-2))
    add_run(tmp_path, "new", dated(minutes=-1))
    for number in (1, 2):
        add_run(tmp_path, f"future{number}", dated(days=365 * number))
    assert len(RunStore(tmp_path, max_runs=2).make_room()) == 2
    assert {run.id for run in RunStore(tmp_path).runs()} == {"old", "new"}
    assert RunStore(tmp_path, max_runs=1).overfull() is None
    RunStore(tmp_path, max_runs=1).make_room()
    assert [run.id for run in RunStore(tmp_path).runs()] == ["new"]


def test_the_clock_of_another_server_may_be_some_hours_ahead(tmp_path: Path) -> None:
    add_run(tmp_path, "old", dated(days=-2))
    add_run(tmp_path, "ahead", dated(hours=12))
    RunStore(tmp_path, max_runs=1).make_room()
    assert [run.id for run in RunStore(tmp_path).runs()] == ["ahead"]


def test_with_a_clock_that_is_behind_all_runs_the_newest_stays(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        add_run(tmp_path, f"run{number}", dated(days=100 * number))
    RunStore(tmp_path, max_runs=1).make_room()
    assert [run.id for run in RunStore(tmp_path).runs()] == ["run3"]
