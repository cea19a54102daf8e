"""The button for the report on Overview, through Streamlit's own test driver: made when asked for, and not again."""

import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.report import Findings, Report, make_report
from fp16core.tflite.model_file import ModelPair
from pages.shared.session.files import OwnFiles
from pages.start import report
from tests.helpers.apps.driving import visit
from tests.helpers.places import ROUTER

pytestmark = pytest.mark.usefixtures("cold_caches")


def offered(app: AppTest) -> list[str]:
    """Labels of the buttons that are about the report."""
    buttons = [button.label for button in app.button if button.key == "make-report"]
    return buttons + [b.proto.label for b in app.get("download_button") if "save-report" in b.proto.id]


def test_a_report_is_made_once_for_all_who_see_the_same_pair(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Report] = []

    def make(findings: Findings, numbers: Mapping[str, Any]) -> Report:
        made.append(make_report(findings, numbers))
        return made[-1]

    monkeypatch.setattr(report, "make_report", make)
    app = visit()
    assert offered(app) == ["Make a report to download"]
    assert made == []
    app.button(key="make-report").click().run()
    assert not app.exception
    (label,) = offered(app)
    assert label == f"Save the report ({len(made[0].html()) / 1e6:.1f} MB, HTML)"
    assert offered(app.run()) == offered(visit()) == [label]
    assert len(made) == 1
    assert len(pickle.dumps(made[0])) < 500_000

    # A visitor's own pair has a report of its own, which nobody else gets.
    mine = AppTest.from_file(str(ROUTER), default_timeout=60)
    mine.session_state["own-files"] = OwnFiles(ModelPair("<b>mine</b>", pair.reference, pair.target))
    mine.session_state["next-model"] = "<b>mine</b> (yours)"
    mine.run()
    assert offered(mine) == ["Make a report to download"]
    mine.button(key="make-report").click().run()
    assert not mine.exception
    assert offered(mine)[0].startswith("Save the report")
    assert b"&lt;b&gt;mine&lt;/b&gt; (yours)" in made[1].html()
    assert b"<b>mine" not in made[1].html()
    assert offered(visit()) == [label]
    assert len(made) == 2


def test_who_has_to_wait_too_long_is_told_so_and_sees_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_PATIENCE_S", 0.0)
    app = visit()
    with report._making():
        app.button(key="make-report").click().run()
    assert not app.exception
    assert "Too many reports are being made" in app.error[0].value
    assert any("claim" in header.value for header in app.header)
    app.button(key="make-report").click().run()
    assert offered(app)[0].startswith("Save the report")
