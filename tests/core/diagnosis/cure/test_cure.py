"""Cures of the networks and examples: what is kept, how much it helps, and the files and the recipe."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from litert_quantizer import quantizer

from fp16core.diagnosis.cure.cure import CuredModel, cured
from fp16core.diagnosis.cure.measure import Budget
from fp16core.diagnosis.cure.rounded import TITLE
from fp16core.diagnosis.examples import EXAMPLES
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import CureStep
from fp16core.diagnosis.samples import Samples
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked, with_current_codes
from fp16core.vocabulary import HalfBitsError
from tests.helpers.networks.graphs import Graph
from tests.helpers.networks.runs import rounded_results, snr_db, stored_results
from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import RIGHT, contents

CPU = "CPU, XNNPACK forced to float16"

KEPT = {
    "mask_1e30": {"clamp"},
    "squares": {"rescale"},
    "block_sum": {"rescale"},
    "instance_norm": {"epsilon"},
    "batch_norm": {"clamp"},
    "old_codes": {"codes"},
    "large_weights": {"rescale", "float32 operators"},
    "example mask": {"clamp"},
    "example rms_norm": {"rescale"},
    "example large_weights": {"rescale", "float32 operators"},
}
"""Cures that help, by network; none helps, or is needed, where the name is not among them."""

CHEAP = {"float32 operators"}
"""Cures of the file that may also be kept because they gain some decibels for a few bytes."""


def _model(name: str) -> ModelFile:
    if name.startswith("example "):
        return next(example for example in EXAMPLES if example.key == name.removeprefix("example ")).model()
    return ModelFile(contents(name), name)


def _options(name: str) -> DiagnosisOptions:
    if name.startswith("example "):
        example = next(example for example in EXAMPLES if example.key == name.removeprefix("example "))
        return DiagnosisOptions(ranges=example.ranges)
    return DiagnosisOptions(ranges=RIGHT[name].ranges)


@functools.cache
def _cured(name: str) -> tuple[ModelFile, Samples, CuredModel]:
    model, options = _model(name), _options(name)
    samples = build_samples(model, options)
    has_control = name.startswith("example ") or RIGHT[name].has_control
    devices = {CPU: ExecutionMode.CPU_FLOAT16} if has_control else {}
    return model, samples, cured(model, samples, options, devices)


def _step(result: CuredModel, kind: str, disease: str) -> CureStep:
    return next(step for step in result.cure.steps if (step.kind, step.disease) == (kind, disease))


EACH = pytest.mark.parametrize("name", [*NETWORKS, *(f"example {example.key}" for example in EXAMPLES)])


@EACH
def test_what_helps_is_kept(name: str) -> None:
    _, _, result = _cured(name)
    kept = {step.kind for step in result.cure.steps if step.is_kept} - {"together"}
    assert kept - CHEAP == KEPT.get(name, set()) - CHEAP
    assert kept >= KEPT.get(name, set())


@EACH
def test_the_cured_float32_file_answers_as_the_original(name: str) -> None:
    model, samples, result = _cured(name)
    for expected, found in zip(stored_results(model, samples), stored_results(result.reference, samples), strict=True):
        largest = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * largest)


@EACH
def test_the_library_makes_the_cured_file_by_the_recipe(name: str, tmp_path: Path) -> None:
    _, _, result = _cured(name)
    path = tmp_path / "recipe.json"
    path.write_text(result.cure.recipe, encoding="utf-8")
    work = quantizer.Quantizer(result.reference.contents)
    work.load_quantization_recipe(str(path))
    assert work.quantize(enable_progress_report=False).quantized_model == result.target.contents
    assert work.get_quantization_recipe() == json.loads(result.cure.recipe)


@EACH
def test_measurements_are_what_the_files_give(name: str) -> None:
    model, samples, result = _cured(name)
    expected = stored_results(model, samples)
    file, arithmetic = _step(result, "together", "file"), _step(result, "together", "arithmetic")
    assert file.size_bytes == arithmetic.size_bytes == result.target.size_bytes
    stored = snr_db(stored_results(result.reference, samples), stored_results(result.target, samples))
    assert file.snr_db == pytest.approx(stored, abs=1e-6)
    untreated = _step(result, "none", "arithmetic")
    rounded = rounded_results(with_current_codes(model), samples)
    if sum(np.count_nonzero(~np.isfinite(values)) for values in rounded) == 0:
        assert untreated.devices[TITLE] == pytest.approx(snr_db(expected, rounded), abs=1e-6)
    else:
        assert untreated.not_finite > 0
    after = snr_db(expected, rounded_results(result.target, samples))
    assert arithmetic.devices[TITLE] == pytest.approx(after, abs=1e-6)


@EACH
def test_everything_that_broke_in_float16_is_cured(name: str) -> None:
    """Rounded everywhere, every network gives more than 55 dB; XNNPACK's sum of one of them is wrong by itself."""
    _, _, result = _cured(name)
    last = result.cure.steps[-1]
    assert last.kind == "together"
    assert last.not_finite == 0
    assert last.devices[TITLE] > 55
    if name == "block_sum":
        assert result.cure.finding == Finding.BREAKS
        assert "It breaks at operator 1 (SUM), which computes numbers beyond 65,504" in result.cure.sentence
    else:
        assert min(last.devices.values()) > 55
        assert result.cure.finding == Finding.NOTHING_FOUND


@EACH
def test_a_step_is_kept_only_if_it_helps_on_a_device_and_harms_none(name: str) -> None:
    _, _, result = _cured(name)
    before = dict(_step(result, "none", "arithmetic").devices)
    for step in result.cure.steps:
        assert step.sentence.endswith(".")
        if step.is_kept and step.disease == "arithmetic" and step.kind != "together":
            gains = [ratio - before[device] for device, ratio in step.devices.items()]
            assert max(gains) > 1 or step.not_finite < step.not_finite_before
            assert min(gains) > -1 or step.not_finite < step.not_finite_before
            before = dict(step.devices)


def test_float32_weights_cure_the_file_and_not_the_arithmetic() -> None:
    _, _, result = _cured("example large_weights")
    untreated, kept = result.cure.steps[0], result.cure.steps[1]
    assert (untreated.kind, kept.kind, kept.disease) == ("none", "float32 operators", "file")
    assert untreated.not_finite > 0
    assert kept.not_finite == 0
    assert kept.snr_db > 60
    assert _step(result, "none", "arithmetic").not_finite == untreated.not_finite
    assert (
        "all weights are cast after all"
        in next(s for s in result.cure.steps if not s.operators and s.is_kept and s.kind != "together").sentence.lower()
    )
    assert result.target.size_bytes < kept.size_bytes


def test_a_clamp_costs_no_bytes() -> None:
    _, _, result = _cured("example mask")
    assert result.target.size_bytes == result.cure.steps[0].size_bytes
    assert "its float32 results stay the same bit for bit" in result.cure.sentence


def test_a_rescaling_costs_a_few_hundred_bytes() -> None:
    _, _, result = _cured("squares")
    assert 0 < result.target.size_bytes - result.cure.steps[0].size_bytes < 500


def test_filled_in_codes_are_the_first_step_after_the_untreated_file() -> None:
    model, _, result = _cured("old_codes")
    untreated, codes, *_ = result.cure.steps
    assert (untreated.kind, untreated.size_bytes) == ("none", model.size_bytes)
    assert (codes.kind, codes.is_kept) == ("codes", True)
    assert codes.size_bytes < 0.75 * model.size_bytes


def test_a_mask_that_changes_float32_results_of_given_inputs_is_measured_and_not_kept() -> None:
    model = _model("mask_1e30")
    tokens = np.random.default_rng(0).uniform(-1, 1, (2, 1, 8, 16)).astype(np.float32)
    keep = np.ones((2, 1, 1, 8), np.float32)
    keep[1] = 0  # every token is hidden, so that −1e30 swallows all scores
    samples = Samples({"tokens": tokens, "keep": keep}, {"tokens": "", "keep": ""}, ("whole", "hidden"), are_real=True)
    result = cured(model, samples, DiagnosisOptions(), {CPU: ExecutionMode.CPU_FLOAT16})
    clamps = [step for step in result.cure.steps if step.kind == "clamp"]
    assert clamps
    assert not any(step.is_kept for step in clamps)
    assert "it changes the float32 results in 1 of 2 samples (“hidden”)" in clamps[0].sentence
    assert clamps[0].not_finite == 0
    assert result.cure.finding == Finding.BREAKS
    assert "keep enforce_f32" in result.cure.sentence
    assert result.reference.contents == model.contents


def test_two_diseases_that_each_make_everything_nan_are_cured_together() -> None:
    graph = Graph()
    given, axis = graph.input("features", (1, 16)), graph.constant("axis", [-1], "int32")
    none = graph.add("MUL", "none", given, graph.constant("zero", 0.0))
    masked = graph.add("ADD", "masked", given, graph.add("MUL", "far", none, graph.constant("minus_1e30", -1e30)))
    squares = graph.add("MEAN", "squares", graph.add("SQUARE", "squared", masked), axis)
    mean = graph.add("MEAN", "mean", masked, axis)
    variance = graph.add("SUB", "variance", squares, graph.add("SQUARE", "mean_squared", mean))
    factor = graph.add("RSQRT", "factor", graph.add("ADD", "shifted", variance, graph.constant("epsilon", 1.0)))
    graph.outputs = [graph.add("MUL", "normed", masked, factor)]
    values = np.random.default_rng(0).uniform(500, 1500, (3, 1, 16)).astype(np.float32)
    samples = Samples({"features": values}, {"features": ""}, ("one", "two", "three"), are_real=True)
    result = cured(ModelFile(graph.file(), "two"), samples, DiagnosisOptions(), {})
    assert {step.kind for step in result.cure.steps if step.is_kept} == {"clamp", "rescale", "together"}
    assert result.cure.steps[-1].not_finite_before == 48
    assert result.cure.steps[-1].devices[TITLE] > 40


def test_a_model_that_the_quantizer_refuses_is_treated_in_float32() -> None:
    """LiteRT Quantizer wants each name once in a file."""
    model, samples, _ = _cured("squares")
    content = unpacked(model)
    for tensor in content.subgraphs[0].tensors[2:]:
        tensor.name = b"the same"
    refused = ModelFile(packed(content), "refused")
    result = cured(refused, samples, DiagnosisOptions(), {})
    assert "refused: LiteRT Quantizer rejects the model" in result.cure.steps[0].sentence
    assert result.cure.sentence.startswith("Storage: LiteRT Quantizer refuses the model, so that no weights are cast.")
    assert {step.kind for step in result.cure.steps if step.is_kept} == {"rescale", "together"}
    assert result.target == result.reference


def test_a_model_without_weights_has_nothing_to_cast() -> None:
    graph = Graph()
    given = graph.input("features", (1, 16))
    graph.outputs = [graph.add("L2_NORMALIZATION", "normed", given)]
    values = np.random.default_rng(0).uniform(-1, 1, (2, 1, 16)).astype(np.float32)
    samples = Samples({"features": values}, {"features": ""}, ("one", "two"), are_real=True)
    model = ModelFile(graph.file(), "no weights")
    result = cured(model, samples, DiagnosisOptions(), {})
    assert result.target.contents == model.contents
    assert result.cure.steps[0].size_bytes == model.size_bytes


def test_without_a_budget_only_the_untreated_file_is_measured() -> None:
    model, samples, _ = _cured("squares")
    result = cured(model, samples, DiagnosisOptions(), {}, Budget(runs=0))
    assert [step.kind for step in result.cure.steps] == ["none", "none", "together", "together"]
    assert result.cure.finding == Finding.BREAKS


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("squares", "operator 1 (MUL), which computes numbers beyond 65,504"),
        ("batch_norm", "operator 1 (MUL), which reads a constant beyond 65,504"),
        ("instance_norm", "operator 4 (ADD), which reads a constant that float16 rounds to 0"),
    ],
)
def test_without_a_cure_the_operator_at_which_it_breaks_is_named(name: str, place: str) -> None:
    model, samples, _ = _cured(name)
    cure = cured(model, samples, _options(name), {}, Budget(runs=0)).cure
    assert cure.finding == Finding.BREAKS
    assert f"keep enforce_f32, and float32 on the CPU. It breaks at {place} (" in cure.sentence
    assert cure.sentence.endswith("and nothing that was tried cures it.")


def test_progress_names_each_step_and_may_stop() -> None:
    model, samples, _ = _cured("squares")
    seen: list[tuple[str, float]] = []
    cured(model, samples, DiagnosisOptions(), {}, progress=lambda step, done: seen.append((step, done)))
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    steps = dict(seen)
    assert "Trying cure 3 of 4, numbers rescaled: trial 1 of at most 6" in steps
    numbers = [re.search(r"(\w+): trial (\d+) of at most (\d+)$", step) for step in steps]
    assert all(int(found[2]) <= int(found[3]) for found in numbers if found)
    measured = [step for step in steps if "damage by those of" in step]
    assert [step.rpartition(", ")[2] for step in measured] == [
        f"{number} of {len(measured)}" for number in range(1, len(measured) + 1)
    ]

    def stop(step: str, _done: float) -> None:
        if "numbers rescaled" in step:
            raise InterruptedError(step)

    with pytest.raises(InterruptedError, match="rescale"):
        cured(model, samples, DiagnosisOptions(), {}, progress=stop)


def test_a_tolerance_that_is_not_met_is_a_break() -> None:
    model, samples, _ = _cured("embeddings")
    for tolerance, finding in ((1e-9, Finding.BREAKS), (1.0, Finding.NOTHING_FOUND)):
        options = DiagnosisOptions(tolerances={"answer": tolerance})
        assert cured(model, samples, options, {}).cure.finding == finding


def test_a_damaged_file_is_refused_in_a_sentence() -> None:
    _, samples, _ = _cured("squares")
    with pytest.raises(HalfBitsError, match="broken"):
        cured(ModelFile(contents("squares")[:600], "broken"), samples, DiagnosisOptions(), {})


def test_the_arithmetic_that_was_measured_is_named() -> None:
    rms_norm = _cured("example rms_norm")[2].cure.sentence
    assert f"Float16 arithmetic (at worst, with {TITLE}): 0.0 dB → " in rms_norm, "XNNPACK keeps most of it in float32"
