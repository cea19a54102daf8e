"""Jobs that wait for their turn: two at a time, in order, and never more than there is room for."""

import os
from pathlib import Path

import pytest

from fp16core.jobs.queue import WaitingRoom, Wish
from fp16core.vocabulary import BusyError
from tests.helpers.children.processes import PATIENCE_S, is_alive, own_module, until_begun

BODY = """
while not os.path.exists(request["go"]): time.sleep(0.02)
return {"name": request["name"]}
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Work that ends when a file of its name appears."""
    return own_module(tmp_path, monkeypatch, BODY)


def wish(module: str, folder: Path, name: str, places: int = 1) -> Wish:
    return Wish(module, {"go": str(folder / name), "name": name}, places=places)


def let_go(folder: Path, name: str) -> None:
    (folder / name).touch()


def test_two_work_and_the_others_wait_in_order(module: str, tmp_path: Path) -> None:
    room = WaitingRoom(places=2)
    first, second, third, fourth = (room.hand_in(wish(module, tmp_path, name)) for name in "abcd")
    assert [ticket.job is not None for ticket in (first, second, third, fourth)] == [True, True, False, False]
    assert (third.ahead, fourth.ahead, third.what) == (0, 1, "waiting")
    let_go(tmp_path, "b")
    assert second.wait(PATIENCE_S)
    assert (second.answer, second.error) == ({"name": "b"}, None)
    until_begun(third)
    assert fourth.job is None
    assert (fourth.ahead, fourth.answer, fourth.error) == (0, None, None)
    for name in "acd":
        let_go(tmp_path, name)
    for ticket in (first, third, fourth):
        assert ticket.wait(PATIENCE_S)
        assert ticket.answer is not None
    assert third.wish is None, "the files need not be kept once they were handed over"


def test_a_large_job_waits_until_both_places_are_free_and_holds_up_those_behind(module: str, tmp_path: Path) -> None:
    room = WaitingRoom(places=2)
    small = room.hand_in(wish(module, tmp_path, "small"))
    large = room.hand_in(wish(module, tmp_path, "large", places=5))
    behind = room.hand_in(wish(module, tmp_path, "behind"))
    assert [ticket.job is not None for ticket in (small, large, behind)] == [True, False, False]
    let_go(tmp_path, "small")
    until_begun(large)
    assert behind.job is None
    large.stop()
    until_begun(behind)
    behind.stop()


def test_stopping_ends_a_job_or_leaves_the_queue(module: str, tmp_path: Path) -> None:
    room = WaitingRoom(places=1)
    working, waiting = (room.hand_in(wish(module, tmp_path, name)) for name in ("never", "later"))
    waiting.stop()
    assert (waiting.is_over, waiting.job, waiting.error) == (True, None, "Stopped.")
    assert working.job is not None
    pid = working.job._child.pid
    working.stop()
    assert not is_alive(pid)
    assert (working.is_over, working.answer, working.error) == (True, None, "Stopped.")
    working.stop()
    assert room.hand_in(wish(module, tmp_path, "later")).job is not None


def test_a_full_room_says_so(module: str, tmp_path: Path) -> None:
    room = WaitingRoom(places=1, longest=2)
    tickets = [room.hand_in(wish(module, tmp_path, name)) for name in "abc"]
    with pytest.raises(BusyError, match="2 visitors wait for their files to be tried already; come back"):
        room.hand_in(wish(module, tmp_path, "d"))
    for ticket in reversed(tickets):
        ticket.stop()


def test_a_process_that_cannot_be_started_is_a_sentence(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(11, os.strerror(11))

    room = WaitingRoom(places=1)
    with monkeypatch.context() as patched:
        patched.setattr("fp16core.jobs.job.subprocess.Popen", fail)
        ticket = room.hand_in(wish(module, tmp_path, "a"))
    assert ticket.is_over
    assert ticket.error is not None
    assert ticket.error.startswith("No process could be started (")
    fine = room.hand_in(wish(module, tmp_path, "b"))
    assert fine.job is not None
    fine.stop()
