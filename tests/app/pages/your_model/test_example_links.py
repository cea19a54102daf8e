"""Links to the examples of a diagnosis, which hold nothing private; a visitor's own model is in no link."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.diagnosis.examples import EXAMPLES
from fp16core.worker.diagnosis import request
from pages.shared.address import parameter
from tests.helpers.apps.driving import errors, visit, words
from tests.helpers.apps.your_files import with_diagnosis
from tests.helpers.children.processes import own_module
from tests.helpers.places import ROUTER, page_file

pytestmark = pytest.mark.usefixtures("cold_caches", "diagnosing")


@pytest.fixture(autouse=True)
def endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "MODULE", own_module(tmp_path, monkeypatch, "time.sleep(600)"))


def linked(example: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.switch_page(page_file("your_model"))
    app.query_params["example"] = example
    return app.run()


def named(app: AppTest) -> str:
    assert not app.exception
    return "".join(app.query_params.get("example", ""))


def test_a_click_on_an_example_is_in_the_address_and_a_link_begins_it_once() -> None:
    app = visit("your_model")
    assert named(app) == ""
    app.button(key="own-example-mask").click().run()
    assert named(app) == "mask"
    app.session_state["diagnosis-running"].ticket.stop()

    app = linked("mask")
    begun = app.session_state["diagnosis-running"]
    assert begun.question.model.sha256 == EXAMPLES[0].sha256
    assert begun.question.options.ranges == {"keep": (0.0, 1.0)}
    assert app.text_area(key="declared-range").value == "keep=0:1"
    assert app.run().session_state["diagnosis-running"] is begun
    assert (named(app), errors(app)) == ("mask", [])
    begun.ticket.stop()


def test_an_example_that_does_not_exist_is_named_and_leaves_the_address() -> None:
    app = linked("nothing")
    assert ["example = nothing" in toast.value for toast in app.toast] == [True]
    assert named(app) == ""
    assert "diagnosis-running" not in app.session_state


def test_a_step_back_to_no_example_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = linked("rms_norm")
    ticket = app.session_state["diagnosis-running"].ticket
    del app.query_params["example"]
    monkeypatch.setattr(parameter, "is_asked", lambda name: name == "example")
    app.run()
    assert ticket.is_over
    assert named(app) == ""


def test_an_uploaded_model_is_in_no_address_and_its_answer_says_how_long_it_is_kept() -> None:
    app = with_diagnosis()
    assert named(app) == ""
    assert "It is kept until you reload or leave the dashboard; the [report](#downloads) can be saved." in words(app)
