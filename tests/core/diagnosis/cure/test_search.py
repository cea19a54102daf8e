"""Search for operators that are worth their bytes in float32."""

import numpy as np
import pytest

from fp16core.diagnosis.cure.cure import cured
from fp16core.diagnosis.cure.search import EXTRA_SHARE
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph
from tests.helpers.networks.runs import snr_db, stored_results

WIDTH = 128


def _exact(seed: int, rows: int, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Weights that are float16 numbers already."""
    return (np.random.default_rng(seed).integers(-8, 9, (rows, columns)) / 64).astype(np.float32)


def _inexact(seed: int, rows: int, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).uniform(-0.125, 0.125, (rows, columns)).astype(np.float32)


def _model(*extra: int) -> ModelFile:
    """Three layers of exact weights, and before each a small one whose weights float16 has to round."""
    graph = Graph()
    last = graph.input("features", (1, 8))
    for place, size in enumerate(extra):
        last = graph.dense(f"small {place}", last, _inexact(place, size, graph.values[last].shape[-1]))
        last = graph.dense(f"wide {place}", last, _exact(place, WIDTH, size))
        last = graph.dense(f"narrow {place}", last, _exact(10 + place, 8, WIDTH))
        last = graph.dense(f"large {place}", last, _exact(20 + place, 4 * WIDTH, 8))
        last = graph.dense(f"small again {place}", last, _exact(30 + place, 8, 4 * WIDTH))
    graph.outputs = [last]
    return ModelFile(graph.file(), "model")


@pytest.fixture(scope="module")
def samples() -> Samples:
    values = np.random.default_rng(0).uniform(-1, 1, (4, 1, 8)).astype(np.float32)
    return Samples({"features": values}, {"features": ""}, tuple("abcd"), are_real=True)


def test_only_operators_with_damage_are_kept_and_within_the_share(samples: Samples) -> None:
    model = _model(8, 8)
    result = cured(model, samples, DiagnosisOptions(), {})
    untreated = result.cure.steps[0]
    kinds = [model.graph.tensors[model.graph.operators[index].outputs[0]].name for index in result.cure.kept_operators]
    assert kinds == ["small 0", "small 1"]
    assert result.target.size_bytes <= (1 + EXTRA_SHARE) * untreated.size_bytes
    assert snr_db(stored_results(model, samples), stored_results(result.target, samples)) == np.inf
    assert untreated.snr_db < 100


def test_a_group_that_is_too_expensive_is_left_cast_and_a_point_of_the_curve(samples: Samples) -> None:
    model = _model(64)
    result = cured(model, samples, DiagnosisOptions(), {})
    assert result.cure.kept_operators == ()
    untreated, dearer, *_ = result.cure.steps
    assert (dearer.kind, dearer.is_kept, dearer.snr_db) == ("float32 operators", False, np.inf)
    assert dearer.size_bytes > (1 + EXTRA_SHARE) * untreated.size_bytes


def test_a_tolerance_may_cost_more_than_the_share(samples: Samples) -> None:
    model = _model(64)
    options = DiagnosisOptions(tolerances={"small again 0": 0.0})
    result = cured(model, samples, options, {})
    assert [model.graph.operators[index].name for index in result.cure.kept_operators] == ["FULLY_CONNECTED"]
    assert result.cure.finding == Finding.BREAKS  # in arithmetic, which float32 weights do not cure
    np.testing.assert_array_equal(stored_results(result.target, samples)[0], stored_results(model, samples)[0])


def test_a_set_within_the_tolerance_is_enough(samples: Samples) -> None:
    model = _model(8, 8)
    untreated = cured(model, samples, DiagnosisOptions(), {}).cure.steps[0]
    expected = stored_results(model, samples)[0]
    largest = float(np.abs(expected).max())
    options = DiagnosisOptions(tolerances={"small again 1": largest})
    assert cured(model, samples, options, {}).cure.kept_operators == ()
    assert untreated.snr_db < np.inf


def test_weights_beyond_the_range_are_kept_whatever_they_cost(samples: Samples) -> None:
    graph = Graph()
    weights = _exact(0, 64, 8) * np.float32(1e6)
    scaled = graph.add("MUL", "tiny", graph.input("features", (1, 8)), graph.constant("scale", 2.0**-20))
    large = graph.dense("large", scaled, weights)
    graph.outputs = [graph.dense("answer", large, _exact(1, 4, 64))]
    result = cured(ModelFile(graph.file(), "model"), samples, DiagnosisOptions(), {})
    step = result.cure.steps[1]
    assert (step.kind, step.operators, step.not_finite) == ("float32 operators", (1,), 0)
    assert result.cure.steps[0].not_finite > 0
    assert step.sentence == "Weights stay float32 in operator 1 (FULLY_CONNECTED), whose weights are beyond ±65,504."
    assert step.size_bytes > (1 + EXTRA_SHARE) * result.cure.steps[0].size_bytes


def test_an_operator_that_adds_nothing_to_the_best_set_is_left_out_again(samples: Samples) -> None:
    """Six small layers side by side, the last of next to no weight, and a large one that is the floor of the noise."""
    graph = Graph()
    given = graph.input("features", (1, 8))
    wide = graph.dense("wide", given, _exact(0, 4096, 8))
    total = graph.dense("narrow", wide, _exact(1, 8, 4096))
    floor = graph.dense("exact again", graph.dense("floor", given, _inexact(2, 1024, 8)), _exact(3, 8, 1024))
    total = graph.add("ADD", "with floor", total, graph.add("MUL", "less", floor, graph.constant("part", 2.0**-3)))
    for place, share in enumerate((64.0, 32.0, 16.0, 8.0, 4.0, 2.0**-12)):
        small = graph.dense(f"small {place}", given, _inexact(10 + place, 8, 8))
        scaled = graph.add("MUL", f"scaled {place}", small, graph.constant(f"share {place}", share))
        total = graph.add("ADD", f"sum {place}", total, scaled)
    graph.outputs = [total]
    model = ModelFile(graph.file(), "model")
    result = cured(model, samples, DiagnosisOptions(), {})
    names = [model.graph.tensors[model.graph.operators[index].outputs[0]].name for index in result.cure.kept_operators]
    assert names == [f"small {place}" for place in range(5)]
    trials = [step for step in result.cure.steps if step.kind == "float32 operators"]
    assert 6 in {len(step.operators) for step in trials}
    assert [step.operators for step in trials if step.is_kept] == [result.cure.kept_operators]
