"""The training desk with a worker that takes no time: one run at a time, queued, stopped, killed, private."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fp16core.jobs import presence
from fp16core.jobs.job import Limits
from fp16core.runs.store import RunStore
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import BusyError, ModelPair, SettingError
from fp16core.worker.training.desk import TrainingDesk
from fp16core.worker.training.settings import TrainingSettings, training_settings
from fp16core.worker.training.ticket import State, Ticket, TrainingData
from tests.helpers.children.processes import is_alive

pytestmark = pytest.mark.slow

PATIENCE_S = 60.0

WORKER = """
import base64, shutil, time
from pathlib import Path
from fp16core.runs.pair import BUNDLED, REFERENCE_FILE, TARGET_FILE
from fp16core.output import new_folder
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

Desk = Callable[..., TrainingDesk]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def make_desk(tmp_path: Path, store: RunStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    (tmp_path / "copying_worker.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    desks = []

    def make(**settings: object) -> TrainingDesk:
        desks.append(TrainingDesk(store, TrainingSettings(**settings), "copying_worker"))  # type: ignore[arg-type]
        return desks[-1]

    yield make
    for desk in desks:
        for ticket in (*desk.waiting, *filter(None, [desk.running])):
            for visitor in list(ticket._seen):
                desk.stop(ticket, visitor)


def let_go(tmp_path: Path, seed: int) -> None:
    (tmp_path / f"go-{seed}").touch()


def until_it_speaks(ticket: Ticket) -> int:
    """Wait for the first step; the process's number."""
    deadline = time.monotonic() + PATIENCE_S
    while not ticket.trace.steps and time.monotonic() < deadline:
        time.sleep(0.02)
    assert ticket.trace.steps
    assert ticket._job is not None
    return ticket._job._child.pid


def left_in(store: RunStore) -> list[str]:
    return [path.name for path in store.folder.iterdir()] if store.folder.exists() else []


def test_a_run_goes_to_the_store_with_what_it_told(make_desk: Desk, store: RunStore, pair: ModelPair) -> None:
    ticket = make_desk().hand_in(Recipe(), "ann")
    assert ticket.wait(PATIENCE_S)
    assert (ticket.state, ticket.error) == (State.DONE, None)
    assert [step.loss for step in ticket.trace.steps] == [1.0]
    assert [run.id for run in store.runs()] == [ticket.run_id]
    assert store.load(str(ticket.run_id)).target == pair.target


def test_equal_wishes_at_the_same_moment_become_one_run(make_desk: Desk, store: RunStore, tmp_path: Path) -> None:
    desk, start = make_desk(), threading.Barrier(8)

    def press(number: int) -> Ticket:
        start.wait()
        return desk.hand_in(Recipe(seed=100), f"visitor {number}")

    with ThreadPoolExecutor(8) as pool:
        pressed = list(pool.map(press, range(8)))
    assert len(set(pressed)) == 1
    assert not desk.waiting
    let_go(tmp_path, 100)
    assert pressed[0].wait(PATIENCE_S)
    assert len(store.runs()) == 1


def test_other_wishes_wait_in_turn_until_the_queue_is_full(make_desk: Desk, store: RunStore, tmp_path: Path) -> None:
    desk = make_desk(queue=2)
    first, second, third = (desk.hand_in(Recipe(seed=seed), f"visitor {seed}") for seed in (100, 101, 102))
    assert [t.state for t in (first, second, third)] == [State.RUNNING, State.WAITING, State.WAITING]
    assert list(desk.waiting) == [second, third]
    with pytest.raises(BusyError, match=r"A training run is going on, and 2 more wait\. Watch it"):
        desk.hand_in(Recipe(seed=103), "bob")
    assert desk.hand_in(Recipe(seed=102), "bob") is third
    for ticket, seed in ((first, 100), (second, 101), (third, 102)):
        let_go(tmp_path, seed)
        assert ticket.wait(PATIENCE_S)
        assert ticket.state is State.DONE
    assert len(store.runs()) == 3


def test_a_server_without_a_queue_lets_nobody_wait(make_desk: Desk) -> None:
    desk = make_desk(queue=0)
    desk.hand_in(Recipe(seed=100), "ann")
    with pytest.raises(BusyError, match=r"^A training run is going on\. Watch it, and ask again when it is over\.$"):
        desk.hand_in(Recipe(seed=101), "bob")


def test_a_stopped_run_is_gone_within_a_second_and_leaves_no_trace(make_desk: Desk, store: RunStore) -> None:
    desk = make_desk()
    ticket = desk.hand_in(Recipe(seed=100), "ann")
    pid = until_it_speaks(ticket)
    assert left_in(store)
    start = time.monotonic()
    desk.stop(ticket, "ann")
    assert time.monotonic() - start < 1
    assert (ticket.state, ticket.error) == (State.STOPPED, "Stopped.")
    assert not is_alive(pid)
    assert left_in(store) == []
    assert desk.running is None


def test_a_waiting_run_can_be_withdrawn(make_desk: Desk) -> None:
    desk = make_desk()
    first, second = desk.hand_in(Recipe(seed=100), "ann"), desk.hand_in(Recipe(seed=101), "bob")
    desk.stop(second, "bob")
    assert (second.state, second.error) == (State.STOPPED, "Taken out of the queue.")
    assert desk.running is first


def test_a_killed_worker_is_told_of_and_the_next_run_works(make_desk: Desk, store: RunStore) -> None:
    desk = make_desk()
    ticket, following = desk.hand_in(Recipe(seed=100), "ann"), desk.hand_in(Recipe(seed=1), "bob")
    os.kill(until_it_speaks(ticket), signal.SIGKILL)
    assert ticket.wait(PATIENCE_S)
    assert ticket.state is State.FAILED
    assert ticket.error is not None
    assert "SIGKILL" in ticket.error
    assert following.wait(PATIENCE_S)
    assert following.state is State.DONE
    assert left_in(store) == [following.run_id]


def test_a_run_beyond_its_time_is_ended(make_desk: Desk, store: RunStore) -> None:
    ticket = make_desk(limits=Limits(seconds=3)).hand_in(Recipe(seed=100), "ann")
    assert ticket.wait(PATIENCE_S)
    assert ticket.state is State.FAILED
    assert ticket.error == "Ended: it took longer than the limit of 3 seconds."
    assert left_in(store) == []


def test_a_private_run_is_its_owners_alone_and_nowhere_on_disk(
    make_desk: Desk, store: RunStore, pair: ModelPair, tmp_path: Path
) -> None:
    desk = make_desk()
    mine = desk.hand_in(Recipe(seed=100), "ann", TrainingData("own.npz", b"data"), is_private=True)
    assert desk.hand_in(Recipe(seed=100), "ann", TrainingData("own.npz", b"data"), is_private=True) is mine
    others = desk.hand_in(Recipe(seed=100), "bob", TrainingData("own.npz", b"data"), is_private=True)
    assert others is not mine
    let_go(tmp_path, 100)
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
    make_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = make_desk().hand_in(Recipe(seed=100), "ann")
    assert ticket.may_be_stopped_by("ann")
    assert not ticket.may_be_stopped_by("bob")
    monkeypatch.setattr(presence, "GONE_S", 0.2)
    time.sleep(0.3)
    ticket.seen_by("bob")
    assert ticket.may_be_stopped_by("bob")
    ticket.seen_by("ann")
    assert not ticket.may_be_stopped_by("bob")


def test_a_waiting_run_whose_owner_has_left_is_left_out(
    make_desk: Desk, store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    first, second = desk.hand_in(Recipe(seed=100), "ann"), desk.hand_in(Recipe(seed=1), "bob")
    monkeypatch.setattr(presence, "GONE_S", -1.0)
    let_go(tmp_path, 100)
    assert first.wait(PATIENCE_S)
    assert second.wait(PATIENCE_S)
    assert (second.state, second.error) == (State.STOPPED, "Left out: whoever asked for it had left.")
    assert len(store.runs()) == 1


def test_one_visitor_has_one_run_at_a_time(make_desk: Desk) -> None:
    desk = make_desk()
    desk.hand_in(Recipe(seed=100), "ann")
    with pytest.raises(BusyError, match="A run of yours is not over yet"):
        desk.hand_in(Recipe(seed=101), "ann")


def test_a_run_that_two_have_asked_for_ends_when_neither_wants_it(make_desk: Desk) -> None:
    desk = make_desk()
    ticket = desk.hand_in(Recipe(seed=100), "ann")
    assert desk.hand_in(Recipe(seed=100), "bob") is ticket
    desk.stop(ticket, "ann")
    assert not ticket.may_be_stopped_by("ann")
    assert [desk.running] == [ticket]
    desk.stop(ticket, "bob")
    assert desk.running is None
    assert ticket.error == "Stopped."


def test_a_store_that_cannot_be_used_fails_the_run_and_not_the_desk(
    make_desk: Desk, store: RunStore, tmp_path: Path
) -> None:
    desk = make_desk()
    first, second = desk.hand_in(Recipe(seed=100), "ann"), desk.hand_in(Recipe(seed=1), "bob")
    until_it_speaks(first)
    store.folder.rename(tmp_path / "elsewhere")
    store.folder.write_text("no folder")
    let_go(tmp_path, 100)
    for ticket in (first, second):
        assert ticket.wait(PATIENCE_S)
        assert ticket.state is State.FAILED
    assert desk.running is None


def test_a_run_whose_process_cannot_be_started_says_so(make_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_desk()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    ticket = desk.hand_in(Recipe(), "ann")
    assert (ticket.state, ticket.error) == (
        State.FAILED,
        "No process could be started (No such file or directory); try again later.",
    )


def test_the_run_that_makes_a_store_too_full_tells_which_ones_went(make_desk: Desk, store: RunStore) -> None:
    store.max_runs = 1
    desk = make_desk()
    assert desk.hand_in(Recipe(seed=1), "ann").wait(PATIENCE_S)
    last = desk.hand_in(Recipe(seed=2), "ann")
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
