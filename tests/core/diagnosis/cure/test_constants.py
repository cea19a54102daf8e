"""Constants that float16 cannot hold, clamped or raised."""

import numpy as np
import numpy.typing as npt

from fp16core.diagnosis.cure.constants import clamped, has_vanishing, raised
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph


def _with_constant(kind: str, values: npt.ArrayLike) -> ModelFile:
    graph = Graph()
    given = graph.input("features", (1, 4))
    graph.outputs = [graph.add(kind, "answer", given, graph.constant("other", values))]
    return ModelFile(graph.file(), "constants")


def _constants(model: ModelFile) -> npt.NDArray[np.generic]:
    (found,) = (tensor.values for tensor in model.graph.tensors if tensor.is_constant)
    return found


def test_only_finite_numbers_beyond_the_range_are_clamped_each_with_its_sign() -> None:
    model = _with_constant("ADD", np.array([-1e30, 65_519, 7e4, -np.inf]))
    first, *others = clamped(model)
    np.testing.assert_array_equal(_constants(first.model), np.array([-1e4, 65_519, 1e4, -np.inf], np.float32))
    assert first.words == "numbers beyond ±65,504 in 'other' clamped to ±10,000"
    assert first.operators == (0,)
    assert [float(np.abs(_constants(other.model)).min()) for other in others] == [32_768, 65_504, 1_000]


def test_a_clamped_file_grows_by_no_more_than_a_new_alignment() -> None:
    model = _with_constant("ADD", np.full(4096, -1e30, np.float32).reshape(1024, 4))
    assert abs(next(clamped(model)).model.size_bytes - model.size_bytes) < 64


def test_weights_that_are_summed_are_not_clamped() -> None:
    graph = Graph()
    graph.outputs = [graph.dense("answer", graph.input("features", (1, 4)), np.full((2, 4), 7e4, np.float32))]
    assert list(clamped(ModelFile(graph.file(), "weights"))) == []


def test_an_epsilon_that_vanishes_is_raised_to_the_smallest_number_and_then_to_the_smallest_normal_one() -> None:
    model = _with_constant("ADD", 1e-8)
    assert has_vanishing(model)
    found = list(raised(model))
    assert [float(_constants(other.model)) for other in found] == [2.0**-24, 2.0**-14]
    assert found[0].words == "numbers in 'other' raised to 6.0e-08"


def test_a_subnormal_epsilon_is_raised_to_the_smallest_normal_number_only() -> None:
    model = _with_constant("MAXIMUM", 1e-6)
    assert not has_vanishing(model)
    assert [float(_constants(other.model)) for other in raised(model)] == [2.0**-14]


def test_constants_that_are_multiplied_zero_negative_or_mixed_are_no_epsilons() -> None:
    for kind, values in (("MUL", 1e-8), ("ADD", 0.0), ("ADD", -1e-8), ("ADD", [1e-8, 1.0, 1.0, 1.0])):
        assert list(raised(_with_constant(kind, values))) == []
