"""The modes of execution on *Size and speed* through Streamlit's own test driver, on a server without a GPU."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.evaluate.comparison import Comparison
from fp16core.jobs import owners
from fp16core.jobs.spec import JobSpec
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import percent_text, small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.worker.modes import latency, run
from pages.shared.session.files import OwnFiles
from pages.shared.session.measuring import measurements
from pages.shared.session.measuring.measurement_board import AnySurvey, Board
from pages.shared.session.measuring.measurements import ACCURACY, LATENCY, SPEED
from pages.size import accuracy
from tests.helpers.apps.driving import errors, visit, words
from tests.helpers.apps.visits import forget
from tests.helpers.children.surveys import wild
from tests.helpers.places import ROUTER

PATIENCE_S = 200


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch, cold_caches: None) -> Iterator[None]:  # noqa: ARG001 - it must come first
    """A server without a GPU driver, on which no measurement runs afterwards."""
    monkeypatch.setenv("VK_DRIVER_FILES", "/nowhere.json")
    yield
    board = measurements._shared()
    for survey in (*board.running, *filter(None, [board.probe])):
        survey.stop()
    forget()


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], str]]:
    """JSON that the page offers for download: this test driver cannot press the button."""
    offered: list[Callable[[], str]] = []
    monkeypatch.setattr(accuracy, "download", offered.append)
    return offered


_PROBES: list[AnySurvey] = []


@pytest.fixture(autouse=True)
def modes_are_probed_once(monkeypatch: pytest.MonkeyPatch, no_gpu: None) -> None:  # noqa: ARG001 - it must come first
    """Find out for the first test alone which modes this machine has: it takes five processes."""
    probe = measurements.probe

    def probe_once() -> AnySurvey:
        if not _PROBES:
            _PROBES.append(probe())
        board = measurements._shared()
        with board.lock:
            board.probe = _PROBES[0]
        return _PROBES[0]

    monkeypatch.setattr(measurements, "probe", probe_once)


def age(board: Board, seconds: float) -> None:
    """All who have asked for something were last seen so much earlier."""
    for survey in board.running:
        survey.owners._seen = {visitor: seen - seconds for visitor, seen in survey.owners._seen.items()}


def rerun_while_busy(app: AppTest) -> AppTest:
    """As the page's own ticking does."""
    board = measurements._shared()
    deadline = time.monotonic() + PATIENCE_S
    while any(not survey.is_over for survey in (*board.running, *filter(None, [board.probe]))):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    app.run()
    assert not app.exception
    return app


def opened(images: str = "first 200") -> AppTest:
    app = visit("size")
    app.segmented_control(key="size-view").set_value(SPEED).run()
    app = rerun_while_busy(app.segmented_control(key="runtimes-section").set_value(ACCURACY).run())
    return app.segmented_control(key="runtimes-images").set_value(images).run()


def measured(app: AppTest) -> AppTest:
    app.button(key="measure").click().run()
    return rerun_while_busy(app)


def column(app: AppTest, name: str) -> list[str]:
    return [str(value) for value in app.dataframe[0].value[name]]


def keys(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button]


def hanging(modes: Iterable[ExecutionMode], *_rest: object, **_more: object) -> dict[ExecutionMode, JobSpec]:
    return dict.fromkeys(modes, wild("hang"))


def test_the_page_says_what_this_server_has_before_anything_is_measured() -> None:
    app = opened()
    assert "The modes, and this machine: 3 of 5 run here" in [expander.label for expander in app.expander]
    table = next(table for table in app.table if "on this server" in table.value)
    states = dict(zip(table.value["mode"], table.value["on this server"], strict=True))
    assert "available" in states["**CPU, float32 arithmetic**"]
    assert "no GPU with a driver" in states["**GPU, float16 arithmetic**"]
    assert not app.dataframe
    assert any("NVIDIA H200" in cell for cell in app.table[0].value["hardware"]), "recordings until there is more"
    assert not app.error


def test_both_files_run_in_every_mode_there_is_and_claims_follow(
    comparison: Comparison, downloads: list[Callable[[], str]]
) -> None:
    app = opened()
    app.button(key="measure").click().run()
    assert "stop-measuring" in keys(app)
    rerun_while_busy(app)
    assert column(app, "mode") == [mode.short_title for mode in ExecutionMode if not mode.on_gpu for _ in range(2)]
    right = comparison.target.predictions[:200] == comparison.labels[:200]
    assert column(app, "accuracy")[1] == percent_text(right.mean())
    assert column(app, "largest logit change")[:2] == ["0", small_text(comparison.abs_logit_delta[:200].max())]
    assert column(app, "changed answers")[0] == "0 of 200"
    assert "no GPU with a driver" in words(app)
    assert {metric.label: metric.value for metric in app.metric}["Modes that ran"] == "3 of 5"
    content = json.loads(downloads[-1]())
    assert [mode["available"] for mode in content["modes"]] == [True, True, True, False, False]
    assert content["modes"][0]["upsampled"] == "while the model is loaded"
    assert content["modes"][0]["images"] == 200
    if content["modes"][2]["computes_float16"]:
        emulation = content["modes"][2]["emulation"]
        assert emulation["images"] == 200
        assert emulation["emulated"][-1]["way"] in words(app)
    # Another visitor sees it, too, and the claims have been judged by it.
    claims = words(visit("claims"))
    assert "prior to the first inference" in claims
    assert "last read while the model is loaded" in claims
    assert "no GPU with a driver" in claims


def test_a_larger_measurement_that_is_stopped_takes_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    measured(opened())
    app = opened("first 1,000")
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    assert "last read while the model is loaded" in words(visit("claims"))
    app.button(key="stop-measuring").click().run()
    assert "last read while the model is loaded" in words(visit("claims"))


def test_measuring_again_and_stopping_keeps_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    app = measured(opened())
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    assert "last read while the model is loaded" in words(visit("claims"))
    app.button(key="stop-measuring").click().run()
    assert len(column(app, "mode")) == 6
    assert len(column(opened(), "mode")) == 6


def test_a_measurement_is_shared_and_only_who_asked_may_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app, other, late = opened(), opened(), opened()
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    other.run()
    assert "stop-measuring" not in keys(other)
    assert "measure" not in keys(other)
    # Who presses a moment later joins.
    late.button(key="measure").click().run()
    assert len(measurements._shared().running) == 1
    assert "stop-measuring" in keys(late)
    app.button(key="stop-measuring").click().run()
    assert "Stopped." in words(app)
    assert not app.exception


def test_a_measurement_that_nobody_looks_after_can_be_stopped_by_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    app, other = opened(), opened()
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    board = measurements._shared()
    age(board, owners.GONE_S - 20)
    other.run()
    assert "stop-measuring" not in keys(other)
    age(board, 20)
    other.run()
    other.button(key="stop-measuring").click().run()
    assert all(survey.is_over for survey in board.running)


def test_whoever_measures_and_reads_another_page_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    app, other = opened(), opened()
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    board = measurements._shared()
    app.switch_page("layers/layers.py").run()
    age(board, owners.GONE_S)
    app.run()
    assert any("Your measurement: " in caption.value for caption in app.caption)
    other.run()
    assert "stop-measuring" not in keys(other)
    for survey in board.running:
        survey.stop()
    app.run()
    assert [toast.value for toast in app.toast] == [
        "Your measurement is over. The page *Size and speed* shows the result."
    ]
    assert not app.run().toast


def test_a_visitor_measures_one_thing_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened()
    monkeypatch.setattr(run, "specs_for", hanging)
    app.button(key="measure").click().run()
    app.segmented_control(key="runtimes-batch").set_value(10).run()
    app.button(key="measure").click().run()
    assert errors(app) == ["Another of your measurements is in progress; wait for it or stop it, then start this one."]
    assert len(measurements._shared().running) == 1


def test_a_driver_that_brings_down_its_process_costs_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = run.specs_for

    def crashing(*arguments: Any, **more: Any) -> dict[ExecutionMode, JobSpec]:
        return usual(*arguments, **more) | {mode: wild("crash") for mode in ExecutionMode if mode.on_gpu}

    app = opened()
    monkeypatch.setattr(run, "specs_for", crashing)
    measured(app)
    assert "The process crashed \\(SIGSEGV\\)" in words(app)
    assert len(column(app, "mode")) == 6
    assert not app.error


def test_times_are_shown_with_a_verdict_and_judge_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = latency.specs_for
    short = replace(latency.LEAST, seconds=0.1)
    monkeypatch.setattr(latency, "specs_for", lambda modes, pair, images: usual(modes, pair, images, (1, 10), short))
    app = opened()
    app.segmented_control(key="runtimes-section").set_value(LATENCY).run()
    measured(app)
    assert "The float16 file against the float32 file" in words(app)
    assert len(app.dataframe[0].value) == 6  # three modes, two batch sizes
    assert len(app.dataframe[1].value) == 3
    claims = words(visit("claims"))
    assert "float16 / float32: 1 image at once" in claims
    assert "no GPU with a driver" in claims


def test_the_start_alone_starts_no_process() -> None:
    before = threading.active_count()
    visit("start")
    assert measurements._shared().probe is None
    assert not measurements._shared().running
    assert threading.active_count() <= before + 1


def test_what_other_hardware_does_has_sources() -> None:
    app = opened()
    app.segmented_control(key="runtimes-section").set_value("Your phone").run()
    (phones, *_) = [table for table in app.table if "hardware" in table.value]
    assert all("](https://" in cell for cell in phones.value["what to expect"])


def test_a_private_pair_is_measured_for_its_owner_alone(
    pair: ModelPair, comparison: Comparison, downloads: list[Callable[[], str]]
) -> None:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.session_state["own-files"] = OwnFiles(ModelPair("mine", pair.reference, pair.target))
    app.session_state["next-model"] = "mine (yours)"
    app.run()
    app.switch_page("size/size.py").run()
    app.segmented_control(key="size-view").set_value(SPEED).run()
    rerun_while_busy(app.segmented_control(key="runtimes-section").set_value(ACCURACY).run())
    app.segmented_control(key="runtimes-images").set_value("first 200").run()
    measured(app)
    (mine,) = app.session_state["runtimes"].values()
    assert not measurements._shared().finished
    assert len(column(app, "mode")) == 6
    logits = mine.outcomes()[ExecutionMode.CPU_FLOAT32].target.logits
    assert np.array_equal(logits, comparison.target.logits[:200])
    # The button's content is asked for when nobody knows any more whose visit it was.
    found: list[str] = []
    asking = threading.Thread(target=lambda: found.append(downloads[-1]()))
    asking.start()
    asking.join()
    assert json.loads(found[0])["pair"] == "mine"
    assert not opened().dataframe  # nothing is measured for others
    # Once it is over, the server keeps nothing of it but what its owner has.
    board = measurements._shared()
    with board.lock:
        board.settle()
    assert mine not in (*board.running, *board.public.values(), *board.finished.values())
