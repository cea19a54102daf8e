"""Odd graphs get a verdict or a sentence: numbers that are not finite, nothing at all, no use, no name, no end."""

import numpy as np
import pytest

from fp16core.diagnosis import observation
from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.document import document_text
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.ranges import verdict as range_verdicts
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.graphs import Graph


def diagnosed(graph: Graph, wants_cure: bool = False) -> Diagnosis:
    found = diagnose(ModelFile(graph.file(), "odd"), DiagnosisOptions(wants_cure=wants_cure))
    assert document_text(found)
    return found


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_said_to_fail_in_float32_already(number: float) -> None:
    graph = Graph()
    weights = np.eye(4, dtype=np.float32)
    weights[0, 0] = number
    graph.outputs = [graph.dense("answer", graph.input("features", (1, 4)), weights)]
    found = diagnosed(graph)
    assert found.finding is Finding.UNKNOWN
    assert "float32 itself gives numbers that are not finite, from operator 0 (FULLY_CONNECTED) on" in found.sentence


def test_an_input_without_numbers_cannot_be_compiled_and_is_diagnosed_nevertheless() -> None:
    graph = Graph()
    given = graph.input("nothing", (1, 0))
    graph.outputs = [graph.add("MUL", "squares", given, given)]
    found = diagnosed(graph)
    assert found.finding is Finding.UNKNOWN
    assert "is empty" in found.control


def test_a_single_number_is_diagnosed() -> None:
    graph = Graph()
    given = graph.input("number", ())
    graph.outputs = [graph.add("MUL", "square", given, given)]
    assert diagnosed(graph).arithmetic[0].outputs[0].snr_db > 60


def test_an_operator_that_nothing_reads_is_no_obstacle() -> None:
    graph = Graph()
    first, second = graph.input("first", (1, 4)), graph.input("second", (1, 4))
    graph.outputs = [graph.add("ADD", "answer", first, first)]
    graph.add("MUL", "unread", second, second)
    assert diagnosed(graph).finding is Finding.NOTHING_FOUND


def test_a_cure_that_litert_rejects_leaves_the_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object, **_named: object) -> None:
        raise ModelFileError("odd: LiteRT rejects it.")

    monkeypatch.setattr("fp16core.diagnosis.diagnosis.cured", fail)
    graph = Graph()
    given = graph.input("features", (1, 4))
    graph.outputs = [graph.add("ADD", "answer", given, given)]
    found = diagnosed(graph, wants_cure=True)
    assert found.cure is not None
    assert found.cure.sentence == "No cure could be tried: odd: LiteRT rejects it."
    assert found.finding is Finding.NOTHING_FOUND


def test_names_that_are_equal_empty_or_hostile_are_shown_harmlessly() -> None:
    graph = Graph()
    given = graph.input("\x1b[31m\u202e" + "x" * 500, (1, 4))
    graph.outputs = [
        graph.dense("\x00", given, np.full((2, 4), 1e5, np.float32)),
        graph.dense("\x00", given, np.ones((2, 4))),
    ]
    found = diagnosed(graph)
    sentences = [found.sentence, found.range.sentence, *found.inputs, *(entry.sentence for entry in found.arithmetic)]
    assert all(sentence.isprintable() and len(sentence) < 500 for sentence in sentences)
    assert len({output.name for output in found.arithmetic[0].outputs}) == 2


def test_constants_that_overflow_together_are_found_without_an_input() -> None:
    graph = Graph()
    given = graph.input("features", (1, 4))
    large = graph.add("MUL", "large", graph.constant("left", [300.0]), graph.constant("right", [300.0]))
    graph.outputs = [graph.add("ADD", "answer", given, large)]
    found = diagnosed(graph)
    assert (found.finding, found.range.first_overflow) == (Finding.BREAKS, 0)


def test_outputs_that_are_no_floating_point_numbers_are_compared_as_numbers() -> None:
    graph = Graph()
    given = graph.input("features", (1, 4))
    graph.outputs = [graph.add("LESS", "small", graph.add("ADD", "twice", given, given), graph.constant("half", 0.5))]
    (output,) = diagnosed(graph).arithmetic[0].outputs
    assert output.max_abs_error in (0, 1)


def chain(length: int, factor: float) -> Graph:
    graph = Graph()
    last = graph.input("features", (1, 4))
    by = graph.constant("factor", factor)
    for place in range(length):
        last = graph.add("MUL", f"product_{place}", last, by)
    graph.outputs = [last]
    return graph


def test_overflows_beyond_those_that_are_followed_are_said_not_to_be_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(range_verdicts, "_MOST_FOLLOWED", 3)
    found = diagnosed(chain(8, 1e4)).range
    assert [entry.reaches_output for entry in found.operators] == [False, True, True, True, None, None, None, None]
    assert found.first_overflow == 1


def test_many_operators_take_several_runs_with_the_same_results(monkeypatch: pytest.MonkeyPatch) -> None:
    together = diagnosed(chain(20, 1.01))
    monkeypatch.setattr(observation, "_PART_TENSORS", 6)
    apart = diagnosed(chain(20, 1.01))
    assert apart.range.operators == together.range.operators
    assert apart.arithmetic == together.arithmetic
    assert len(apart.arithmetic[0].operators) == len(apart.graph) == 20
