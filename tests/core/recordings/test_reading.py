"""A recording is read as it was written; anything else is refused in a sentence that names the part that is wrong."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pytest
from jsonschema import Draft202012Validator

from fp16core.evaluate.comparison import Comparison
from fp16core.json_text import nonfinite_as_null
from fp16core.modes.document import modes_document
from fp16core.modes.facts import mode_facts
from fp16core.modes.measured import measured_pair, today
from fp16core.modes.network import WIDE_SHA256, Network
from fp16core.recordings.gallery import ENVIRONMENT_VARIABLE, MOST_FILES, SHIPPED, all_recordings, shipped_recordings
from fp16core.recordings.reading import LARGEST_BYTES, SCHEMA, read_recording
from fp16core.recordings.recording import Kind, Origin
from fp16core.recordings.schema_words import expected_text
from fp16core.recordings.words import other_pair_text
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import RecordingError
from fp16core.webgpu.answer import read_answer
from fp16core.webgpu.findings import emulated_ways, findings, findings_document
from tests.helpers.gpu_answers import DIGEST, FUSES, answer_of
from tests.helpers.mode_results import timed_modes, two_modes

H200 = (SHIPPED / "h200-xeon.json").read_bytes()

Change = Callable[[dict[str, Any]], object]


def refused(contents: bytes) -> str:
    with pytest.raises(RecordingError) as error:
        read_recording(contents, "given.json", Origin.PASTED)
    said = str(error.value)
    assert said.isprintable()
    assert len(said) < 600
    assert said.endswith("or that the page Size and speed offers for your own GPU.")
    return said


def changed(change: Change) -> bytes:
    document = copy.deepcopy(json.loads(H200))
    change(document)
    return orjson.dumps(document)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(SCHEMA.read_text("utf-8")))


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.json")), ids=lambda path: path.stem)
def test_what_ships_follows_the_schema(path: Path) -> None:
    found = read_recording(path.read_bytes(), path.name, Origin.SHIPPED)
    assert found in shipped_recordings()
    assert found.modes
    assert found.versions["ai-edge-litert"]


def test_a_recording_names_hardware_driver_day_and_files(pair: ModelPair) -> None:
    found = read_recording(H200, "h200-xeon.json", Origin.OWN)
    assert (found.kind, found.network, found.day_text) == (Kind.MODES, Network.PAIR, "26 November 2026")
    assert [(adapter.name, adapter.driver) for adapter in found.adapters] == [("NVIDIA H200", "NVIDIA 580.159.04")]
    assert not found.by_software
    assert found.is_of(pair)
    assert other_pair_text(found, pair) == ""
    half = found.facts(ExecutionMode.GPU_FLOAT16)
    assert half is not None
    assert half.computes_float16
    assert {(sums.mode, sums.images_at_once) for sums in found.predicted} == {
        (ExecutionMode.CPU_FLOAT16, None),
        (ExecutionMode.GPU_FLOAT16, 10),
        (ExecutionMode.GPU_FLOAT16, 100),
    }
    (noted,) = found.noted
    assert f"{noted.ratio:.3f}" == "0.658"  # 1.48 ms and 2.25 ms: 1.52 times as fast


def test_a_recording_of_another_pair_decides_nothing_about_this_one(pair: ModelPair) -> None:
    other = ModelPair("theirs", pair.reference, ModelFile(pair.target.contents + b" ", "other.tflite"))
    found = read_recording(H200, "h200-xeon.json", Origin.OWN)
    assert not found.is_of(other)
    assert other_pair_text(found, other).endswith("it decides nothing about this pair.")
    assert pair.target.sha256[:12] in other_pair_text(found, other)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"format": NaN}', "is no JSON"),
        (b"[]", "it is [], not an object"),
        (b"{}", "its format is null; this version reads format 1"),
        (b'{"format": 2, "kind": "modes"}', "its format is 2"),
        (b'{"format": 1, "kind": "modes"}', "is a required property"),
        (b'{"format": 1, "kind": "browser"}', "is a required property"),
        (b'{"format": 1, "kind": ' + b"[" * 500 + b"]" * 500 + b"}", "or they are nested more than 20 deep"),
        (b'{"format": 1, "kind": "modes", "modes": [' + b"{}," * 10_000 + b"{}]}", "it has more than 10,000 values"),
        (b" " * (LARGEST_BYTES + 1), "has 1,000,001 B; at most 1,000,000 B are read"),
    ],
    ids=range(12),
)
def test_what_is_no_recording_is_refused(contents: bytes, words: str) -> None:
    assert words in refused(contents)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(surplus=1), "'surplus' was unexpected"),
        (lambda d: d.update(day="yesterday"), 'day is "yesterday"; expected a day, as in 2026-11-26;'),
        (lambda d: d.update(day="2026-13-01"), "month must be in 1..12"),
        (lambda d: d.update(pair="x" * 201), "…; expected at most 200 characters;"),
        (
            lambda d: d["files"]["target"].update(sha256="0"),
            'files.target.sha256 is "0"; expected 64 hexadecimal digits in lower case;',
        ),
        (lambda d: d["modes"].append(d["modes"][0]), "; expected at most 5 items;"),
        (lambda d: d["modes"].__setitem__(1, d["modes"][0]), "one of them twice"),
        (lambda d: d["modes"][0].pop("target"), "'target' is a required property"),
        (lambda d: d["modes"][0]["target"].update(changed_predictions=10_001), "has 10,001 changed answers of 10,000"),
        (
            lambda d: d["modes"][0]["target"].update(changed_predictions=-1),
            "modes[0].target.changed_predictions is -1; expected at least 0;",
        ),
        (lambda d: d["modes"][0].update(batch=1e300), "modes[0].batch is 1e+300; expected a whole number;"),
        (lambda d: d["modes"][0].update(images=10_000.0), "modes[0].images is 10000.0; expected a whole number;"),
        (lambda d: d["modes"][0]["latency"][0]["reference_over_itself"].update(low=2), "outside of its interval"),
        (lambda d: d["modes"][0]["latency"][0].update(verdict="\u202egood"), "\\u202egood"),
        (
            lambda d: d["modes"][0]["latency"][0]["load_ms"].update(reference=[1.0] * 1001),
            "load_ms.reference is [1.0, 1.0",
        ),
        (lambda d: d["processor"].update(name=["Xeon"]), 'processor.name is ["Xeon"]; expected text;'),
        (lambda d: d["modes"][0]["latency"][0]["timing_of_a_call"]["target"].update(median_us=0), "median_us is 0"),
        (lambda d: d["versions"].update({f"v{n}": "1" for n in range(20)}), "versions"),
        (lambda d: d["modes"][4]["sums"][0].update(exact_share=1.5), "exact_share"),
        (lambda d: d["noted"][0].update(float32_us=0), "float32_us"),
    ],
    ids=range(20),
)
def test_a_document_with_one_part_wrong_is_refused_by_that_part(change: Change, words: str) -> None:
    assert words in refused(changed(change))


def demands(schema: Any) -> Iterator[tuple[str, Any]]:
    """Keywords of a schema that a value may fail, with their values."""
    for keyword, value in schema.items():
        if keyword in ("properties", "$defs"):
            for part in value.values():
                yield from demands(part)
        elif isinstance(value, dict):
            yield from demands(value)
        else:
            yield keyword, value
        for part in value if keyword == "anyOf" else ():
            yield from demands(part)


def test_every_demand_of_the_schema_is_in_words() -> None:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    told = ("$schema", "$ref", "$id", "title", "description", "required", "additionalProperties")
    found = {
        (keyword, expected_text(keyword, value, schema["$defs"]))
        for keyword, value in demands(schema)
        if keyword not in told
    }
    assert not [words for _, words in found if re.search(r"[\[\]{}']", words)]
    assert ("type", "true, false or null") not in found
    assert ("type", "true or false or null") in found
    assert ("anyOf", "a number or null") in found
    assert ("enum", '"modes" or "browser"') in found
    assert ("minimum", "at least 1e-09") in found
    assert ("maximum", "at most 2,147,483,647") in found
    assert ("maxProperties", "at most 20 entries") in found
    assert ("minItems", "at least 1 item") in found


def test_what_is_measured_here_becomes_a_recording(comparison: Comparison, pair: ModelPair) -> None:
    latencies = {found.mode: found for found in timed_modes()}
    document = modes_document(measured_pair(pair), two_modes(comparison), latencies, {})
    found = read_recording(orjson.dumps(nonfinite_as_null(document)), "here", Origin.OWN)
    assert (found.day, found.pair, found.is_of(pair)) == (today(), pair.name, True)
    assert found.modes == mode_facts(two_modes(comparison), latencies)
    assert found.refused == {ExecutionMode.GPU_FLOAT16: "This machine has no GPU."}
    assert {"half-the-bits", "ai-edge-litert", "numpy", "python", "system"} == {*found.versions}
    assert not found.is_wide


def test_the_wide_network_is_told_from_others_of_that_name(comparison: Comparison, pair: ModelPair) -> None:
    """It was trained for nothing: no accuracy is stated."""
    document = modes_document(measured_pair(pair), two_modes(comparison), {}, {}, Network.WIDE)
    assert document["modes"][0]["target"]["accuracy"] is None
    assert not read_recording(orjson.dumps(nonfinite_as_null(document)), "other", Origin.OWN).is_wide
    for name, digest in zip(("reference", "target"), WIDE_SHA256, strict=True):
        document["files"][name]["sha256"] = digest
    assert read_recording(orjson.dumps(nonfinite_as_null(document)), "wide", Origin.OWN).is_wide


@pytest.fixture(scope="module")
def own_gpu(pair: ModelPair, inputs: npt.NDArray[np.float32], comparison: Comparison) -> dict[str, Any]:
    images = inputs[:10]
    answer = read_answer(answer_of(pair.target, images, FUSES), len(images), DIGEST)
    found = findings(answer, comparison.target, emulated_ways(read_chain(pair.target), images))
    return findings_document(measured_pair(pair), found)


def test_a_visitors_own_gpu_becomes_a_recording(own_gpu: dict[str, Any], pair: ModelPair) -> None:
    found = read_recording(orjson.dumps(own_gpu), "pasted text", Origin.PASTED)
    assert (found.kind, found.day, found.hardware) == (Kind.BROWSER, today(), ("nvidia, hopper",))
    assert found.is_of(pair)
    assert found.modes == ()
    assert [sums.exact_share for sums in found.shader_sums] == [1, 1, 1]
    gpu = found.browser
    assert gpu is not None
    assert gpu.is_real
    assert gpu.images == 10
    assert gpu.ratio is not None
    assert gpu.ratio.high < 1
    assert gpu.median_ms["f16"] < gpu.median_ms["f32"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["probes"].pop("f16"), "answers are for f32, f16, probes for f32"),
        (lambda d: d["answers"]["f16"].update(changed_predictions=11), "answers has 11 changed answers of 10"),
        (lambda d: d["float16_over_float32_time"].update(low=3), "outside of its interval"),
        (lambda d: d.update(adapter=7), "adapter is 7; expected text;"),
        (lambda d: d["times_ms"].update(f32=[-1]), "times_ms.f32[0] is -1; expected at least 0;"),
    ],
    ids=range(5),
)
def test_a_visitors_gpu_with_one_part_wrong_is_refused(own_gpu: dict[str, Any], change: Change, words: str) -> None:
    document = copy.deepcopy(own_gpu)
    change(document)
    assert words in refused(orjson.dumps(document))


def test_a_folder_adds_recordings_and_names_those_that_are_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.json").write_bytes(H200)
    (tmp_path / "other.json").write_text("{")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "notes.txt").write_text("no recording, and none is expected")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    found = all_recordings()
    shipped = shipped_recordings()
    assert found.recordings[: len(shipped)] == shipped
    assert [(each.name, each.origin) for each in found.recordings[len(shipped) :]] == [("mine.json", Origin.OWN)]
    assert [said.partition(" ")[0] for said in found.refused] == ["folder.json", "other.json"]
    (tmp_path / "other.json").write_bytes(H200)
    assert len(all_recordings().recordings) == len(shipped) + 2


def test_a_folder_is_read_up_to_a_number_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MOST_FILES + 1):
        (tmp_path / f"{number:03}.json").touch()
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path))
    found = all_recordings()
    assert len(found.refused) == MOST_FILES + 1
    assert "a folder with 101 recordings; the first 100 by name are read" in found.refused[-1]


def test_a_folder_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(tmp_path / "nowhere"))
    found = all_recordings()
    assert found.recordings == shipped_recordings()
    assert "HALFBITS_RECORDINGS is" in found.refused[0]
    assert found.refused[0].endswith("name a folder of recordings, or unset it.")
    monkeypatch.delenv(ENVIRONMENT_VARIABLE)
    assert all_recordings().refused == ()
