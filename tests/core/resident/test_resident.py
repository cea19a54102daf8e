"""A confined child that stays: it answers, or is ended with a reason, and never takes its owner along."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import psutil
import pytest

from fp16core.resident.endings import CallLimits, Ending, ResidentEndedError
from fp16core.resident.resident import Resident
from fp16core.vocabulary import ImageError, WorkerError
from tests.helpers.places import LINUX_ONLY, ROOT

LIMITS = CallLimits(cpu_s=1, wall_s=20, memory_bytes=400_000_000, answer_bytes=10_000_000)
PATIENCE_S = 60


@pytest.fixture
def resident() -> Iterator[Resident]:
    child = Resident("tests.helpers.children.resident_child", LIMITS)
    yield child
    child.close()
    assert not psutil.pid_exists(child.pid)


def test_it_answers_call_after_call(resident: Resident) -> None:
    array = np.arange(300_000, dtype=np.float32)
    for _ in range(3):
        assert np.array_equal(resident.call("double", array), 2 * array)
    assert resident.call("echo", {"a": (1, None, b"x")}) == {"a": (1, None, b"x")}


def test_arguments_larger_than_a_pipe_arrive(resident: Resident) -> None:
    large = os.urandom(9_000_000)
    assert resident.call("echo", large) == large


def test_a_refusal_keeps_its_class_and_sentence_and_the_child_lives(resident: Resident) -> None:
    with pytest.raises(ImageError, match="a sentence"):
        resident.call("refuse", "a sentence")
    assert resident.call("echo", 1) == 1


def test_a_bug_is_told_and_the_child_lives(resident: Resident) -> None:
    with pytest.raises(WorkerError, match="RuntimeError: a bug"):
        resident.call("fail")
    assert resident.call("echo", 1) == 1


@pytest.mark.parametrize(
    ("function", "arguments", "reason", "words"),
    [
        ("burn", (), Ending.PROCESSOR_TIME, "more than 1 seconds of processor time"),
        ("swell", (), Ending.MEMORY, "more than 400 MB of memory"),
        ("crash", (), Ending.CRASH, "it crashed (SIGABRT)"),
        ("long_answer", (20_000_000,), Ending.ANSWER_SIZE, "its answer had more than 10 MB"),
    ],
)
def test_it_is_ended_with_the_reason(
    resident: Resident, function: str, arguments: tuple[Any, ...], reason: Ending, words: str
) -> None:
    with pytest.raises(ResidentEndedError) as caught:
        resident.call(function, *arguments)
    assert caught.value.reason is reason
    assert words in str(caught.value)
    assert not resident.is_alive
    with pytest.raises(ResidentEndedError):
        resident.call("echo", 1)


def test_sleep_is_limited_by_the_wall_clock() -> None:
    child = Resident("tests.helpers.children.resident_child", CallLimits(60, 2, 400_000_000))
    with pytest.raises(ResidentEndedError) as caught:
        child.call("sleep")
    assert caught.value.reason is Ending.WALL_TIME
    child.close()


def test_an_answer_may_not_choose_what_runs_here(resident: Resident) -> None:
    """The child's pickle names ``os.system``, which is not called."""
    with pytest.raises(ResidentEndedError) as caught:
        resident.call("evil")
    assert caught.value.reason is Ending.CRASH
    assert not resident.is_alive


@pytest.mark.parametrize("function", ["answer_twice", "no_refusal"])
def test_a_child_that_is_out_of_step_is_ended_rather_than_believed(resident: Resident, function: str) -> None:
    def ask() -> None:
        """The first answer may be the child's own; the second is nobody's."""
        resident.call(function)
        time.sleep(0.3)
        resident.call("echo", 1)

    with pytest.raises(ResidentEndedError) as caught:
        ask()
    assert caught.value.reason is Ending.CRASH
    assert not resident.is_alive


def test_it_ends_with_its_owner_also_during_a_call() -> None:
    program = (
        "import threading, time\n"
        "from fp16core.resident.endings import CallLimits\n"
        "from fp16core.resident.resident import Resident\n"
        "child = Resident('tests.helpers.children.resident_child', CallLimits(600, 600, 400_000_000))\n"
        "child.call('echo', 1)\n"
        "threading.Thread(target=lambda: child.call('burn'), daemon=True).start()\n"
        "time.sleep(0.5)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert psutil.pid_exists(pid)
        owner.kill()
    deadline = time.monotonic() + PATIENCE_S
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nobody_waits_any_more(resident: Resident) -> None:
    asked = time.monotonic()
    with pytest.raises(ResidentEndedError) as caught:
        resident.call("sleep", is_wanted=lambda: time.monotonic() < asked + 0.3)
    assert caught.value.reason is Ending.STOPPED


def test_closing_ends_a_call_at_work(resident: Resident) -> None:
    resident.call("echo", 0)
    reasons: list[Ending] = []

    def wait() -> None:
        try:
            resident.call("sleep")
        except ResidentEndedError as error:
            reasons.append(error.reason)

    thread = threading.Thread(target=wait)
    thread.start()
    while not resident._lock.locked():
        time.sleep(0.01)
    resident.close()
    thread.join(PATIENCE_S)
    assert reasons == [Ending.STOPPED]


def test_what_libraries_print_is_no_answer(resident: Resident) -> None:
    assert resident.call("chatter", 1000) == "quiet"


@LINUX_ONLY
def test_it_is_the_first_to_go_when_memory_runs_out_and_leaves_no_core(resident: Resident) -> None:
    resident.call("echo", 0)
    with open(f"/proc/{resident.pid}/oom_score_adj") as file:  # noqa: PTH123  # no path of ours
        assert int(file.read()) == 1000
    if sys.platform == "linux":
        assert psutil.Process(resident.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0)
        assert psutil.Process(resident.pid).rlimit(psutil.RLIMIT_DATA) == (400_000_000, 400_000_000)
