"""Answers of browsers: read as hostile input, and judged."""

import json
import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.modes.measured import measured_pair
from fp16core.numerics.emulation.summation import Summation
from fp16core.recordings.device import DeviceKind, devices
from fp16core.recordings.device_words import prediction_text
from fp16core.recordings.reading import read_recording
from fp16core.recordings.recording import Origin
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModeError
from fp16core.webgpu.answer import GpuAnswer, read_answer
from fp16core.webgpu.findings import CANDIDATES, GpuFindings, emulated_ways, findings, findings_document
from fp16core.webgpu.wgsl import Adding, Precision
from fp16core.webgpu.words import advice_text, agreement_rows, answer_rows, probe_rows, time_text, verdict_text
from tests.helpers.gpu_answers import DIGEST, FUSES, answer_of, packed

COUNT = 40

Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def images(inputs: Floats) -> Floats:
    return inputs[:COUNT]


@pytest.fixture(scope="module")
def sent(pair: ModelPair, images: Floats) -> dict[str, Any]:
    return answer_of(pair.target, images, FUSES)


def found_by(answer: GpuAnswer, pair: ModelPair, images: Floats, comparison: Comparison) -> GpuFindings:
    return findings(answer, comparison.target, emulated_ways(read_chain(pair.target), images))


def test_a_gpu_that_fuses_is_predicted_bit_for_bit(
    sent: dict[str, Any], pair: ModelPair, images: Floats, comparison: Comparison
) -> None:
    answer = read_answer(json.loads(json.dumps(sent)), COUNT, DIGEST)
    found = found_by(answer, pair, images, comparison)
    assert answer.adapter == "nvidia, hopper"
    assert found.is_predicted
    ways = {each.adding: (each.way, each.exact_share) for each in found.agreements}
    assert ways == {
        Adding.DRIVER: ("fused multiply-adds in float16, the bias last", 1),
        Adding.FUSED: ("fused multiply-adds in float16, the bias last", 1),
        Adding.APART: ("sums in float16, one product after the other", 1),
    }
    assert verdict_text(found, "a GPU") == (
        "**Your GPU is predicted bit for bit**: all float16 logits of 40 images are those of an emulation with fused "
        "multiply-adds in float16, the bias last."
    )
    assert agreement_rows(found)["logits that agree"] == ["100.00 %"] * 3
    assert time_text(found).startswith("With these shaders, float16 is faster: in float16 a pass takes 0.50 times")
    half = found.comparisons[Precision.FLOAT16]
    assert half.max_abs_logit_delta == np.abs(answer.halves[Adding.DRIVER] - comparison.target.logits[:COUNT]).max()
    assert found.comparisons[Precision.FLOAT32].max_abs_logit_delta == 0
    assert answer_rows(found)["answers changed"][0] == "0 of 40"
    assert probe_rows(answer.arithmetic)["float16"] == [
        "yes",
        "kept",
        "product and sum rounded",
        "rounded once",
        "infinite",
    ]
    document = json.loads(json.dumps(findings_document(measured_pair(pair), found), allow_nan=False))
    assert document["emulations"][0]["exact_share"] == 1
    assert document["float16_over_float32_time"]["high"] < 1


def test_a_gpu_that_adds_in_an_unknown_order_is_not_predicted(
    pair: ModelPair, images: Floats, comparison: Comparison
) -> None:
    sums = dict.fromkeys(Adding, Summation.LANES)
    found = found_by(read_answer(answer_of(pair.target, images, sums), COUNT, DIGEST), pair, images, comparison)
    assert not found.is_predicted
    assert verdict_text(found, "a GPU").startswith("**No known way to add gives all of this GPU's logits.** Nearest: ")


def test_float16_in_name_only_is_said(pair: ModelPair, images: Floats, comparison: Comparison) -> None:
    sums = dict.fromkeys(Adding, Summation.FLOAT32)
    sent = answer_of(pair.target, images, sums)
    sent["probes"]["f16"] = packed(np.array([2049, 2**-15, 2049, 2049, 65520]), "<f4")
    found = found_by(read_answer(sent, COUNT, DIGEST), pair, images, comparison)
    assert verdict_text(found, "a GPU").startswith("**Its float16 is not real**: 2,048 + 1 is 2,049 there")
    assert {each.way for each in found.agreements} == {"sums in float32, rounded once"}


def test_a_gpu_without_float16_is_judged_by_float32_alone(
    pair: ModelPair, images: Floats, comparison: Comparison
) -> None:
    sent = answer_of(pair.target, images, None, times={"f32": []})
    answer = read_answer(sent, COUNT, DIGEST)
    found = findings(answer, comparison.target, {})
    assert not answer.has_float16
    assert not found.is_predicted
    assert "offers the browser no float16 arithmetic" in verdict_text(found, "a GPU")
    assert answer_rows(found)["time"] == ["—"]
    assert set(probe_rows(answer.arithmetic)) == {"probe", "float32"}
    assert findings_document(measured_pair(pair), found)["emulations"] == []


SWIFTSHADER = {"vendor": "google", "architecture": "swiftshader"}


def test_a_software_driver_is_called_no_gpu_and_its_times_tell_no_speed(
    sent: dict[str, Any], pair: ModelPair, images: Floats, comparison: Comparison
) -> None:
    answer = read_answer(sent | {"adapter": SWIFTSHADER}, COUNT, DIGEST)
    found = found_by(answer, pair, images, comparison)
    said = verdict_text(found, answer.adapter)
    processor = "Your browser computes on the processor (google, swiftshader, a software driver), not on a GPU"
    assert said.startswith(f"**{processor}.** To measure a GPU, turn on hardware acceleration")
    assert "This driver is predicted bit for bit: all float16 logits of 40 images" in said
    assert found.answer.time_ratio is not None
    assert time_text(found) == "Times of a software driver say nothing about a GPU's speed."
    advice = advice_text(found, answer.adapter)
    assert advice.startswith(f"{processor}: float16 arithmetic changed 0 of 40 answers. Times of a software driver")
    assert "your own GPU" not in advice
    document = json.dumps(findings_document(measured_pair(pair), found), allow_nan=False)
    (device,) = devices([read_recording(document.encode(), "own_gpu.json", Origin.PASTED)])
    assert (device.kind, device.own, prediction_text(device)) == (DeviceKind.SOFTWARE, None, "yes")


@pytest.mark.parametrize(
    ("told", "name", "by_software"),
    [
        (SWIFTSHADER, "google, swiftshader", True),
        ({"vendor": "mesa", "description": "llvmpipe (LLVM 15)"}, "mesa, llvmpipe (LLVM 15)", True),
        ({"vendor": "mesa", "architecture": "software"}, "mesa, software", True),
        ({"description": "Microsoft Basic Render Driver"}, "Microsoft Basic Render Driver", True),
        ({"vendor": "microsoft", "architecture": "warp"}, "microsoft, warp", True),
        ({"vendor": "someone", "fallback": True}, "someone, a software driver", True),
        ({"fallback": True}, "a software driver", True),
        ({"vendor": "someone", "fallback": "yes"}, "someone", False),
        ({"vendor": "nvidia", "architecture": "hopper", "fallback": False}, "nvidia, hopper", False),
    ],
)
def test_software_drivers_are_known_by_name_or_as_the_browsers_fallback(
    told: dict[str, Any], name: str, by_software: bool, pair: ModelPair, images: Floats
) -> None:
    answer = read_answer(answer_of(pair.target, images[:1], None, adapter=told, times={"f32": []}), COUNT, DIGEST)
    assert (answer.adapter, answer.by_software) == (name, by_software)


def test_logits_that_are_no_numbers_are_answers_too(pair: ModelPair, images: Floats, comparison: Comparison) -> None:
    sent = answer_of(pair.target, images, FUSES)
    sent["logits"]["f16 driver"] = packed(np.full((COUNT, 10), np.nan), "<f2")
    found = found_by(read_answer(sent, COUNT, DIGEST), pair, images, comparison)
    assert math.isnan(found.comparisons[Precision.FLOAT16].max_abs_logit_delta)
    assert found.agreements[0].exact_share == 0
    json.dumps(findings_document(measured_pair(pair), found), allow_nan=False)


def test_the_candidates_are_what_a_driver_may_make_of_the_shaders() -> None:
    assert {sums[0] for sums in CANDIDATES.values()} == {Summation.SEQUENTIAL, Summation.FUSED, Summation.FLOAT32}


FEW = packed(np.zeros(3), "<f4")

HOSTILE: dict[str, dict[str, Any]] = {
    "another pair's": {"plan": "1" * 64},
    "no images": {"images": 0},
    "too many images": {"images": COUNT + 1},
    "images that are no number": {"images": math.nan},
    "images that are true": {"images": True},
    "half an image": {"images": 1.5},
    "float16 that may be": {"float16": "yes"},
    "no logits": {"logits": []},
    "logits that are no text": {"logits": {"f32 driver": 5}},
    "too few logits": {"logits": {"f32 driver": FEW}},
    "logits that are not base64": {"logits": {"f32 driver": "!" * len(packed(np.zeros(10 * COUNT), "<f4"))}},
    "no probes": {"probes": None},
    "a probe of three numbers": {"probes": {"f32": FEW, "f16": FEW}},
    "no adapter": {"adapter": "nvidia"},
    "no times": {"times": {}},
    "times of different number": {"times": {"f32": [1.0], "f16": []}},
    "endless times": {"times": {"f32": [1.0] * 101, "f16": [1.0] * 101}},
    "a time before its start": {"times": {"f32": [-1.0], "f16": [1.0]}},
    "a time without end": {"times": {"f32": [math.inf], "f16": [1.0]}},
    "a time too large for a float": {"times": {"f32": [10**400], "f16": [1.0]}},
    "a time shorter than any pass": {"times": {"f32": [5e-324], "f16": [1.0]}},
    "a time that is true": {"times": {"f32": [True], "f16": [1.0]}},
    "no timed images": {"timedImages": None},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_an_answer_that_is_not_as_expected_is_refused(kind: str, sent: dict[str, Any]) -> None:
    with pytest.raises(ModeError, match="Your browser"):
        read_answer(sent | HOSTILE[kind], COUNT, DIGEST)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(anything, st.sampled_from(["adapter", "float16", "images", "logits", "probes", "times", "timedImages"]))
def test_nothing_that_a_browser_may_send_raises_anything_else(value: Any, part: str) -> None:
    for sent in (value, {"plan": DIGEST, "images": 1, "float16": False, part: value}):
        with pytest.raises(ModeError):
            read_answer(sent, COUNT, DIGEST)


def test_an_adapters_words_are_cut_and_made_printable(pair: ModelPair, images: Floats) -> None:
    words = {"vendor": "a\nb\x00" + "c" * 500, "device": ["x"], "description": "  "}
    adapter = read_answer(answer_of(pair.target, images[:1], None, adapter=words), COUNT, DIGEST).adapter
    assert adapter.startswith("abccc")
    assert len(adapter) <= 160
    unseen = {"vendor": "\u200b", "architecture": "\u2060", "device": " y "}
    assert read_answer(answer_of(pair.target, images[:1], None, adapter=unseen), COUNT, DIGEST).adapter == "y"
    nameless = read_answer(answer_of(pair.target, images[:1], None, adapter={}), COUNT, DIGEST)
    assert nameless.adapter == "a GPU that the browser does not name"


@pytest.mark.parametrize(("half_ms", "ratio"), [(0.001, 0.001 / 600_000), (600_000, 600_000 / 0.001)])
def test_the_findings_on_the_oddest_gpu_are_a_recording(
    half_ms: float, ratio: float, sent: dict[str, Any], pair: ModelPair, comparison: Comparison
) -> None:
    """Its times are as far apart as they may be, and a logit is the largest number."""
    logits = np.zeros((COUNT, 10), np.float32)
    logits[0, 0] = np.finfo(np.float32).max
    times = {"f32": [600 / half_ms] * 6, "f16": [half_ms] * 6}
    odd = sent | {"times": times, "logits": sent["logits"] | {"f32 driver": packed(logits, "<f4")}}
    found = findings(read_answer(odd, COUNT, DIGEST), comparison.target, {})
    document = json.dumps(findings_document(measured_pair(pair), found), allow_nan=False)
    browser = read_recording(document.encode(), "own_gpu.json", Origin.PASTED).browser
    assert browser is not None
    assert browser.ratio is not None
    assert browser.ratio.value == pytest.approx(ratio)


def test_coarse_clocks_allow_no_ratio(sent: dict[str, Any], comparison: Comparison) -> None:
    none = {"f32": [0.0] * 6, "f16": [0.0] * 6}
    nothing: dict[str, Floats] = {"none": np.zeros((COUNT, 10), np.float32)}
    found = findings(read_answer(sent | {"times": none}, COUNT, DIGEST), comparison.target, nothing)
    assert found.answer.time_ratio is None
    assert time_text(found) == "Times of float16 and float32 were not compared."
    assert isinstance(found.comparisons[Precision.FLOAT32].reference, Evaluation)
