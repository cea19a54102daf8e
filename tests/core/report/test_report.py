"""The report: one file with all measurements, which needs no network and treats names as text."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import RuntimeEvidence, gather_evidence
from fp16core.data.mnist import SHA256
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.glossary import GLOSSARY
from fp16core.modes.emulated import Accounted, Emulated
from fp16core.modes.latency import MemoryUse, ModeLatency
from fp16core.modes.runs import ModeOutcome, ModeRun, ModeTable
from fp16core.recordings.gallery import all_recordings
from fp16core.report import Findings, Source, gather_findings, make_report, report_document
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.runtime.gpu_log import Adapter
from fp16core.text import percent_text, small_text
from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.commands import REFERENCE, TARGET, cli, document, refused
from tests.helpers.files.reports import Parsed, pixels, points
from tests.helpers.networks.edited import odd_pair
from tests.helpers.places import TestSet
from tests.helpers.recorded import on_gpu, recording
from tests.helpers.results import latency
from tests.helpers.study.rows import row

HOSTILE = '</script><script>alert(1)</script><img src="https://example.org/x" onerror="alert(2)">{{ 7 * 7 }}&amp;"\''
SOURCE = Source("MNIST", "a test", datetime(2026, 11, 24, 22, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bundled pair's report, as the command line writes it."""
    out = tmp_path_factory.mktemp("report") / "new folder" / "report.html"
    done = cli("report", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "float16 keeps" in done.stdout
    assert f"{out.stat().st_size:,} B" in done.stdout
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]
    return out.read_bytes()


@pytest.fixture(scope="module")
def parsed(written: bytes) -> Parsed:
    return Parsed(written)


@pytest.fixture(scope="module")
def few(pair: ModelPair, test_set: TestSet) -> Findings:
    trainings = tuple(row(seed) for seed in range(12))
    return gather_findings(pair, test_set[0][:200], test_set[1][:200], lambda _what, _done: None, trainings)


def made(findings: Findings, source: Source = SOURCE) -> Parsed:
    return Parsed(make_report(findings, report_document(findings, source)).html())


def test_its_numbers_are_those_of_compare(parsed: Parsed, comparison: Comparison, test_set: TestSet) -> None:
    found = parsed.json("data")
    assert found["comparison"] == document(cli("compare", "--json"))
    right = comparison.target.logits.argmax(1) == test_set[1]
    assert found["comparison"]["target_accuracy"] == right.mean()
    assert percent_text(right.mean()) in parsed.words
    assert found["accuracy_by_digit"]["target"] == pytest.approx([right[test_set[1] == d].mean() for d in range(10)])
    assert np.trace(found["confusion"]["target"]) == right.sum()
    assert small_text(found["comparison"]["max_abs_logit_delta"]) in parsed.words
    assert found["guarantee"]["proven_images"] + len(found["guarantee"]["not_proven"]) == 10_000


def test_trainings_of_the_same_recipe_say_whether_it_was_luck(few: Findings) -> None:
    found = made(few)
    assert "In 12 trainings float16 changed 0 of 120,000 answers" in found.words
    assert "in distribution, over 12 trainings on MNIST: holds" in found.words
    assert found.json("data")["trainings"]["effects"]["LiteRT Quantizer"]["answers"] == 120_000
    assert "Was it luck?" not in made(replace(few, trainings=())).words


def test_it_names_what_was_measured_with_and_no_folder(parsed: Parsed, written: bytes) -> None:
    found = parsed.json("data")
    assert found["dataset"] == {
        "name": "MNIST",
        "images": 10_000,
        "images_sha256": SHA256["x_test"],
        "labels_sha256": SHA256["y_test"],
    }
    for model, name in zip(found["models"], (REFERENCE_FILE, TARGET_FILE), strict=True):
        contents = (BUNDLED / name).read_bytes()
        assert model["name"] == name
        assert model["size_bytes"] == len(contents)
        assert model["sha256"] == hashlib.sha256(contents).hexdigest()
        assert model["sha256"] in parsed.words
    assert found["made"]["by"] == "python -m fp16core report --out report.html"
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["memory_bytes"] > 1e8
    assert str(BUNDLED.parent).encode() not in written
    assert b"new folder" not in written


def test_every_claim_is_there_with_verdict_rule_and_measurement(
    parsed: Parsed, pair: ModelPair, comparison: Comparison, test_set: TestSet
) -> None:
    recorded = RuntimeEvidence(recordings=all_recordings().recordings)
    claims = check_claims(gather_evidence(pair, comparison, test_set[0]).with_runtimes(recorded))
    listed = parsed.json("data")["claims"]
    assert len(claims) == len(listed) == 13
    for claim, found in zip(claims, listed, strict=True):
        assert (found["topic"], found["verdict"]) == (claim.topic, claim.verdict.value)
        for words in (claim.topic, claim.claim, claim.measured, claim.rule, claim.method):
            assert " ".join(words.split()) in parsed.words


def test_recorded_hardware_is_in_it_with_what_was_predicted(parsed: Parsed, few: Findings) -> None:
    assert "predicted bit for bit by an emulation: NVIDIA H200 (GPU); Intel Xeon" in parsed.words
    found = {each["device"]: each for each in parsed.json("data")["recordings"]}["NVIDIA H200"]
    assert (found["is_of_this_pair"], found["computes_float16"]) == (True, True)
    assert {sums["exact_share"] for sums in found["sums"] if sums["images_at_once"] == 100} == {1.0}
    assert "None of it was measured with these two files" not in parsed.words
    other = replace(recording(few.pair, on_gpu(1.0, name="<b>A GPU</b>")), target_sha256="0" * 64)
    theirs = made(replace(few, evidence=few.evidence.with_runtimes(RuntimeEvidence(recordings=(other,)))))
    assert "None of it was measured with these two files, so none of it decides a claim." in theirs.words
    assert "<b>A GPU</b>" in theirs.words
    assert "GPU, 26 November 2026; other models" in theirs.words


def test_nothing_is_asked_of_anybody_and_only_its_own_scripts_may_run(parsed: Parsed) -> None:
    """Links are for readers to follow; a browser loads none of them by itself."""
    for tag, attributes in parsed.tags:
        assert tag not in ("link", "iframe", "object", "embed", "base", "form")
        assert tag == "a" or not attributes.keys() & {"href", "srcset", "action", "poster"}
        assert attributes.get("src", "data:").startswith("data:")
        assert not any(name.startswith("on") for name in attributes)
    (policy,) = (meta["content"] for meta in parsed.attributes("meta") if "http-equiv" in meta)
    assert policy.startswith("default-src 'none'; ")
    allowed = policy.split("script-src ")[1].split(";")[0].split()
    scripts = [text for attributes, text in parsed.scripts if "type" not in attributes]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert allowed == [f"'sha256-{digest}'" for digest in digests]
    assert sum("plotly.js v" in text for text in scripts) == 1


def test_every_figure_is_drawn_from_all_of_its_points(parsed: Parsed) -> None:
    drawings = parsed.json("drawings")
    places = [div["data-drawing"] for div in parsed.attributes("div") if "data-drawing" in div]
    assert sorted(places) == sorted(drawings)
    assert len(places) == len(set(places)) == 10
    assert {trace["type"] for drawing in drawings.values() for trace in drawing["data"]}.isdisjoint({"scattergl"})
    dots = [trace for trace in drawings["margins"]["data"] if trace["mode"] == "markers"]
    assert sum(points(trace["x"]) for trace in dots) == 10_000


def test_the_changed_images_are_shown_and_then_the_closest(
    parsed: Parsed, comparison: Comparison, test_set: TestSet
) -> None:
    changed = np.flatnonzero(comparison.reference.logits.argmax(1) != comparison.target.logits.argmax(1))
    assert [image["image"] for image in parsed.json("data")["changed_images"]] == changed.tolist()
    shown = [int(image["alt"].split()[1].rstrip(",").replace(",", "")) for image in parsed.attributes("img")]
    assert shown[: len(changed)] == changed.tolist()
    assert len(shown) == 6
    for index, image in zip(shown, parsed.attributes("img"), strict=True):
        assert np.array_equal(pixels(image["src"])[::4, ::4], test_set[0][index])


def test_names_from_outside_are_words_and_nothing_else(few: Findings) -> None:
    """Names of a pair, its files, the data set and the command; the folders of files stay private."""
    plain = made(few)
    reference = ModelFile(few.pair.reference.contents, HOSTILE)
    pair = replace(few.pair, name=HOSTILE, reference=reference)
    hostile = replace(few, evidence=replace(few.evidence, pair=pair), guarantee=f"{HOSTILE}: no chain.")
    contents = make_report(hostile, report_document(hostile, Source(HOSTILE, HOSTILE, SOURCE.made_at))).html()
    found = Parsed(contents)
    assert len(found.scripts) == len(plain.scripts)
    assert len(found.attributes("img")) == len(plain.attributes("img"))
    assert all(image["src"].startswith("data:") for image in found.attributes("img"))
    numbers = found.json("data")
    assert numbers["comparison"]["pair"] == numbers["dataset"]["name"] == numbers["made"]["by"] == HOSTILE
    assert HOSTILE in found.words


@pytest.mark.parametrize("kind", ["same", "overflow", "zeros", "not a number"])
def test_odd_pairs_have_a_report(kind: str, pair: ModelPair, test_set: TestSet) -> None:
    first, second = odd_pair(kind, pair)
    odd = ModelPair(kind, first, second)
    found = made(gather_findings(odd, test_set[0][:60], test_set[1][:60], lambda _what, _done: None))
    assert " nan" not in found.words
    assert " inf " not in found.words
    assert found.json("data")["comparison"]["pair"] == kind


def test_modes_of_execution_are_in_it_if_they_were_measured(few: Findings) -> None:
    answers = few.comparison.reference
    run = ModeRun(ExecutionMode.CPU_FLOAT32, 100, answers, few.comparison.target)
    other = Evaluation(np.roll(answers.logits, 1, axis=1), answers.labels, 1)
    software = ModeRun(
        ExecutionMode.GPU_FLOAT32, 100, other, answers, Adapter("<i>llvmpipe</i>", "Vulkan", "CPU / Software")
    )
    timed = ModeLatency(ExecutionMode.CPU_FLOAT32, (latency(97.0),), MemoryUse(5e5, 4e5, 5e5, 20), 1.0)
    outcomes: dict[ExecutionMode, ModeOutcome] = {
        run.mode: run,
        software.mode: software,
        ExecutionMode.GPU_FLOAT16: f"{few.pair.target.name}: no GPU.",
    }
    emulated = Accounted(40, (Emulated("in the usual way", 0.5, 0.25), Emulated("in fours", 1.0, 0.0)), 0.2, True, 40.0)
    measured = RuntimeEvidence(ModeTable(answers, outcomes), {run.mode: timed}, {software.mode: emulated})
    found = made(replace(few, evidence=few.evidence.with_runtimes(measured)))
    modes = {mode["mode"]: mode for mode in found.json("data")["modes"]["modes"]}
    assert modes["cpu-float32"]["target"]["max_abs_logit_delta"] == few.comparison.max_abs_logit_delta
    assert modes["cpu-float32"]["memory_of_a_copy"]["target_bytes"] == 4e5
    assert modes["gpu-float32"]["emulation"]["agrees"]["way"] == "in fours"
    assert "GPU, float32 arithmetic: the float16 file’s logits against an emulation" in found.words
    assert f"{TARGET_FILE}: no GPU." in found.words
    assert "Not measured for this report" not in found.words
    assert "GPU float32 changed most: 200 of 200 answers" in found.words
    assert "<i>llvmpipe</i>" in found.words
    assert "nothing of a GPU’s speed" in found.words
    assert {"logit-changes", "latency-ratios"} <= found.json("drawings").keys()
    assert "Not measured for this report" in made(few).words


def test_the_command_takes_files_and_never_overwrites(tmp_path: Path) -> None:
    out = tmp_path / "of mine.html"
    options = ("report", "--reference", REFERENCE, "--target", TARGET, "--limit", 80, "--out", out)
    found = document(cli(*options, "--json"))
    assert found["comparison"]["images"] == 80
    assert found["made"]["by"] == (
        f"python -m fp16core report --reference {REFERENCE_FILE} --target {TARGET_FILE} --limit 80 --out 'of mine.html'"
    )
    inside = Parsed(out.read_bytes()).json("data")
    assert found == {"file": str(out), "size_bytes": out.stat().st_size} | inside
    before = out.read_bytes()
    assert "exists already" in refused(cli(*options))
    assert out.read_bytes() == before
    out.unlink()
    text = tmp_path / "notes.tflite"
    text.write_text("no model")
    assert "is not a LiteRT model" in refused(cli("report", "--reference", text, "--target", TARGET, "--out", out))
    assert "--target is missing" in refused(cli("report", "--reference", text, "--out", out))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.tflite"]


def test_its_words_are_the_glossarys_and_every_link_to_one_leads_there(parsed: Parsed) -> None:
    listed = [item["id"] for item in parsed.attributes("dt")]
    for word in GLOSSARY:
        assert (f"word-{word.slug}" in listed) <= (word.definition in parsed.words)
    linked = {a["href"].removeprefix("#") for a in parsed.attributes("a") if a.get("class") == "term"}
    assert len(linked) >= 6
    assert linked <= {*listed}
    assert len({*listed}) == len(listed) >= 20
