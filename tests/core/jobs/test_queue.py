"""The job queue: two jobs at a time, in order, and never more waiting than allowed."""

import os
from pathlib import Path

import pytest

from fp16core.jobs.owners import Owners
from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import JobSpec
from fp16core.jobs.ticket import State, Ticket
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


def spec(module: str, folder: Path, name: str, places: int = 1) -> JobSpec:
    return JobSpec(module, {"go": str(folder / name), "name": name}, places=places)


def finish(folder: Path, name: str) -> None:
    (folder / name).touch()


def test_two_work_and_the_others_wait_in_order(module: str, tmp_path: Path) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=2)
    first, second, third, fourth = (queue.submit(spec(module, tmp_path, name)) for name in "abcd")
    assert [ticket.job is not None for ticket in (first, second, third, fourth)] == [True, True, False, False]
    assert (third.ahead, fourth.ahead, third.what) == (0, 1, "waiting")
    finish(tmp_path, "b")
    assert second.wait(PATIENCE_S)
    assert (second.answer, second.error) == ({"name": "b"}, None)
    until_begun(third)
    assert fourth.job is None
    assert (fourth.ahead, fourth.answer, fourth.error) == (0, None, None)
    for name in "acd":
        finish(tmp_path, name)
    for ticket in (first, third, fourth):
        assert ticket.wait(PATIENCE_S)
        assert ticket.answer is not None
    assert third.spec is None, "the files need not be kept once they were handed over"


def test_a_large_job_waits_until_both_places_are_free_and_holds_up_those_behind(module: str, tmp_path: Path) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=2)
    small = queue.submit(spec(module, tmp_path, "small"))
    large = queue.submit(spec(module, tmp_path, "large", places=5))
    behind = queue.submit(spec(module, tmp_path, "behind"))
    assert [ticket.job is not None for ticket in (small, large, behind)] == [True, False, False]
    finish(tmp_path, "small")
    until_begun(large)
    assert behind.job is None
    large.stop()
    until_begun(behind)
    behind.stop()


def test_stopping_ends_a_job_or_leaves_the_queue(module: str, tmp_path: Path) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=1)
    working, waiting = (queue.submit(spec(module, tmp_path, name)) for name in ("never", "later"))
    waiting.stop()
    assert (waiting.is_over, waiting.job, waiting.error) == (True, None, "Stopped.")
    assert working.job is not None
    pid = working.job._child.pid
    working.stop()
    assert not is_alive(pid)
    assert (working.is_over, working.answer, working.error) == (True, None, "Stopped.")
    working.stop()
    assert queue.submit(spec(module, tmp_path, "later")).job is not None


def test_a_full_room_says_so(module: str, tmp_path: Path) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=1, max_waiting=2)
    tickets = [queue.submit(spec(module, tmp_path, name)) for name in "abc"]
    with pytest.raises(BusyError, match="2 jobs are already waiting; try again"):
        queue.submit(spec(module, tmp_path, "d"))
    for ticket in reversed(tickets):
        ticket.stop()


def test_a_process_that_cannot_be_started_is_a_sentence(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(11, os.strerror(11))

    queue: JobQueue[Ticket] = JobQueue(places=1)
    with monkeypatch.context() as patched:
        patched.setattr("fp16core.jobs.child.ChildProcess", fail)
        ticket = queue.submit(spec(module, tmp_path, "a"))
    assert ticket.is_over
    assert ticket.error is not None
    assert ticket.error.startswith("No process could be started (")
    fine = queue.submit(spec(module, tmp_path, "b"))
    assert fine.job is not None
    fine.stop()


def test_equal_keys_share_a_ticket_and_the_last_answers_are_remembered(module: str, tmp_path: Path) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=1, max_waiting=0, kept=2)
    first = queue.submit(spec(module, tmp_path, "a"), key="first")
    assert list(queue.running) == [first]
    assert queue.submit(spec(module, tmp_path, "a"), key="first") is first
    with pytest.raises(BusyError):
        queue.submit(spec(module, tmp_path, "b"), key="second")
    first.stop()
    assert queue.find("first") is first
    again = queue.submit(spec(module, tmp_path, "a"), key="first")
    assert again is not first, "a job without an answer is not remembered as one"
    finish(tmp_path, "a")
    assert again.wait(PATIENCE_S)
    assert not queue.running
    assert queue.submit(JobSpec(module, {}), key="first") is again
    assert again.answer == {"name": "a"}
    for key in ("second", "third"):
        failed = queue.submit(JobSpec(module, {}), key=key)
        assert failed.wait(PATIENCE_S)
        assert (failed.state, failed.answer) == (State.FAILED, None)
    assert queue.find("first") is None
    assert queue.find("third") is not None


def test_a_ticket_whose_owners_are_gone_loses_its_turn_and_one_without_owners_does_not(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue: JobQueue[Ticket] = JobQueue(places=1)
    first = queue.submit(spec(module, tmp_path, "a"), owner="ann")
    owned = queue.submit(spec(module, tmp_path, "b"), owner="bob")
    ours = queue.submit(spec(module, tmp_path, "c"))
    monkeypatch.setattr("fp16core.jobs.owners.GONE_S", -1.0)
    finish(tmp_path, "a")
    assert first.wait(PATIENCE_S)
    until_begun(ours)
    assert (owned.state, owned.job, owned.error) == (
        State.STOPPED,
        None,
        "Skipped: the visitor who asked for it had left.",
    )
    ours.stop()


def test_who_joins_a_run_that_its_last_owner_withdraws_gets_a_run_of_their_own(module: str, tmp_path: Path) -> None:
    """Nobody inherits the end that somebody else has asked for."""
    queue: JobQueue[Ticket] = JobQueue(places=1)
    first = queue.submit(spec(module, tmp_path, "a"))
    waiting = queue.submit(spec(module, tmp_path, "b"), key="b", owner="ann")
    running = queue.submit(spec(module, tmp_path, "b"), key="b", owner="bob")
    assert running is waiting
    queue.withdraw(waiting, "ann")
    assert not waiting.is_over, "bob still wants it"
    queue.withdraw(waiting, "bob", "Removed.")
    assert (waiting.state, waiting.error) == (State.STOPPED, "Removed.")
    first.is_cancelled = True  # as in the moment before its process is gone
    first.key = "a"
    other = queue.submit(spec(module, tmp_path, "a"), key="a", owner="eve")
    assert other is not first
    for ticket in (first, other):
        ticket.stop()


def test_owners_may_stop_a_job_and_others_only_once_all_owners_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = Owners("ann")
    owners.add("bob")
    owners.touch("eve")
    assert owners.names == ("ann", "bob")
    assert owners.may_stop("ann")
    assert not owners.may_stop("eve")
    owners.remove("ann")
    assert not owners.may_stop("ann")
    monkeypatch.setattr("fp16core.jobs.owners.GONE_S", -1.0)
    assert owners.may_stop("eve")
    assert Owners().may_stop("anybody"), "the server's own jobs are nobody's"
