"""Bounds on partial sums, against sums of magnitudes in NumPy."""

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.ranges.words import PARTIAL_SUM
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph

WEIGHTS = np.array([[900.0, -900.0] * 50, [1.0, -1.0] * 50], np.float32)


def diagnosed(weights: np.ndarray) -> Diagnosis:
    graph = Graph()
    given = graph.input("features", (1, weights.shape[1]))
    graph.outputs = [graph.dense("answer", given, weights, 0.5)]
    options = DiagnosisOptions(ranges={"features": (1, 1)})
    return diagnose(ModelFile(graph.file(), "cancelling"), options)


def test_sums_that_cancel_are_bounded_by_the_sum_of_their_magnitudes() -> None:
    """The result is 0.5, and after half of the additions in the worst order it is 45,000 or, in another, −45,000."""
    found = diagnosed(WEIGHTS)
    (entry,) = found.range.operators
    assert entry.high == 0.5
    assert entry.intermediate == PARTIAL_SUM
    assert entry.intermediate_largest == pytest.approx(np.abs(WEIGHTS).sum(axis=1).max() + 0.5)
    assert (entry.overflows, entry.reaches_output) == (False, False)
    assert found.range.finding is Finding.NOTHING_FOUND
    assert "partial sums of operator 0 (FULLY_CONNECTED) may overflow" in found.range.sentence
    assert "the largest is a number of 0.5" in found.range.sentence


def test_sums_of_magnitudes_within_float16_need_no_word() -> None:
    (entry,) = diagnosed(WEIGHTS / 2).range.operators
    assert (entry.intermediate, entry.intermediate_largest) == ("", 0)


def test_a_quick_bound_that_is_too_large_is_replaced_by_what_occurs() -> None:
    """One large number meets small weights only: the largest number times all weights says little."""
    graph = Graph()
    given = graph.input("features", (1, 2))
    mixed = graph.add("MUL", "mixed", given, graph.constant("factors", [60_000.0, 1.0]))
    graph.outputs = [graph.dense("answer", mixed, np.array([[0.01, 30.0]], np.float32))]
    found = diagnose(ModelFile(graph.file(), "mixed")).range
    assert [entry.intermediate for entry in found.operators] == ["", ""]
