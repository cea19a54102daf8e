"""A study on Dask: tasks that fail, die and diverge, and studies that go on. Two workers are started once."""

import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from fp16core.__main__ import main
from fp16core.commands import study as command
from fp16core.study.rows.file import RowsFile, Study, read_study
from fp16core.study.rows.row import Ending
from fp16core.study.running import cluster, run
from fp16core.study.running.cluster import ATTEMPTS, connected
from fp16core.study.running.run import Order, Standing, recipe_name, run_study
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import OutputError, WorkerError
from tests.helpers.study import tasks
from tests.helpers.study.rows import DATASET

if TYPE_CHECKING:
    from distributed import Client

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client() -> Iterator["Client"]:
    with connected(None, 2) as client:
        yield client


class Attempts:
    """A folder in which tasks leave a mark each time they are tried."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "marks", folder / "out"
        self.folder.mkdir()
        self.seen: list[Standing] = []

    def study(self, client: "Client", *seeds: int, keep_models: bool = False, work: Any = tasks.act) -> Study:
        """Run a study of these seeds, and read it."""
        source = str(self.folder), b"contents"
        order = Order([Recipe(seed=seed) for seed in seeds], DATASET, source, keep_models)
        with RowsFile.opened(self.out) as file:
            self.seen.append(run_study(client, order, file, work, self.seen.append))
        return read_study(self.out)

    def of(self, seed: int) -> int:
        """Number of times that a task was tried."""
        return len([*(self.folder / str(seed)).iterdir()])


@pytest.fixture
def attempts(tmp_path: Path) -> Attempts:
    return Attempts(tmp_path)


def test_each_training_becomes_one_row_whatever_becomes_of_its_task(client: "Client", attempts: Attempts) -> None:
    troubles = (tasks.FAILS, tasks.DIES, tasks.DIES_ONCE, tasks.FAILS_TWICE, tasks.DIVERGES)
    found = attempts.study(client, *range(10), *troubles)
    rows = {row.recipe.seed: row for row in found.rows}
    assert sorted(rows) == [*range(10), *sorted(troubles)]
    assert {seed for seed, row in rows.items() if row.ending is not Ending.TRAINED} == {
        tasks.FAILS,
        tasks.DIES,
        tasks.DIVERGES,
    }
    assert rows[tasks.DIVERGES].ending is Ending.DIVERGED
    assert rows[tasks.FAILS].error == "ArithmeticError: attempt 2 of seed 100"
    assert "KilledWorker" in (rows[tasks.DIES].error or "")
    assert attempts.of(tasks.FAILS) == attempts.of(tasks.DIES) == ATTEMPTS
    assert attempts.of(tasks.DIES_ONCE) >= 2
    assert attempts.of(tasks.FAILS_TWICE) >= ATTEMPTS
    assert {path.read_bytes() for path in attempts.folder.rglob("*-*")} == {b"contents"}, "the data set came along"
    last = attempts.seen[-1]
    assert (last.trainings, last.before, last.done, last.failed) == (15, 0, 15, 2)


def test_a_study_started_again_does_what_is_missing_and_what_failed(client: "Client", attempts: Attempts) -> None:
    attempts.study(client, 0, 1, tasks.FAILS)
    found = attempts.study(client, 0, 1, 2, tasks.FAILS, keep_models=True)
    assert sorted(row.recipe.seed for row in found.rows) == [0, 1, 2, tasks.FAILS]
    assert [attempts.of(seed) for seed in (0, 1, 2, tasks.FAILS)] == [1, 1, 1, 2 * ATTEMPTS]
    assert attempts.seen[-1].before == 2
    kept = attempts.out / "models" / recipe_name(Recipe(seed=2))
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert (kept / "mnist_model.tflite").read_bytes() == b"model"


def test_an_answer_for_another_training_ends_the_study(client: "Client", attempts: Attempts) -> None:
    with pytest.raises(
        WorkerError,
        match=r"has trained 1 epoch, seed .* on data set \w{12} instead of 1 epoch, seed 105 on \w{12}; install",
    ):
        attempts.study(client, tasks.WRONG)
    assert read_study(attempts.out).rows == ()


def test_a_row_that_cannot_be_kept_ends_the_study(
    client: "Client", attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: RowsFile, _row: object) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr(RowsFile, "append", full)
    with pytest.raises(OutputError, match="full"):
        attempts.study(client, 0)


def test_the_progress_counts_what_runs_and_says_how_long_it_takes(
    client: "Client", attempts: Attempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "COUNT_S", 0.1)
    attempts.study(client, *range(20), work=tasks.slow)
    running = [seen for seen in attempts.seen if 0 < seen.done < 20]
    assert max(seen.running for seen in running) in (1, 2)
    assert max(seen.workers for seen in running) in (1, 2), "one may be starting again"
    assert all(seen.left_s is not None and 0 < seen.left_s < 60 for seen in running)
    assert attempts.seen[0].left_s is None


def test_the_command_says_what_it_did_and_exits_with_1_if_a_training_failed(
    client: "Client", attempts: Attempts, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The command itself, but for its cluster, which is shared here, and its trainings."""
    monkeypatch.setattr(command, "connected", lambda *_: contextlib.nullcontext(client))
    monkeypatch.setattr(command, "train_and_measure", tasks.act)
    monkeypatch.setattr(command, "read_dataset", lambda _source: (DATASET,))
    monkeypatch.setattr(command, "_source", lambda: (str(attempts.folder), b""))
    handler = signal.getsignal(signal.SIGTERM)
    asked = ["study", "--out", str(attempts.out), "--json", "--seeds"]
    try:
        assert main([*asked, "0-2"]) == 0
        first = json.loads(capfd.readouterr().out)
        assert main([*asked, f"0-2,{tasks.FAILS},{tasks.DIVERGES}"]) == 1
        second = json.loads(capfd.readouterr().out)
        assert main(["study", "--show", str(attempts.out)]) == 0
        shown = capfd.readouterr().out
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert (first["rows"], first["trained"], first["done"]) == (3, 3, 3)
    assert (second["rows"], second["done"], second["diverged"], second["failed"]) == (5, 2, 1, 1)
    assert second["recipes"][0]["trainings"] == 3
    assert "5 rows (3 trained, 1 diverged, 1 failed)" in shown
    assert "In 3 trainings float16 changed 0 of 30,000 answers" in shown


def test_a_cluster_of_our_own_listens_to_this_computer_only(client: "Client") -> None:
    addresses = [client.scheduler_info()["address"], *client.scheduler_info()["workers"]]
    assert addresses
    assert all(address.startswith("tcp://127.0.0.1:") for address in addresses)
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    listening = [
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) > 2
    assert {*listening} == {"127.0.0.1"}


def test_a_study_joins_an_existing_cluster_and_leaves_it_running(client: "Client", attempts: Attempts) -> None:
    address = client.scheduler_info()["address"]
    with connected(address, None) as second:
        assert len(attempts.study(second, 0, 1).rows) == 2
    assert client.submit(len, "four").result() == 4
    with pytest.raises(WorkerError, match="--workers is for a cluster of this command's own"), connected(address, 2):
        pass


def test_a_worker_that_cannot_train_is_named(client: "Client", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(client), "run", lambda *_: {"tcp://10.0.0.7:1": "tensorflow"})
    words = r"The worker tcp://10\.0\.0\.7:1 has no tensorflow\. Install the same there"
    with pytest.raises(WorkerError, match=words), connected(client.scheduler_info()["address"], None):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    words = r"No scheduler answers at tcp://127\.0\.0\.1:1 .*start one with dask scheduler"
    with pytest.raises(WorkerError, match=words), connected("tcp://127.0.0.1:1", None):
        pass
