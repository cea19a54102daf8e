"""Compiled models with inputs and outputs of all types."""

import numpy as np
import pytest

from fp16core.diagnosis.diagnosis import diagnose
from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import fixed_model
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModeError
from tests.helpers.networks.graphs import Graph

TABLE = np.random.default_rng(0).random((20, 3)).astype(np.float32)


def lookup() -> ModelFile:
    """Rows of a table, doubled; and the next row's number, in 64 bits."""
    graph = Graph()
    rows = graph.input("rows", (1, 5), "int64")
    found = graph.add("GATHER", "found", graph.constant("table", TABLE), rows)
    graph.outputs = [
        graph.add("ADD", "doubled", found, found),
        graph.add("ADD", "next", rows, graph.constant("one", 1, "int64")),
    ]
    return ModelFile(graph.file(), "lookup")


def test_integers_of_64_bits_reach_a_compiled_model_and_come_back() -> None:
    rows = np.array([[3, 0, 19, 7, 7]])
    run = CompiledRun(fixed_model(lookup(), (rows,)).cut(), ExecutionMode.CPU_FLOAT32)
    for given in (rows, rows[:, ::-1].copy()):
        doubled, following = run.run((given,))
        np.testing.assert_array_equal(doubled, 2 * TABLE[given])
        np.testing.assert_array_equal(following, given + 1)


def test_a_model_of_64_bit_integers_is_diagnosed() -> None:
    found = diagnose(lookup())
    assert found.control == ""
    assert found.inputs == ("'rows': int64 1 × 5, from 0 to 19 (rows of 'table')",)
    assert [output.max_abs_error == 0 for output in found.arithmetic[0].outputs] == [False, True]


def test_what_cannot_be_compiled_is_said_in_words() -> None:
    graph = Graph()
    given = graph.input("nothing", (1, 0))
    graph.outputs = [graph.add("MUL", "squares", given, given)]
    cut = fixed_model(ModelFile(graph.file()), (np.empty((1, 0), np.float32),)).cut()
    with pytest.raises(ModeError, match=r"tensor 't0' is empty \(1 × 0\)"):
        CompiledRun(cut, ExecutionMode.CPU_FLOAT16)
