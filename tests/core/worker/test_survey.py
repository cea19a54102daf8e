"""Surveys of modes: drivers that misbehave cost a sentence, a stop keeps what has come, one waits for another."""

import time
from typing import Any

import pytest

from fp16core.jobs.queue import JobQueue
from fp16core.jobs.spec import Limits
from fp16core.jobs.ticket import Ticket
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import BusyError
from fp16core.worker.modes import run
from fp16core.worker.modes.survey import Survey
from tests.helpers.children.surveys import GPU, PATIENCE_S, PATIENT, outcomes, wild
from tests.helpers.places import TestSet

pytestmark = pytest.mark.slow


def reason(how: str, limits: Limits = PATIENT) -> str:
    survey: Survey[dict[str, Any]] = Survey(
        JobQueue(1, 1), {ExecutionMode.GPU_FLOAT16: wild(how, limits)}, lambda answer, _mode: answer
    )
    return str(outcomes(survey)[ExecutionMode.GPU_FLOAT16])


def test_a_driver_that_crashes_costs_a_sentence() -> None:
    assert reason("crash") == "The process crashed (SIGSEGV): driver: about to follow a null pointer"


def test_a_driver_that_hangs_is_ended() -> None:
    assert reason("hang", Limits(seconds=2)) == "Ended: it took longer than the limit of 2 seconds."


def test_a_driver_that_floods_its_log_fills_no_disk() -> None:
    survey: Survey[dict[str, Any]] = Survey(
        JobQueue(1, 1), {ExecutionMode.GPU_FLOAT16: wild("flood")}, lambda answer, _mode: answer
    )
    found = outcomes(survey)[ExecutionMode.GPU_FLOAT16]
    assert found["log_bytes"] <= 100_000_000
    assert found["read"] <= 2_000_000


def test_a_refusal_is_explained_by_the_log() -> None:
    assert reason("refuse").startswith("This machine has no GPU with a driver")


def test_a_survey_can_be_stopped_and_keeps_what_has_come(pair: ModelPair, test_set: TestSet) -> None:
    quick = run.specs_for([ExecutionMode.CPU_FLOAT32], pair, test_set[0][:10], 10, False)
    specs = quick | dict.fromkeys(GPU, wild("hang"))
    queue: JobQueue[Ticket] = JobQueue(1, 9)
    survey: Survey[Any] = Survey(queue, specs, lambda answer, _mode: answer)
    deadline = time.monotonic() + PATIENCE_S
    while not survey.outcomes() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert survey.what.startswith("GPU, float32 arithmetic: ")
    start = time.monotonic()
    survey.stop()
    assert time.monotonic() - start < 2
    assert survey.is_over
    survey.stop()  # once more, as somebody does who is impatient
    assert survey.was_stopped
    assert list(survey.outcomes()) == [ExecutionMode.CPU_FLOAT32]
    # The queue is free for the next one.
    last: Survey[Any] = Survey(queue, {ExecutionMode.CPU_FLOAT32: wild("refuse")}, lambda answer, _mode: answer)
    assert list(outcomes(last)) == [ExecutionMode.CPU_FLOAT32]


def test_one_survey_waits_for_another_and_too_many_are_refused() -> None:
    queue: JobQueue[Ticket] = JobQueue(1, 2)
    first: Survey[Any] = Survey(queue, {ExecutionMode.GPU_FLOAT16: wild("hang")}, lambda answer, _mode: answer)
    second: Survey[Any] = Survey(queue, {ExecutionMode.GPU_FLOAT16: wild("hang")}, lambda answer, _mode: answer)
    try:
        assert second.what == "waiting for another measurement to finish"
        with pytest.raises(BusyError):
            Survey(queue, dict.fromkeys(GPU, wild("hang")), lambda answer, _mode: answer)
        assert not second.is_over
    finally:
        second.stop()
        first.stop()
    assert first.outcomes() == second.outcomes() == {}
