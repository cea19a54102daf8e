"""A button that stops a job says so at once, however long the job takes to go."""

import threading
import time

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.server import stopping

SCRIPT = """
import streamlit as st
from pages.shared.server import stopping

job = st.session_state.job
stopping.button(st.container(), job, stopping.stop, "stop", job, job.stop)
"""


class Job:
    """A job that is gone once it is allowed to."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.stops = 0

    def stop(self) -> None:
        """Wait until it may go."""
        self.stops += 1
        assert self.may_go.wait(30)


def opened(job: Job) -> AppTest:
    app = AppTest.from_string(SCRIPT)
    app.session_state.job = job
    return app.run()


def test_a_job_that_goes_slowly_is_said_to_be_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_PATIENCE_S", 0.1)
    job = Job()
    app = opened(job)
    assert app.button(key="stop").label == "Stop"
    start = time.monotonic()
    app.button(key="stop").click().run()
    assert time.monotonic() - start < 5
    assert app.button(key="stop").label == "Stopping …"
    assert app.button(key="stop").disabled
    job.may_go.set()
    while any(thread.is_alive() for thread in threading.enumerate() if thread.name.endswith("(stop)")):
        time.sleep(0.01)
    app.run()
    assert app.button(key="stop").label == "Stop"
    assert job.stops == 1
    assert stopping._STOPPING not in app.session_state


def test_a_job_that_goes_at_once_is_never_said_to_be_stopping() -> None:
    job = Job()
    job.may_go.set()
    app = opened(job)
    app.button(key="stop").click().run()
    assert app.button(key="stop").label == "Stop"
    assert job.stops == 1
    assert stopping._STOPPING not in app.session_state
