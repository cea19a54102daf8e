"""Claims and words through Streamlit's own test driver: verdicts, numbers, downloads, the report, the glossary."""

import pickle
import re
from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import RuntimeEvidence, Verdict, gather_evidence
from fp16core.evaluate.comparison import Comparison
from fp16core.glossary import GLOSSARY, grouped, term
from fp16core.recordings.gallery import all_recordings
from fp16core.report import Findings, Report, make_report
from fp16core.runs.pair import BUNDLED
from fp16core.text import percent_text
from fp16core.tflite.model_file import ModelPair
from pages.claims import report
from pages.shared.session.files import OwnFiles
from tests.helpers.apps.driving import charts, visit, words
from tests.helpers.places import ROUTER, TestSet, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


def test_every_claim_is_there_with_its_verdict(comparison: Comparison, pair: ModelPair, test_set: TestSet) -> None:
    recorded = RuntimeEvidence(recordings=all_recordings().recordings)
    claims = check_claims(gather_evidence(pair, comparison, test_set[0]).with_runtimes(recorded))
    app = visit("claims")
    text = words(app)
    for claim in claims:
        assert claim.claim in text
        assert claim.measured in text
        assert claim.rule in text
        assert claim.method in text
    counts = next(block.value for block in app.markdown if block.value.startswith("Of **13 claims**"))
    for verdict in Verdict:
        many = sum(claim.verdict is verdict for claim in claims)
        assert (f" {many} {verdict.value if many == 1 else verdict.plural}]" in counts) is (many > 0)
    folded = next(block.proto.body for block in app.get("html") if "<details" in block.proto.body)
    assert folded.count('<details class="claim ') == len(claims)
    assert "<details open" not in folded


def test_the_numbers_are_measured(comparison: Comparison, test_set: TestSet) -> None:
    app = visit("claims")
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["File size, float16"] == f"{(BUNDLED / 'mnist_model_quant_f16.tflite').stat().st_size:,} B"
    assert shown["Accuracy, float16"] == percent_text((comparison.target.logits.argmax(1) == test_set[1]).mean())
    assert shown["Changed answers"] == str(comparison.changed_predictions)
    assert len(charts(app)) == 2


def test_both_files_are_offered() -> None:
    labels = [button.proto.label for button in visit("claims").get("download_button")]
    assert any(label.startswith("mnist_model.tflite") for label in labels)
    assert any(label.startswith("mnist_model_quant_f16.tflite") for label in labels)


def test_all_words_are_there_folded_by_group() -> None:
    app = visit("claims")
    body = next(block.proto.body for block in app.get("html") if 'class="words"' in block.proto.body)
    assert body.count("<details") == len(grouped())
    assert re.findall(r'<dt id="word-([^"]+)">', body) == [each.slug for each in GLOSSARY]
    assert all(each.definition in words(app) for each in GLOSSARY)


@pytest.mark.parametrize("name", ["margin", "dB", "infinity", "95 % interval", ".tflite"])
def test_a_word_is_looked_up_by_any_of_its_names_and_by_a_link(name: str) -> None:
    app = visit("claims")
    app.selectbox(key="word").select(name).run()
    assert not app.exception
    shown = next(block.proto.body for block in app.get("html") if 'class="word"' in block.proto.body)
    assert term(name).name in shown
    linked = AppTest.from_file(str(ROUTER), default_timeout=60).switch_page(page_file("claims"))
    linked.query_params["word"] = name
    linked.run()
    assert linked.selectbox(key="word").value == name
    assert not linked.toast


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
    app = visit("claims")
    assert offered(app) == ["Make a report to download"]
    assert made == []
    app.button(key="make-report").click().run()
    assert not app.exception
    (label,) = offered(app)
    assert label == f"Save the report ({len(made[0].html()) / 1e6:.1f} MB, HTML)"
    assert offered(app.run()) == offered(visit("claims")) == [label]
    assert len(made) == 1
    assert len(pickle.dumps(made[0])) < 500_000

    # A visitor's own pair has a report of its own, which nobody else gets.
    mine = AppTest.from_file(str(ROUTER), default_timeout=60).switch_page(page_file("claims"))
    mine.session_state["own-files"] = OwnFiles(ModelPair("<b>mine</b>", pair.reference, pair.target))
    mine.session_state["next-model"] = "<b>mine</b> (yours)"
    mine.run()
    assert offered(mine) == ["Make a report to download"]
    mine.button(key="make-report").click().run()
    assert not mine.exception
    assert offered(mine)[0].startswith("Save the report")
    assert b"&lt;b&gt;mine&lt;/b&gt; (yours)" in made[1].html()
    assert b"<b>mine" not in made[1].html()
    assert offered(visit("claims")) == [label]
    assert len(made) == 2


def test_who_has_to_wait_too_long_is_told_so_and_sees_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_PATIENCE_S", 0.0)
    app = visit("claims")
    with report._making():
        app.button(key="make-report").click().run()
    assert not app.exception
    assert "Too many reports are being made" in app.error[0].value
    assert "Of **13 claims**" in words(app)
    app.button(key="make-report").click().run()
    assert offered(app)[0].startswith("Save the report")
