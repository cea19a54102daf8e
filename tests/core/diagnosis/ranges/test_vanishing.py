"""Numbers that round to 0, followed to the outputs."""

import io

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.results import RangeVerdict
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph


def root_mean_square(scale: float) -> RangeVerdict:
    """Range of a norm x / √(mean x² + ε) of numbers from half a scale to the whole; of zeros, ε alone would be left."""
    graph = Graph()
    given = graph.input("features", (1, 16))
    squared = graph.add("MUL", "squared", given, given)
    mean = graph.add("MEAN", "mean_square", squared, graph.constant("axis", [-1], "int32"))
    shifted = graph.add("ADD", "shifted", mean, graph.constant("epsilon", 2.0**-40))
    normed = graph.add("MUL", "normed", given, graph.add("RSQRT", "factor", shifted))
    graph.outputs = [graph.dense("answer", normed, np.ones((2, 16), np.float32))]
    file = io.BytesIO()
    np.savez(file, features=scale * np.linspace(0.5, 1, 32).reshape(2, 16))
    return diagnose(ModelFile(graph.file(), "norm"), DiagnosisOptions(inputs=file.getvalue())).range


def test_squares_of_small_numbers_vanish_and_change_the_norm() -> None:
    found = root_mean_square(1e-4)
    assert found.finding is Finding.BREAKS
    assert [entry.tensor for entry in found.operators if entry.zeros_reach_output] == ["squared"]


def test_of_a_chain_of_vanishing_numbers_the_first_is_named() -> None:
    found = root_mean_square(1e-4)
    assert found.operators[1].zeroed_share > 0.5
    assert not found.operators[1].zeros_reach_output


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_squares_that_float16_holds_change_nothing(scale: float) -> None:
    assert not any(entry.zeros_reach_output for entry in root_mean_square(scale).operators)


def test_numbers_that_vanish_beside_larger_ones_change_no_output() -> None:
    graph = Graph()
    given = graph.input("features", (1, 4))
    small = graph.add("MUL", "small", given, graph.constant("tiny", 1e-9))
    graph.outputs = [graph.add("ADD", "answer", given, small)]
    found = diagnose(ModelFile(graph.file(), "beside")).range
    assert found.finding is Finding.NOTHING_FOUND
    assert "rounds 100 % to 0" in found.sentence
    assert not any(entry.zeros_reach_output for entry in found.operators)
