"""The page *Runtimes* through Streamlit's own test driver: real runs on the processor, and a server without a GPU."""

import json
import time
from collections.abc import Iterator

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.evaluate import Comparison
from fp16core.evaluate.mode_runs import ModeRun, ModeTable
from fp16core.evaluate.modes_document import modes_document
from fp16core.output import finite
from fp16core.runtime.modes import ExecutionMode
from fp16core.text import percent_text, small_text
from fp16core.vocabulary import ModelPair
from fp16core.worker import latency_run, mode_run
from pages.shared import runtimes
from pages.shared.own import OwnFiles
from pages.shared.runtimes import ACCURACY, LATENCY
from tests.conftest import ROOT
from tests.test_modes import wild
from tests.test_pages import cold_caches, visit, words

__all__ = ["cold_caches"]

PATIENCE_S = 200


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch, cold_caches: None, routed: None) -> Iterator[None]:
    """A server without a driver, on which nothing goes on afterwards."""
    monkeypatch.setenv("VK_DRIVER_FILES", "/nowhere.json")
    yield
    for survey in (*runtimes._shared().surveys.values(), runtimes.probe()):
        survey.stop()
    st.cache_resource.clear()


def rerun_while_busy(app: AppTest) -> AppTest:
    """As the page's own ticking does."""
    deadline = time.monotonic() + PATIENCE_S
    while any(not s.is_over for s in (*runtimes._shared().surveys.values(), runtimes.probe())):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    app.run()
    assert not app.exception
    return app


def opened() -> AppTest:
    app = rerun_while_busy(visit("runtimes"))
    return app.segmented_control(key="runtimes-images").set_value("first 200").run()


def column(app: AppTest, name: str) -> list[str]:
    return [str(value) for value in app.dataframe[0].value[name]]


def test_the_page_says_what_this_server_has_before_anything_is_measured() -> None:
    app = opened()
    (table,) = app.table
    states = dict(zip(table.value["mode"], table.value["on this server"], strict=True))
    assert "available" in states["**CPU, float32 arithmetic**"]
    assert "no GPU with a driver" in states["**GPU, float16 arithmetic**"]
    assert "Nothing is measured until you ask for it" in words(app)
    assert not app.dataframe
    assert not app.error


def test_both_files_run_in_every_mode_there_is_and_claims_follow(comparison: Comparison) -> None:
    app = opened()
    app.button(key="measure").click().run()
    assert app.button(key="stop-measuring")
    rerun_while_busy(app)
    modes = column(app, "mode")
    assert modes == [mode.title for mode in ExecutionMode if not mode.on_gpu for _ in range(2)]
    right = comparison.target.predictions[:200] == comparison.labels[:200]
    assert column(app, "accuracy")[1] == percent_text(right.mean())
    assert column(app, "largest logit change")[:2] == ["0", small_text(comparison.abs_logit_delta[:200].max())]
    assert column(app, "changed answers")[0] == "0 of 200"
    assert "no GPU with a driver" in words(app)
    assert {metric.label: metric.value for metric in app.metric}["Modes that ran"] == "3 of 5"
    assert any("JSON" in button.proto.label for button in app.get("download_button"))
    content = json.loads(shared_document())
    assert [mode["available"] for mode in content["modes"]] == [True, True, True, False, False]
    assert content["modes"][0]["upsampled"] == "while the model is loaded"
    # Another visitor sees it, too, and the claims on Overview have been judged by it.
    other = visit("overview")
    assert "prior to the first inference" in words(other)
    assert "last read while the model is loaded" in words(other)
    assert "no GPU with a driver" in words(other)


def shared_document() -> str:
    """What the button gives, which this test driver cannot press."""
    (found,) = [s for key, s in runtimes._shared().surveys.items() if key[1] == ACCURACY]
    outcomes = found.outcomes()
    usual = outcomes[ExecutionMode.CPU_FLOAT32]
    assert isinstance(usual, ModeRun)
    content = modes_document("a pair", ModeTable(usual.reference, outcomes), {}, {})
    return json.dumps(finite(content), allow_nan=False)


def test_a_measurement_is_shared_and_only_who_asked_may_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app, other = opened(), opened()
    monkeypatch.setattr(mode_run, "wish_for", lambda *_, **__: wild("hang"))
    app.button(key="measure").click().run()
    other.run()
    assert "stop-measuring" not in [button.key for button in other.button]
    assert "measure" not in [button.key for button in other.button]
    (survey,) = runtimes._shared().surveys.values()
    app.button(key="stop-measuring").click().run()
    assert survey.is_over
    assert "Stopped" in words(app)
    assert not app.exception


def test_a_driver_that_brings_down_its_process_costs_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = mode_run.wish_for

    def wish_for(mode: ExecutionMode, *rest: object, **more: object) -> object:
        return wild("crash") if mode.on_gpu else usual(mode, *rest, **more)  # type: ignore[arg-type]

    app = opened()
    monkeypatch.setattr(mode_run, "wish_for", wish_for)
    app.button(key="measure").click().run()
    rerun_while_busy(app)
    assert "The process crashed \\(SIGSEGV\\)" in words(app)
    assert len(column(app, "mode")) == 6
    assert not app.error


def test_times_are_shown_with_a_verdict_and_judge_the_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = latency_run.wish_for
    monkeypatch.setattr(latency_run, "wish_for", lambda mode, pair, images: usual(mode, pair, images, (1, 10), 0.1))
    app = opened()
    app.segmented_control(key="runtimes-section").set_value(LATENCY).run()
    app.button(key="measure").click().run()
    rerun_while_busy(app)
    assert "The float16 file against the float32 file" in words(app)
    assert len(app.dataframe[0].value) == 6  # three modes, two sizes of batch
    assert len(app.dataframe[1].value) == 3
    claims = words(visit("overview"))
    assert "interleaved calls" in claims


def test_what_other_hardware_does_has_sources() -> None:
    app = opened()
    app.segmented_control(key="runtimes-section").set_value("Your phone").run()
    (phones, *_) = [table for table in app.table if "hardware" in table.value]
    assert all("](https://" in cell for cell in phones.value["source"])


def test_a_private_pair_is_measured_for_its_owner_alone(pair: ModelPair, comparison: Comparison) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["own-files"] = OwnFiles(ModelPair("mine", pair.reference, pair.target))
    app.session_state["next-model"] = "mine (yours)"
    app.run()
    rerun_while_busy(app.switch_page("pages/runtimes.py").run())
    app.segmented_control(key="runtimes-images").set_value("first 200").run()
    app.button(key="measure").click().run()
    (mine,) = app.session_state["runtimes"].values()
    assert not runtimes._shared().surveys
    deadline = time.monotonic() + PATIENCE_S
    while not mine.is_over and time.monotonic() < deadline:
        time.sleep(0.2)
    app.run()
    assert len(column(app, "mode")) == 6
    logits = mine.outcomes()[ExecutionMode.CPU_FLOAT32].target.logits
    assert np.array_equal(logits, comparison.target.logits[:200])
    assert "Nothing is measured" in words(opened())
