"""The training queue with a worker that takes no time: one run at a time, queued, stopped, killed, private."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from fp16core.jobs import owners
from fp16core.jobs.spec import Limits
from fp16core.jobs.ticket import State
from fp16core.runs.store import RunStore
from fp16core.tflite.model_file import ModelPair
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import BusyError, SettingError
from fp16core.worker.training.queue import TrainingQueue
from fp16core.worker.training.settings import TrainingSettings, training_settings
from fp16core.worker.training.ticket import TrainingData, TrainingTicket
from tests.helpers.children.processes import is_alive

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0

WORKER = """
import base64, shutil, time
from pathlib import Path
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.atomic_output import new_folder
from fp16core.jobs.scratch import scratch_folder
from fp16core.jobs.serve import serve

def work(request, client):
    recipe = request["recipe"]
    with scratch_folder() if request["out"] is None else new_folder(Path(request["out"])) as folder:
        client.progress("epoch 1 of 1", 0.5)
        client.tell(step={"epochs_done": 0.5, "loss": 1.0, "accuracy": 0.5})
        while recipe["seed"] > 99 and not Path(recipe_go(recipe)).exists():
            time.sleep(0.02)
        for file in BUNDLED.iterdir():
            shutil.copy(file, folder)
        files = (REFERENCE_FILE, TARGET_FILE)
        models = {name: base64.b64encode((folder / name).read_bytes()).decode() for name in files}
    client.progress("done", 1.0)
    return {"record": {"data_bytes": sum(map(len, client.attachments))}, **models}

def recipe_go(recipe):
    return Path(__file__).with_name(f"go-{recipe['seed']}")

serve(work)
"""
"""Copies the bundled pair; with a seed above 99 it first waits for a file ``go-SEED``."""

MakeQueue = Callable[..., TrainingQueue]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make_queue(tmp_path: Path, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeQueue]:
    (tmp_path / "copying_worker.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    queues = []

    def make(**settings: object) -> TrainingQueue:
        queues.append(TrainingQueue(store, TrainingSettings(**settings), "copying_worker"))  # type: ignore[arg-type]
        return queues[-1]

    yield make
    for queue in queues:
        for ticket in (*queue.waiting, *filter(None, [queue.running])):
            for visitor in list(ticket.owners.names):
                queue.stop(ticket, visitor)


def finish(tmp_path: Path, seed: int) -> None:
    (tmp_path / f"go-{seed}").touch()


def until_it_speaks(ticket: TrainingTicket) -> int:
    """Wait for the first step; the process's number."""
    deadline = time.monotonic() + PATIENCE_S
    while not ticket.trace.steps and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ticket.trace.steps
    assert ticket.job is not None
    return ticket.job._child.pid


def left_in(store: RunStore) -> list[str]:
    return [path.name for path in store.folder.iterdir()] if store.folder.exists() else []


def test_a_run_goes_to_the_store_with_what_it_told(make_queue: MakeQueue, store: RunStore, pair: ModelPair) -> None:
    ticket = make_queue().submit(Recipe(), "ann")
    assert ticket.wait(PATIENCE_S)
    assert (ticket.state, ticket.error) == (State.DONE, None)
    assert [step.loss for step in ticket.trace.steps] == [1.0]
    assert [run.id for run in store.runs()] == [ticket.run_id]
    assert store.load(str(ticket.run_id)).target == pair.target


def test_equal_wishes_at_the_same_moment_become_one_run(make_queue: MakeQueue, store: RunStore, tmp_path: Path) -> None:
    queue, start = make_queue(), threading.Barrier(8)

    def press(number: int) -> TrainingTicket:
        start.wait()
        return queue.submit(Recipe(seed=100), f"visitor {number}")

    with ThreadPoolExecutor(8) as pool:
        pressed = list(pool.map(press, range(8)))
    assert len(set(pressed)) == 1
    assert not queue.waiting
    finish(tmp_path, 100)
    assert pressed[0].wait(PATIENCE_S)
    assert len(store.runs()) == 1


def test_other_wishes_wait_in_turn_until_the_queue_is_full(
    make_queue: MakeQueue, store: RunStore, tmp_path: Path
) -> None:
    queue = make_queue(queue=2)
    first, second, third = (queue.submit(Recipe(seed=seed), f"visitor {seed}") for seed in (100, 101, 102))
    assert [t.state for t in (first, second, third)] == [State.RUNNING, State.WAITING, State.WAITING]
    assert list(queue.waiting) == [second, third]
    with pytest.raises(BusyError, match=r"A training run is in progress, and 2 more wait\. Watch it"):
        queue.submit(Recipe(seed=103), "bob")
    assert queue.submit(Recipe(seed=102), "bob") is third
    for ticket, seed in ((first, 100), (second, 101), (third, 102)):
        finish(tmp_path, seed)
        assert ticket.wait(PATIENCE_S)
        assert ticket.state is State.DONE
    assert len(store.runs()) == 3


def test_a_server_without_a_queue_lets_nobody_wait(make_queue: MakeQueue) -> None:
    queue = make_queue(queue=0)
    queue.submit(Recipe(seed=100), "ann")
    with pytest.raises(BusyError, match=r"^A training run is in progress\. Watch it, and try again when it is over\.$"):
        queue.submit(Recipe(seed=101), "bob")


def test_a_stopped_run_is_gone_within_a_second_and_leaves_no_trace(make_queue: MakeQueue, store: RunStore) -> None:
    queue = make_queue()
    ticket = queue.submit(Recipe(seed=100), "ann")
    pid = until_it_speaks(ticket)
    assert left_in(store)
    start = time.monotonic()
    queue.stop(ticket, "ann")
    assert time.monotonic() - start < 1
    assert (ticket.state, ticket.error) == (State.STOPPED, "Stopped.")
    assert not is_alive(pid)
    assert left_in(store) == []
    assert queue.running is None


def test_a_waiting_run_can_be_withdrawn(make_queue: MakeQueue) -> None:
    queue = make_queue()
    first, second = queue.submit(Recipe(seed=100), "ann"), queue.submit(Recipe(seed=101), "bob")
    queue.stop(second, "bob")
    assert (second.state, second.error) == (State.STOPPED, "Removed from the queue.")
    assert queue.running is first


def test_a_killed_worker_is_told_of_and_the_next_run_works(make_queue: MakeQueue, store: RunStore) -> None:
    queue = make_queue()
    ticket, following = queue.submit(Recipe(seed=100), "ann"), queue.submit(Recipe(seed=1), "bob")
    psutil.Process(until_it_speaks(ticket)).kill()
    assert ticket.wait(PATIENCE_S)
    assert ticket.state is State.FAILED
    assert ticket.error is not None
    assert "SIGKILL" in ticket.error
    assert following.wait(PATIENCE_S)
    assert following.state is State.DONE
    assert left_in(store) == [following.run_id]


def test_a_run_beyond_its_time_is_ended(make_queue: MakeQueue, store: RunStore) -> None:
    ticket = make_queue(limits=Limits(seconds=3)).submit(Recipe(seed=100), "ann")
    assert ticket.wait(PATIENCE_S)
    assert ticket.state is State.FAILED
    assert ticket.error == "Ended: it took longer than the limit of 3 seconds."
    assert left_in(store) == []


def test_a_private_run_is_its_owners_alone_and_nowhere_on_disk(
    make_queue: MakeQueue, store: RunStore, pair: ModelPair, tmp_path: Path
) -> None:
    queue = make_queue()
    mine = queue.submit(Recipe(seed=100), "ann", TrainingData("own.npz", b"data"), is_private=True)
    assert queue.submit(Recipe(seed=100), "ann", TrainingData("own.npz", b"data"), is_private=True) is mine
    others = queue.submit(Recipe(seed=100), "bob", TrainingData("own.npz", b"data"), is_private=True)
    assert others is not mine
    finish(tmp_path, 100)
    assert others.wait(PATIENCE_S)
    assert mine.pair is not None
    assert mine.pair.target == pair.target
    assert mine.pair.name.startswith("Run of ")
    assert mine.pair.run["data_bytes"] == 4
    assert mine.run_id is None
    assert mine.dataset is None
    assert store.runs() == ()
    assert left_in(store) == []


def test_only_the_owner_may_stop_a_run_until_the_owner_has_left(
    make_queue: MakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_queue().submit(Recipe(seed=100), "ann")
    assert ticket.may_be_stopped_by("ann")
    assert not ticket.may_be_stopped_by("bob")
    monkeypatch.setattr(owners, "GONE_S", 0.2)
    time.sleep(0.3)
    ticket.owners.touch("bob")
    assert ticket.may_be_stopped_by("bob")
    ticket.owners.touch("ann")
    assert not ticket.may_be_stopped_by("bob")


def test_a_waiting_run_whose_owner_has_left_is_left_out(
    make_queue: MakeQueue, store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = make_queue()
    first, second = queue.submit(Recipe(seed=100), "ann"), queue.submit(Recipe(seed=1), "bob")
    monkeypatch.setattr(owners, "GONE_S", -1.0)
    finish(tmp_path, 100)
    assert first.wait(PATIENCE_S)
    assert second.wait(PATIENCE_S)
    assert (second.state, second.error) == (State.STOPPED, "Skipped: the visitor who asked for it had left.")
    assert len(store.runs()) == 1


def test_one_visitor_has_one_run_at_a_time(make_queue: MakeQueue) -> None:
    queue = make_queue()
    queue.submit(Recipe(seed=100), "ann")
    with pytest.raises(BusyError, match="Another of your runs is in progress"):
        queue.submit(Recipe(seed=101), "ann")


def test_a_run_that_two_have_asked_for_ends_when_neither_wants_it(make_queue: MakeQueue) -> None:
    queue = make_queue()
    ticket = queue.submit(Recipe(seed=100), "ann")
    assert queue.submit(Recipe(seed=100), "bob") is ticket
    queue.stop(ticket, "ann")
    assert not ticket.may_be_stopped_by("ann")
    assert [queue.running] == [ticket]
    queue.stop(ticket, "bob")
    assert queue.running is None
    assert ticket.error == "Stopped."


def test_a_store_that_cannot_be_used_fails_the_run_and_not_the_queue(
    make_queue: MakeQueue, store: RunStore, tmp_path: Path
) -> None:
    queue = make_queue()
    first, second = queue.submit(Recipe(seed=100), "ann"), queue.submit(Recipe(seed=1), "bob")
    until_it_speaks(first)
    store.folder.rename(tmp_path / "elsewhere")
    store.folder.write_text("no folder")
    finish(tmp_path, 100)
    for ticket in (first, second):
        assert ticket.wait(PATIENCE_S)
        assert ticket.state is State.FAILED
    assert queue.running is None


def test_a_run_whose_process_cannot_be_started_says_so(make_queue: MakeQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = make_queue()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ticket = queue.submit(Recipe(), "ann")
    assert (ticket.state, ticket.error) == (
        State.FAILED,
        "No process could be started (No such file or directory); try again later.",
    )


def test_the_run_that_makes_a_store_too_full_tells_which_ones_went(make_queue: MakeQueue, store: RunStore) -> None:
    store.limits = replace(store.limits, max_runs=1)
    queue = make_queue()
    assert queue.submit(Recipe(seed=1), "ann").wait(PATIENCE_S)
    last = queue.submit(Recipe(seed=2), "ann")
    assert last.wait(PATIENCE_S)
    assert (last.state, last.remark) == (State.DONE, None)
    assert len(last.removed) == 1
    assert len(store.runs()) == 1


def test_the_servers_settings_come_from_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert training_settings().is_on
    monkeypatch.setenv("HALFBITS_TRAINING", "OFF")
    monkeypatch.setenv("HALFBITS_TRAINING_QUEUE", "0")
    monkeypatch.setenv("HALFBITS_TRAINING_SECONDS", "90")
    monkeypatch.setenv("HALFBITS_TRAINING_MB", "1200")
    assert training_settings() == TrainingSettings(False, 0, Limits(90, 1_200_000_000))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HALFBITS_TRAINING", "maybe", "HALFBITS_TRAINING is 'maybe'; set it to on or off"),
        ("HALFBITS_TRAINING_QUEUE", "-1", "HALFBITS_TRAINING_QUEUE is '-1'; set it to a whole number of at least 0"),
        ("HALFBITS_TRAINING_SECONDS", "0", "HALFBITS_TRAINING_SECONDS is '0'; .* at least 1, or unset it for 1,800"),
        ("HALFBITS_TRAINING_MB", "2 GB", "HALFBITS_TRAINING_MB is '2 GB'"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=words):
        training_settings()
