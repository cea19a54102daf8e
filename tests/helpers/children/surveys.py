"""Surveys of execution modes, with real drivers and with drivers that misbehave."""

import time
from typing import Any

from fp16core.jobs.spec import JobSpec, Limits
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.worker.modes.survey import Survey

GPU = [mode for mode in ExecutionMode if mode.on_gpu]


PATIENCE_S = 240


def outcomes(survey: Survey[Any]) -> dict[ExecutionMode, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while not survey.is_over:
        assert time.monotonic() < deadline
        assert 0 <= survey.done <= 1
        time.sleep(0.05)
    assert survey.done == 1
    return survey.outcomes()


PATIENT = Limits(seconds=PATIENCE_S)


def wild(how: str, limits: Limits = PATIENT) -> JobSpec:
    return JobSpec("tests.helpers.children.gone_wild", {"how": how}, (), limits)
