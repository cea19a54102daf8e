"""Bounds on the work, and what counts as the same float32 results."""

import numpy as np
import pytest

from fp16core.diagnosis.cure.measure import SAME_WITHIN, Budget, sameness
from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from tests.helpers.networks.graphs import Graph

VALUES = np.array([[[1.0, 2.0]], [[4.0, -8.0]], [[0.0, 0.0]]], np.float32)

SAMPLES = Samples({"features": VALUES}, {"features": ""}, ("small", "large", "zeros"), are_real=True)


def _shifted(factor: float, shift: float = 0.0) -> ModelFile:
    graph = Graph()
    product = graph.add("MUL", "product", graph.input("features", (1, 2)), graph.constant("factor", factor))
    graph.outputs = [graph.add("ADD", "answer", product, graph.constant("shift", shift))]
    return ModelFile(graph.file(), "model")


def _words(treated: ModelFile) -> str:
    evaluator = Evaluator(_shifted(1.0), SAMPLES, DiagnosisOptions())
    return sameness(evaluator, treated, SAMPLES).words(SAMPLES.labels)


def test_equal_results_are_said_to_be_so() -> None:
    assert _words(_shifted(1.0)) == "its float32 results stay the same bit for bit"


def test_a_change_of_the_last_bits_is_the_same_within_a_stated_bound() -> None:
    assert SAME_WITHIN == 1e-6
    assert _words(_shifted(1 + 2.0**-21)) == "its float32 results change by at most 4.8e-07 of the largest"


@pytest.mark.parametrize(
    ("treated", "words"),
    [
        (_shifted(1 + 2.0**-18), "it changes the float32 results in 2 of 3 samples (“small”, “large”)"),
        (_shifted(1.0, 2.0**-20), "it changes the float32 results in 1 of 3 samples (“zeros”)"),
        (_shifted(1.0, 1.0), "it changes the float32 results in every sample"),
        (_shifted(float("nan")), "it changes the float32 results in every sample"),
    ],
)
def test_samples_with_other_results_are_named(treated: ModelFile, words: str) -> None:
    assert _words(treated) == words


def test_a_budget_is_spent_by_runs_or_by_processor_time() -> None:
    budget, seen = Budget(runs=2), []
    for _ in range(2):
        budget.spend()
        seen.append(budget.is_spent)
    assert seen == [False, True]
    short = Budget(processor_s=0.0)
    _ = sum(range(100_000))
    assert short.is_spent
