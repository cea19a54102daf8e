"""Rescaling by powers of two: the same float32 results from numbers that float16 can hold."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.diagnosis.cure.magnitudes import magnitudes
from fp16core.diagnosis.cure.rescale import rescaled, rescalings
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph
from tests.helpers.networks.runs import rounded_results, snr_db, stored_results

WIDTH = 16

RANDOM = np.random.default_rng(0).uniform(-1, 1, (5, 1, WIDTH)).astype(np.float32)

SAMPLES = Samples(
    {"features": np.concatenate([RANDOM * 600, np.zeros((1, 1, WIDTH), np.float32)])},
    {"features": "made for the test"},
    tuple(f"sample {place}" for place in range(6)),
    are_real=True,
)
"""Activations of some hundreds, and zeros."""


def _begun() -> tuple[Graph, int, int]:
    graph = Graph()
    return graph, graph.input("features", (1, WIDTH)), graph.constant("axis", [-1], "int32")


def rms_norm() -> Graph:
    graph, given, axis = _begun()
    mean = graph.add("MEAN", "mean", graph.add("SQUARE", "squared", given), axis)
    factor = graph.add("RSQRT", "factor", graph.add("ADD", "shifted", mean, graph.constant("epsilon", 1e-3)))
    graph.outputs = [graph.add("MUL", "normed", given, factor)]
    return graph


def l2_by_maximum() -> Graph:
    graph, given, axis = _begun()
    total = graph.add("SUM", "total", graph.add("SQUARE", "squared", given), axis)
    factor = graph.add("RSQRT", "factor", graph.add("MAXIMUM", "kept", total, graph.constant("epsilon", 1e-2)))
    graph.outputs = [graph.add("MUL", "normed", given, factor)]
    return graph


def divided_by_root() -> Graph:
    graph, given, axis = _begun()
    total = graph.add("SUM", "total", graph.add("SQUARE", "squared", given), axis)
    shifted = graph.add("ADD", "shifted", total, graph.constant("epsilon", 1.0))
    graph.outputs = [graph.add("DIV", "normed", given, graph.add("SQRT", "norm", shifted))]
    return graph


def l2_operator() -> Graph:
    graph, given, _ = _begun()
    graph.outputs = [graph.add("L2_NORMALIZATION", "normed", given)]
    return graph


def layer_norm() -> Graph:
    graph, given, axis = _begun()
    mean = graph.add("MEAN", "mean", given, axis)
    distances = graph.add("SQUARED_DIFFERENCE", "distances", given, mean)
    variance = graph.add("MEAN", "variance", distances, axis)
    factor = graph.add("RSQRT", "factor", graph.add("ADD", "shifted", variance, graph.constant("epsilon", 1e-2)))
    graph.outputs = [graph.add("MUL", "normed", graph.add("SUB", "centred", given, mean), factor)]
    return graph


def variance_of_squares() -> Graph:
    """E[x²] − E[x]², where one square overflows and the other does not."""
    graph, given, axis = _begun()
    mean = graph.add("MEAN", "mean", given, axis)
    squares = graph.add("MEAN", "squares", graph.add("SQUARE", "squared", given), axis)
    variance = graph.add("SUB", "variance", squares, graph.add("SQUARE", "mean_squared", mean))
    factor = graph.add("RSQRT", "factor", graph.add("ADD", "shifted", variance, graph.constant("epsilon", 1e-2)))
    graph.outputs = [graph.add("MUL", "normed", graph.add("SUB", "centred", given, mean), factor)]
    return graph


def root_mean_square_as_output() -> Graph:
    """A rescaled number is an output itself, and one that is also read has to be restored."""
    graph, given, axis = _begun()
    mean = graph.add("MEAN", "mean", graph.add("SQUARE", "squared", given), axis)
    root = graph.add("SQRT", "root", mean)
    graph.outputs = [root, graph.add("TANH", "bounded", root)]
    return graph


def products_of_large_features() -> Graph:
    """A dense layer whose sums overflow, scaled down afterwards as attention does."""
    graph, given, _ = _begun()
    weights = np.random.default_rng(1).integers(-60, 61, (4, WIDTH)).astype(np.float32)
    sums = graph.dense("sums", given, weights, 7.0)
    graph.outputs = [graph.add("MUL", "scores", sums, graph.constant("scale", 1 / 256))]
    return graph


GRAPHS: dict[str, Callable[[], Graph]] = {
    build.__name__: build
    for build in (
        rms_norm,
        l2_by_maximum,
        divided_by_root,
        l2_operator,
        layer_norm,
        variance_of_squares,
        root_mean_square_as_output,
        products_of_large_features,
    )
}


def _model(name: str) -> ModelFile:
    return ModelFile(GRAPHS[name]().file(), name)


def _oracle(name: str) -> list[npt.NDArray[np.float64]]:
    """Outputs in float64, by NumPy."""
    graph = GRAPHS[name]()
    rows = [graph.computed({"features": values}) for values in SAMPLES.arrays["features"]]
    return [np.concatenate([row[graph.names[index]].ravel() for row in rows]) for index in graph.outputs]


@pytest.mark.parametrize("name", GRAPHS)
def test_a_rescaled_file_gives_the_same_float32_results_bit_for_bit(name: str) -> None:
    model = _model(name)
    for plan in rescalings(model, magnitudes(model, SAMPLES)):
        for expected, found in zip(
            stored_results(model, SAMPLES), stored_results(rescaled(model, plan)[0], SAMPLES), strict=True
        ):
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", GRAPHS)
def test_rescaling_makes_results_right_that_are_noise_in_float16(name: str) -> None:
    model = _model(name)
    found = magnitudes(model, SAMPLES)
    treated, _ = rescaled(model, rescalings(model, found)[0])
    if name != "l2_operator":  # its squares are inside of the operator, where nothing is rounded
        assert snr_db(_oracle(name), rounded_results(model, SAMPLES)) < 10
    assert snr_db(_oracle(name), rounded_results(treated, SAMPLES)) > 50


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_in_a_rescaled_file_overflows_and_the_smallest_exponent_is_taken(name: str) -> None:
    model = _model(name)
    first, *larger = rescalings(model, magnitudes(model, SAMPLES))
    treated = magnitudes(rescaled(model, first)[0], SAMPLES)
    assert 65_504 / 64 < max(treated.demand.values()) <= 65_504 or name == "root_mean_square_as_output"
    assert max(treated.demand.values()) <= 65_504
    assert [plan.exponent for plan in larger] == [first.exponent + 4]


def test_the_sentence_says_what_is_inserted_and_the_epsilon_is_scaled_by_the_square() -> None:
    model = _model("rms_norm")
    plan = rescalings(model, magnitudes(model, SAMPLES))[0]
    treated, words = rescaled(model, plan)
    assert plan.exponent == 4
    assert words == (
        "multiplied: 'features' by 2⁻⁴ before operator 0 (SQUARE), the constant 'epsilon' by 2⁻⁸, the result of "
        "operator 3 (RSQRT) by 2⁻⁴"
    )
    epsilon = next(tensor for tensor in treated.graph.tensors if tensor.name == "epsilon_times_2^-8")
    assert epsilon.values == np.float32(1e-3) / 256
    assert [op.name for op in treated.graph.operators].count("MUL") == 3


def test_tensors_that_keep_their_names_keep_their_values() -> None:
    model = _model("variance_of_squares")
    treated, _ = rescaled(model, rescalings(model, magnitudes(model, SAMPLES))[0])
    known = {tensor.name: tensor.index for tensor in model.graph.tensors if not tensor.is_constant}
    computed = {index for op in treated.graph.operators for index in op.outputs}
    kept = {t.name: t.index for t in treated.graph.tensors if t.name in known and t.index in computed}
    before, after = magnitudes(model, SAMPLES), magnitudes(treated, SAMPLES)
    assert {"mean", "centred", "normed"} <= kept.keys()
    assert "squared" not in kept
    for name, index in kept.items():
        assert after.largest[index] == before.largest[known[name]]


def test_weights_beyond_the_range_are_scaled_in_place_and_the_results_restored() -> None:
    graph, given, _ = _begun()
    weights = np.full((4, WIDTH), 0.5, np.float32)
    weights[2, 3] = 70_000
    large = graph.dense("large", given, weights, 1.0)
    graph.outputs = [graph.add("MUL", "answer", large, graph.constant("scale", 0.01))]
    model = ModelFile(graph.file(), "large weights")
    samples = Samples({"features": RANDOM / 128}, {"features": ""}, SAMPLES.labels[:5], are_real=True)
    (plan,) = rescalings(model, magnitudes(model, samples))
    treated, _ = rescaled(model, plan)
    stored = next(tensor for tensor in treated.graph.tensors if tensor.name == "large_weights_times_2^-2")
    np.testing.assert_array_equal(stored.values, weights / 4)
    np.testing.assert_array_equal(stored_results(treated, samples)[0], stored_results(model, samples)[0])
    assert treated.size_bytes - model.size_bytes < 500
    assert not np.isfinite(rounded_results(model, samples)[0]).all()
    assert snr_db([stored_results(model, samples)[0]], rounded_results(treated, samples)) > 50


LARGE = Samples({"features": RANDOM * 60_000}, {"features": ""}, SAMPLES.labels[:5], are_real=True)
"""Activations whose norms, or the reciprocals of these, float16 does not hold with all bits either."""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rms_norm", "multiplied: 'features' by 2⁻¹⁰ before operator 0 (SQUARE), the constant 'epsilon' by 2⁻²⁰"),
        (
            "divided_by_root",
            "multiplied: 'features' by 2⁻¹⁰ before operator 0 (SQUARE), the constant 'epsilon' by 2⁻²⁰",
        ),
    ],
)
def test_a_factor_that_could_not_end_is_cancelled_by_the_other_operand(name: str, words: str) -> None:
    """The product of x times 2⁻¹⁰ and the reciprocal times 2¹⁰ needs nothing after it, nor does the quotient."""
    model = _model(name)
    treated, found = rescaled(model, rescalings(model, magnitudes(model, LARGE))[0])
    assert found == words
    np.testing.assert_array_equal(stored_results(treated, LARGE)[0], stored_results(model, LARGE)[0])
    assert snr_db(stored_results(model, LARGE), rounded_results(treated, LARGE)) > 55


def test_a_factor_ends_before_an_activation_function_that_clips() -> None:
    graph, given, axis = _begun()
    total = graph.add("SUM", "total", graph.add("MUL", "larger", given, graph.constant("factor", 16.0)), axis)
    weights = np.array([[2.0**-12], [-(2.0**-10)]], np.float32)
    graph.outputs = [graph.dense("clipped", total, weights, 0.0, "RELU6")]
    model = ModelFile(graph.file(), "clipped")
    samples = Samples({"features": abs(RANDOM) * 1000}, {"features": ""}, SAMPLES.labels[:5], are_real=True)
    expected = stored_results(model, samples)[0]
    assert expected.max() == 6
    for plan in rescalings(model, magnitudes(model, samples)):
        np.testing.assert_array_equal(stored_results(rescaled(model, plan)[0], samples)[0], expected)


def test_a_constant_that_others_read_too_stays_for_them() -> None:
    graph, given, axis = _begun()
    mean = graph.add("MEAN", "mean", graph.add("SQUARE", "squared", given), axis)
    epsilon = graph.constant("epsilon", 0.5)
    factor = graph.add("RSQRT", "factor", graph.add("ADD", "shifted", mean, epsilon))
    graph.outputs = [graph.add("ADD", "answer", graph.add("MUL", "normed", given, factor), epsilon)]
    model = ModelFile(graph.file(), "shared epsilon")
    treated, _ = rescaled(model, rescalings(model, magnitudes(model, SAMPLES))[0])
    assert {t.name: float(t.values) for t in treated.graph.tensors if t.name.startswith("epsilon")} == {
        "epsilon": 0.5,
        "epsilon_times_2^-8": 0.5 / 256,
    }
    np.testing.assert_array_equal(stored_results(treated, SAMPLES)[0], stored_results(model, SAMPLES)[0])


def test_squares_that_are_the_answer_are_left_alone() -> None:
    graph, given, _ = _begun()
    graph.outputs = [graph.add("SQUARE", "squared", given)]
    model = ModelFile(graph.file(), "squares")
    found = magnitudes(model, SAMPLES)
    treated = [rescaled(model, plan)[0] for plan in rescalings(model, found)]
    assert all(not np.isfinite(rounded_results(changed, SAMPLES)[0]).all() for changed in treated)


def test_nothing_is_rescaled_where_nothing_overflows() -> None:
    model = _model("rms_norm")
    samples = Samples({"features": RANDOM}, {"features": ""}, SAMPLES.labels[:5], are_real=True)
    assert rescalings(model, magnitudes(model, samples)) == ()
