"""Rounding everything to float16, held against NumPy, which computes in float64 and rounds after each operator."""

import numpy as np
import pytest

from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph
from tests.helpers.networks.runs import rounded_results
from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import contents, half, samples

WITHOUT_STATE = [name for name in NETWORKS if name not in ("lstm", "loop", "old_codes")]


def _samples(name: str) -> Samples:
    rows = samples(name)
    inputs = next(iter(rows.values()))
    return Samples(
        {key: np.stack([values[key] for values in rows.values()]) for key in inputs},
        dict.fromkeys(inputs, ""),
        tuple(rows),
        are_real=True,
    )


@pytest.mark.parametrize("name", WITHOUT_STATE)
def test_results_are_those_of_numpy_rounding_after_each_operator(name: str) -> None:
    graph = NETWORKS[name]()
    found = rounded_results(ModelFile(contents(name), name), _samples(name))
    for place, index in enumerate(graph.outputs):
        if index in graph.inputs:
            continue  # nothing computes it
        rows = [graph.computed(inputs, half)[graph.names[index]].ravel() for inputs in samples(name).values()]
        expected = np.concatenate(rows)
        np.testing.assert_array_equal(np.isnan(found[place]), np.isnan(expected))
        # A sum in float32 may round to the neighbour of what the one in float64 rounds to.
        np.testing.assert_allclose(found[place], expected, rtol=2**-7, atol=2**-7)
        assert np.array_equal(found[place], found[place].astype(np.float16), equal_nan=True)


def test_a_mean_overflows_if_its_sum_does_and_is_exact_otherwise() -> None:
    graph = Graph()
    given = graph.input("features", (1, 2, 64))
    graph.outputs = [graph.add("MEAN", "mean", given, graph.constant("axis", [-1], "int32"))]
    values = np.zeros((1, 1, 2, 64), np.float32)
    values[0, 0, 0], values[0, 0, 1] = 1023, -1024
    given_samples = Samples({"features": values}, {"features": ""}, ("one",), are_real=True)
    (found,) = rounded_results(ModelFile(graph.file(), "mean"), given_samples)
    np.testing.assert_array_equal(found, [1023, -np.inf])


def test_inputs_and_constants_are_rounded_too() -> None:
    graph = Graph()
    given = graph.input("features", (1, 4))
    graph.outputs = [given, graph.add("MUL", "product", given, graph.constant("far", [1, 1e30, 1e-8, 1 / 3]))]
    values = np.array([[[1 / 3, 0, 1, 1]]], np.float32)
    given_samples = Samples({"features": values}, {"features": ""}, ("one",), are_real=True)
    _, found = rounded_results(ModelFile(graph.file(), "product"), given_samples)
    np.testing.assert_array_equal(found, np.array([1 / 3, np.nan, 0, 1 / 3], np.float16).astype(np.float32))
