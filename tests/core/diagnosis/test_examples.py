"""The examples that ship with the package are what the script builds, and break in float16."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fp16core.diagnosis import examples
from fp16core.diagnosis.examples import EXAMPLES, Example
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.graphs import Graph
from tests.networks.diagnosis.examples import EXAMPLES as BUILDERS
from tests.networks.diagnosis.verdicts import half, output_snr_db

EACH = pytest.mark.parametrize("example", EXAMPLES, ids=[example.key for example in EXAMPLES])


def test_every_file_is_an_example_and_has_a_builder() -> None:
    assert {example.path for example in EXAMPLES} == {*examples.FOLDER.glob("*.tflite")}
    assert {example.key for example in EXAMPLES} == {*BUILDERS}


@EACH
def test_an_example_is_what_the_script_builds_and_below_100_kb(example: Example) -> None:
    contents = example.model().contents
    assert contents == BUILDERS[example.key]().file()
    assert len(contents) < 100_000


@EACH
def test_an_example_gives_useful_results_in_float32_and_none_in_float16(example: Example) -> None:
    graph, random = BUILDERS[example.key](), np.random.default_rng(1)
    inputs = {}
    for index in graph.inputs:
        low, high = example.ranges.get(graph.names[index], (-1, 1))
        inputs[graph.names[index]] = random.uniform(low, high, graph.values[index].shape)
    assert output_snr_db(graph, inputs, graph.computed(inputs, lambda values: values.astype(np.float32))) > 100
    assert output_snr_db(graph, inputs, graph.computed(inputs, half)) < 1


@EACH
def test_declared_ranges_are_those_of_inputs(example: Example) -> None:
    graph: Graph = BUILDERS[example.key]()
    assert {*example.ranges} <= {graph.names[index] for index in graph.inputs}


def test_a_file_that_was_changed_is_no_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = EXAMPLES[0]
    contents = bytearray(example.model().contents)
    contents[-1] ^= 1
    (tmp_path / example.path.name).write_bytes(contents)
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    with pytest.raises(ModelFileError, match=r"not the example that was shipped; install the package again"):
        example.model()
    with pytest.raises(ModelFileError, match=r"cannot be read \(.+\); install the package again"):
        replace(example, key="absent").model()
