"""Numbers that operators compute on the way, against hand-computed cases."""

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.ranges.inside import inside
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph


def operator(kind: str, **settings: int | str) -> Operator:
    return Operator(0, kind, (0,), (1,), settings)


def numbers(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


def unread(index: int) -> np.ndarray:
    raise AssertionError(index)


def test_a_mean_divides_a_sum_of_as_many_numbers_as_it_takes() -> None:
    found = inside(operator("MEAN"), numbers(20), 4_000, unread)
    assert found is not None
    assert (found.description, found.largest) == ("sum before the division", 80_000)
    np.testing.assert_array_equal(found.overflowed(numbers(20)), numbers(np.inf))


def test_pooling_divides_a_sum_over_its_window() -> None:
    found = inside(operator("AVERAGE_POOL_2D", filter_height=7, filter_width=7), numbers(-2_000, 3), 98, unread)
    assert found is not None
    assert found.largest == 98_000
    np.testing.assert_array_equal(found.overflowed(numbers(-2_000, 3)), numbers(-np.inf, 3))


def test_a_norm_squares_and_its_result_vanishes_if_the_sum_overflows() -> None:
    found = inside(operator("L2_NORMALIZATION"), numbers(0.6, 0.8), 2, lambda _: numbers(300, 400))
    assert found is not None
    assert found.largest == 250_000
    np.testing.assert_array_equal(found.overflowed(numbers(0.6, 0.8)), numbers(0, 0))


@pytest.mark.parametrize("kind", ["ADD", "CONV_2D", "SOFTMAX"])
def test_other_operators_show_all_their_numbers(kind: str) -> None:
    assert inside(operator(kind), numbers(1), 1, unread) is None


def test_a_sum_that_only_some_devices_compute_in_float16_is_not_decided() -> None:
    graph = Graph()
    given = graph.input("image", (1, 64, 64, 1))
    large = graph.add("MUL", "large", given, graph.constant("factor", 100.0))
    mean = graph.add("MEAN", "mean", large, graph.constant("axes", [1, 2], "int32"))
    graph.outputs = [
        graph.dense(
            "answer",
            graph.add("RESHAPE", "flat", mean, graph.constant("shape", [1, 1], "int32")),
            np.ones((1, 1), np.float32),
        )
    ]
    found = diagnose(ModelFile(graph.file(), "mean"))
    assert found.range.finding is Finding.UNKNOWN
    assert found.range.sentence.startswith(
        "Operator 1 (MEAN) computes a sum before the division of 4.10 × 10⁵ on the way to 'mean'"
    )
    assert found.finding is Finding.UNKNOWN
