"""The report on a diagnosis: one file with its verdicts, figures and tables, which treats names as text."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fp16core.__main__ import main
from fp16core.diagnosis.document import diagnosis_document, document_text
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.report.diagnosis import make_diagnosis_report
from tests.helpers.diagnoses.made import DIAGNOSIS
from tests.helpers.files.reports import Parsed

HOSTILE = '</script><script>alert(1)</script><img src="https://example.org/x" onerror="alert(2)">{{ 7 * 7 }}&amp;"\''


def made(diagnosis: Diagnosis) -> Parsed:
    document = diagnosis_document(diagnosis)
    report = make_diagnosis_report(diagnosis, document, "a test", datetime(2026, 11, 27, tzinfo=UTC))
    contents = report.html()
    assert len(contents) == report.size_bytes
    return Parsed(contents)


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return made(DIAGNOSIS)


def test_the_answer_comes_first_then_each_verdict_with_its_sentence(parsed: Parsed) -> None:
    cure = DIAGNOSIS.cure
    assert cure is not None
    sentences = [
        DIAGNOSIS.sentence,
        DIAGNOSIS.file.sentence,
        DIAGNOSIS.range.sentence,
        DIAGNOSIS.arithmetic[0].sentence,
        DIAGNOSIS.placement.sentence,
        cure.sentence,
    ]
    places = [parsed.words.index(sentence) for sentence in sentences]
    assert places == sorted(places)
    assert "Diagnosed with 8 samples, made up: they can show that the model breaks" in parsed.words
    assert all(step.sentence in parsed.words for step in cure.steps)
    assert all(reason in parsed.words for reason in DIAGNOSIS.placement.breaks.values())


def test_it_holds_all_numbers_and_asks_no_network(parsed: Parsed) -> None:
    assert parsed.json("data") == json.loads(document_text(DIAGNOSIS))
    assert {*parsed.json("drawings")} == {"ranges", "errors", "cures", "placement"}
    assert len(parsed.attributes("figure")) == 4
    policy = next(tag["content"] for tag in parsed.attributes("meta") if "http-equiv" in tag)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    sources = [tag for name in ("img", "link", "iframe", "script") for tag in parsed.attributes(name)]
    assert not any(tag.get("src") or tag.get("href") for tag in sources)


def test_names_are_text_wherever_they_stand() -> None:
    (verdict,), cure = DIAGNOSIS.arithmetic, DIAGNOSIS.cure
    assert cure is not None
    operators = tuple(replace(op, kind=HOSTILE, tensor=HOSTILE) for op in DIAGNOSIS.range.operators)
    errors = tuple(replace(op, kind=HOSTILE, tensor=HOSTILE) for op in verdict.operators)
    outputs = tuple(replace(output, name=HOSTILE) for output in verdict.outputs)
    placement = replace(DIAGNOSIS.placement, parts={HOSTILE: DIAGNOSIS.placement.parts["XNNPACK"]}, breaks={2: HOSTILE})
    found = made(
        replace(
            DIAGNOSIS,
            name=HOSTILE,
            sentence=HOSTILE,
            inputs=(HOSTILE,),
            control=HOSTILE,
            file=replace(DIAGNOSIS.file, refused={HOSTILE: HOSTILE}),
            range=replace(DIAGNOSIS.range, sentence=HOSTILE, operators=operators),
            arithmetic=(replace(verdict, device=HOSTILE, outputs=outputs, operators=errors),),
            placement=placement,
            cure=replace(cure, steps=tuple(replace(step, sentence=HOSTILE) for step in cure.steps)),
            graph=tuple(replace(node, kind=HOSTILE, tensor=HOSTILE) for node in DIAGNOSIS.graph),
        )
    )
    assert found.attributes("img") == []
    assert len(found.scripts) == 4
    assert " ".join(HOSTILE.split()) in found.words
    assert "49" not in found.words


def test_a_diagnosis_of_hardly_anything_has_a_report_without_figures() -> None:
    bare = replace(
        DIAGNOSIS,
        file=replace(DIAGNOSIS.file, casts=()),
        range=replace(DIAGNOSIS.range, operators=(), first_overflow=None),
        arithmetic=(replace(DIAGNOSIS.arithmetic[0], outputs=(), operators=()),),
        placement=replace(DIAGNOSIS.placement, parts={}, breaks={}),
        storage=None,
        cure=None,
        graph=(),
    )
    found = made(bare)
    assert found.json("drawings") == {}
    assert found.attributes("table") == []
    assert "Figures" not in found.words


@pytest.fixture(scope="module")
def document_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("diagnosis") / "diagnosis.json"
    path.write_text(document_text(DIAGNOSIS), "utf-8")
    return path


def test_the_command_writes_the_report_of_a_document(
    document_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    assert main(["report", "--diagnosis", str(document_file), "--out", str(out)]) == 0
    assert DIAGNOSIS.sentence in capfd.readouterr().out
    parsed = Parsed(out.read_bytes())
    assert DIAGNOSIS.sentence in parsed.words
    assert "python -m fp16core report --diagnosis diagnosis.json --out report.html" in parsed.words
    assert str(tmp_path) not in parsed.words


def changed(**fields: object) -> Any:
    return copy.deepcopy(diagnosis_document(DIAGNOSIS)) | fields


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"<html>", "is no JSON document; make one with `diagnose --json`"),
        (b"[" * 100_000, "is no JSON document"),
        (b"{}", "This is no diagnosis of version 1"),
        (json.dumps(changed(version=2)).encode(), "This is no diagnosis of version 1"),
        (json.dumps(changed(samples="eight")).encode(), "The diagnosis is damaged"),
        (json.dumps(changed(graph=[{}])).encode(), "The diagnosis is damaged"),
        (
            json.dumps(changed(placement=changed()["placement"] | {"dequantize_operators": [10**12]})).encode(),
            "names operator 1,000,000,000,000, which no model has",
        ),
    ],
)
def test_anything_else_is_refused_in_a_sentence_and_nothing_is_written(
    contents: bytes, words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "given.json"
    path.write_bytes(contents)
    assert main(["report", "--diagnosis", str(path), "--out", str(tmp_path / "report.html")]) == 2
    assert words in capfd.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["given.json"]


def test_options_of_a_pair_do_not_fit_a_diagnosis(
    document_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", "--diagnosis", str(document_file), "--out", str(tmp_path / "report.html")]
    assert main([*arguments, "--limit", "7"]) == 2
    assert "--limit is about a pair of models" in capfd.readouterr().err
    assert main([*arguments, "--runtimes"]) == 2
    assert "--runtimes is about a pair of models" in capfd.readouterr().err
