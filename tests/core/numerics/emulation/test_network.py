"""Emulation of half precision, against hand-computed sums, scalar operations, and the processor itself."""

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.numerics.arithmetic import FLOAT16_ARITHMETIC, FLOAT32_ARITHMETIC
from fp16core.numerics.bounds import bound_logits
from fp16core.numerics.emulation.network import affordable_images, emulate, exact_logits, is_float16
from fp16core.numerics.emulation.summation import Summation
from fp16core.tflite.chain import Layer, read_chain
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelPair

Floats = npt.NDArray[np.float32]


def dense(weights: Floats, bias: Floats | None = None) -> tuple[Layer, Layer]:
    """One sum of all pixels for each row of weights."""
    terms = weights.shape[1]
    return (
        Layer(Operator(0, "RESHAPE", (0,), (1,)), (terms,)),
        Layer(Operator(1, "FULLY_CONNECTED", (1, 2, 3), (4,)), (len(weights),), weights, bias, "w", "b"),
    )


def images_of(values: list[float]) -> Floats:
    return np.array(values, np.float32).reshape(1, 1, -1)


def one_by_one(values: Floats, weights: Floats, bias: float) -> np.float16:
    """Dot product in a Python loop, each operation rounded by NumPy's float16 scalars."""
    total = np.float16(0)
    for value, weight in zip(values, weights, strict=True):
        product = np.float16(np.float64(np.float16(value)) * np.float64(np.float16(weight)))
        total = np.float16(np.float64(total) + np.float64(product))
    return np.float16(np.float64(total) + np.float64(np.float16(bias)))


def test_a_sequential_sum_stagnates_at_2048_and_a_float32_sum_does_not() -> None:
    """From 2,048 on, float16 has only even integers; 2,048 + 1 is a tie and rounds to 2,048."""
    layers = dense(np.ones((1, 5), np.float32))
    image = images_of([2048, 1, 1, 1, 1])
    assert emulate(layers, image, Summation.SEQUENTIAL).item() == 2048
    assert emulate(layers, image, Summation.FLOAT32).item() == 2052


def test_lanes_are_reduced_in_halves() -> None:
    """Groups of four go to the eight lanes in turn; 2,048 is alone in its lane, and the ones are added first."""
    ones = [2048.0] + [0.0] * 3 + [1.0] * 28
    layers = dense(np.ones((1, 32), np.float32))
    # Lane 0 holds 2048, lanes 1 to 7 four each. Halves: 0+4: 2052, 1+5: 8, 2+6: 8, 3+7: 8; then 2060, 16; then 2076.
    assert emulate(layers, images_of(ones), Summation.LANES).item() == 2076
    assert emulate(layers, images_of(ones), Summation.SEQUENTIAL).item() == 2048


def test_weights_pixels_and_results_are_rounded() -> None:
    third = np.float32(1 / 3)
    layers = dense(np.array([[third]], np.float32), np.array([third], np.float32))
    half = np.float64(np.float16(third))
    assert emulate(layers, images_of([0.1]), Summation.FLOAT32).item() == np.float16(
        np.float64(np.float16(0.1)) * half + half
    )


def test_sums_beyond_65504_are_infinite() -> None:
    assert emulate(dense(np.array([[2.0]], np.float32)), images_of([40_000]), Summation.FLOAT32).item() == np.inf


def test_each_operation_is_rounded_as_numpys_scalars_round_it() -> None:
    random = np.random.default_rng(0)
    weights = random.normal(0, 1, (3, 60)).astype(np.float32)
    bias = random.normal(0, 1, 3).astype(np.float32)
    pixels = random.normal(0, 1, 60).astype(np.float32)
    found = emulate(dense(weights, bias), images_of(pixels.tolist()), Summation.SEQUENTIAL)
    assert found[0].tolist() == [float(one_by_one(pixels, row, b)) for row, b in zip(weights, bias, strict=True)]


def test_dense_layers_may_sum_differently_from_convolutions(pair: ModelPair, inputs: Floats) -> None:
    layers = read_chain(pair.target)
    mixed = emulate(layers, inputs[:20], Summation.SEQUENTIAL, Summation.FLOAT32)
    assert not np.array_equal(mixed, emulate(layers, inputs[:20], Summation.SEQUENTIAL))
    assert not np.array_equal(mixed, emulate(layers, inputs[:20], Summation.FLOAT32))


@pytest.mark.parametrize("summation", Summation)
def test_results_are_float16_numbers_near_the_float32_ones(
    pair: ModelPair, inputs: Floats, summation: Summation
) -> None:
    from fp16core.runtime.classifier import Classifier

    found = emulate(read_chain(pair.target), inputs[:100], summation)
    assert is_float16(found)
    assert np.abs(found - Classifier(pair.target).logits(inputs[:100])).max() < 0.5


@pytest.mark.parametrize("summation", Summation)
def test_every_summation_stays_within_the_bound(pair: ModelPair, inputs: Floats, summation: Summation) -> None:
    layers = read_chain(pair.target)
    none = {
        key: np.zeros(values.shape)
        for x in layers
        for key, values in ((x.weights_key, x.weights), (x.bias_key, x.bias))
        if values is not None
    }
    bounds = bound_logits(layers, none, inputs[:50], FLOAT16_ARITHMETIC)
    found = emulate(layers, inputs[:50], summation)
    assert np.all((bounds.low <= found) & (found <= bounds.high))
    narrow = bound_logits(layers, none, inputs[:50], FLOAT32_ARITHMETIC)
    assert np.all(narrow.high - narrow.low < (bounds.high - bounds.low) / 1000)
    assert not np.all((narrow.low <= found) & (found <= narrow.high))


def test_the_bound_on_one_sum_is_that_of_the_paper() -> None:
    """n·u·Σ|terms|, where n counts the terms, the bias, and two for the bound's own arithmetic; pixels are exact."""
    weights = np.zeros((10, 4), np.float32)
    weights[0] = (1, -2, 4, 0.5)
    layers = dense(weights)
    pixels = np.array([1, 1, 1, 2], np.float32)
    none = {"w": np.zeros(weights.shape), "b": np.zeros(10)}
    found = bound_logits(
        (layers[0], Layer(layers[1].operator, (10,), weights, None, "w")),
        none,
        pixels.reshape(1, 1, 4),
        FLOAT16_ARITHMETIC,
    )
    unit, least = 2.0**-11, 2.0**-14
    reach = unit * pixels + least  # each pixel is rounded
    terms = 4 + 3
    magnitudes = (pixels + reach) @ np.abs(weights[0])
    assert found.high[0, 0] == pytest.approx(4 + terms * unit * magnitudes + terms * least + reach @ np.abs(weights[0]))


def test_float16_numbers_are_distinguished_from_others() -> None:
    halves = np.array([0, 1, 65504, 2**-24, -0.1], np.float16).astype(np.float32)
    assert is_float16(halves)
    assert is_float16(np.array([np.nan, np.inf, -np.inf], np.float32))
    assert not is_float16(np.array([0.1], np.float32))
    assert not is_float16(np.array([1e6], np.float32))
    assert not is_float16(np.array([1, 2**-25], np.float32))


def test_exact_sums_round_weights_and_pixels_alone() -> None:
    third = np.float32(1 / 3)
    found = exact_logits(
        dense(np.array([[third, 1]], np.float32), np.array([third], np.float32)), images_of([0.1, 2**-20])
    )
    half = float(np.float16(third))
    assert found.item() == float(np.float16(0.1)) * half + float(np.float16(2**-20)) + half


def test_exact_sums_are_close_to_litert(pair: ModelPair, inputs: Floats) -> None:
    """The float16 file in float32 arithmetic differs only in that pixels are rounded here."""
    from fp16core.runtime.classifier import Classifier

    found = exact_logits(read_chain(pair.target), inputs[:50])
    np.testing.assert_allclose(found, Classifier(pair.target).logits(inputs[:50]), atol=0.01)


@pytest.mark.parametrize(("filters", "images"), [(12, 250), (1_000, 9), (1_000_000, 1)])
def test_fewer_images_of_a_large_network_are_emulated(filters: int, images: int) -> None:
    """60 million products: 9 for each of 26 × 26 results of a filter."""
    weights = np.broadcast_to(np.float32(1), (filters, 3, 3, 1))
    layers = (Layer(Operator(0, "CONV_2D", (0, 1), (2,)), (26, 26, filters), weights),)
    assert affordable_images(layers, 250) == images
    assert affordable_images(dense(np.ones((10, 784), np.float32)), 250) == 250


def test_logits_beyond_any_float16_sum_are_detected(pair: ModelPair, inputs: Floats) -> None:
    from fp16core.evaluate.evaluation import Evaluation
    from fp16core.modes.emulated import account_for
    from fp16core.modes.runs import ModeRun
    from fp16core.runtime.execution_mode import ExecutionMode

    emulated = emulate(read_chain(pair.target), inputs[:20], Summation.SEQUENTIAL)
    for logits, expected in ((emulated, True), (emulated + 100, False)):
        answers = Evaluation(logits, np.zeros(20, np.uint8), 1)
        found = account_for(ModeRun(ExecutionMode.GPU_FLOAT16, 1, answers, answers), pair, inputs[:20])
        assert found.within_bound is expected
        assert (found.best.exact_share == 1) is expected
