"""Magnitudes of what a model computes, sums on the way included."""

import numpy as np
import pytest

from fp16core.diagnosis.cure.magnitudes import magnitudes
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph

VALUES = np.array([[[3.0, -4.0, 0.5, 0.0]], [[0.0, 2.0**-20, 12.0, 5.0]]], np.float32)

SAMPLES = Samples({"features": VALUES}, {"features": ""}, ("first", "second"), are_real=True)


@pytest.mark.parametrize(
    ("kind", "demand", "largest"),
    [
        ("L2_NORMALIZATION", 169.0, 12 / 13),  # 12² + 5² on the way to 12 / 13
        ("MEAN", 17.0, 4.25),
        ("SUM", 17.0, 17.0),
        ("SQUARE", 144.0, 144.0),
    ],
)
def test_the_demand_of_an_operator_includes_its_sums(kind: str, demand: float, largest: float) -> None:
    graph = Graph()
    operands = [graph.input("features", (1, 4))]
    if kind in ("MEAN", "SUM"):
        operands.append(graph.constant("axis", [-1], "int32"))
    graph.outputs = [graph.add(kind, "answer", *operands)]
    found = magnitudes(ModelFile(graph.file(), kind), SAMPLES)
    assert found.demand[0] == pytest.approx(demand, rel=1e-6)
    assert found.largest[graph.outputs[0]] == pytest.approx(largest, rel=1e-6)


def test_a_tensor_fits_if_all_its_numbers_are_normal_float16_numbers_or_0() -> None:
    graph = Graph()
    given = graph.input("features", (1, 4))
    doubled = graph.add("MUL", "doubled", given, graph.constant("two", 2.0))
    raised = graph.add("ADD", "raised", given, graph.constant("one", 1.0))
    graph.outputs = [doubled, raised]
    found = magnitudes(ModelFile(graph.file(), "model"), SAMPLES)
    assert (found.smallest[given], found.largest[given]) == (2.0**-20, 12.0)
    assert not found.fits(given)
    assert not found.fits(doubled)
    assert found.fits(raised)
    assert found.constants[1] == 2.0
    assert found.shapes[raised] == (1, 4)
