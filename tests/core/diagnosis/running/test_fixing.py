"""Fixed and cut models compute what the whole model does."""

from pathlib import Path

import numpy as np
import pytest

from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.observation import float_results
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.running.compiled import CompiledRun
from fp16core.diagnosis.running.fixing import fixed_model
from fp16core.diagnosis.running.interpreter import AnyInterpreter
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.tflite.model_file import ModelFile
from tests.helpers.places import ROOT

FOLDER = ROOT / "tests" / "networks"
FILES = (
    FOLDER / "residual.reference.tflite",
    FOLDER / "transposed.reference.tflite",
    FOLDER / "diagnosis" / "mask_1e30.tflite",
    FOLDER / "diagnosis" / "squares.tflite",
)


def name(path: Path) -> str:
    return path.name.partition(".")[0]


def read(path: Path) -> ModelFile:
    return ModelFile(path.read_bytes(), name(path))


@pytest.mark.parametrize("path", FILES, ids=name)
def test_one_float16_run_with_all_results_as_outputs_equals_cutting_once_for_each_operator(path: Path) -> None:
    model = read(path)
    samples = build_samples(model, DiagnosisOptions())
    fixed = fixed_model(model, samples[0])
    tensors = [tensor.index for _, tensor in float_results(model.graph)]
    together = CompiledRun(fixed.cut(tensors), ExecutionMode.CPU_FLOAT16)
    alone = [CompiledRun(fixed.cut([tensor]), ExecutionMode.CPU_FLOAT16) for tensor in tensors]
    for place in range(len(samples)):
        results = together.run(samples[place])
        for result, run in zip(results, alone, strict=True):
            (expected,) = run.run(samples[place])
            np.testing.assert_array_equal(result, expected)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_fixed_model_has_no_shape_arithmetic_and_answers_as_before(path: Path) -> None:
    """Up to the order of sums: with fixed shapes, XNNPACK takes operators that it otherwise leaves to LiteRT."""
    model = read(path)
    samples = build_samples(model, DiagnosisOptions())
    fixed = fixed_model(model, samples[0])
    cut = fixed.cut()
    assert not {"SHAPE", "PACK"} & {op.name for op in cut.graph.operators}
    assert all(-1 not in tensor.shape_signature for tensor in cut.graph.tensors)
    for place in range(len(samples)):
        expected = AnyInterpreter(model, samples.shapes).outputs(samples[place])
        for result, values in zip(AnyInterpreter(cut).outputs(samples[place]), expected, strict=True):
            known, found = values.astype(np.float64), result.astype(np.float64)
            assert np.abs(found - known).max() <= 1e-6 * np.abs(known).max()


def test_the_graph_goes_on_from_any_tensor_that_is_given() -> None:
    """Given the values that it computes itself, the rest of the graph answers as the whole."""
    model = read(FILES[2])
    samples = build_samples(model, DiagnosisOptions())
    fixed, sample = fixed_model(model, samples[0]), samples[0]
    whole = AnyInterpreter(fixed.cut(), preserve_all_tensors=True)
    (expected,) = whole.outputs(sample)
    inputs = [tensor.index for tensor in model.graph.inputs]
    for _, tensor in float_results(model.graph):
        if tensor in model.graph.outputs:
            continue
        whole.run(sample)
        rest = fixed.cut(inputs=[*inputs, tensor.index])
        assert len(rest.graph.operators) < len(model.graph.operators)
        (answer,) = AnyInterpreter(rest).outputs((*sample, whole.value(tensor.index)))
        assert np.abs(answer.astype(np.float64) - expected.astype(np.float64)).max() < 1e-5


def test_a_cut_file_holds_no_weights_that_it_does_not_read() -> None:
    model = read(FILES[0])
    fixed = fixed_model(model, build_samples(model, DiagnosisOptions())[0])
    first = float_results(model.graph)[0][1]
    assert fixed.cut([first.index]).size_bytes < model.size_bytes
    kept = sum(tensor.stored_size_bytes for tensor in fixed.cut([first.index]).graph.tensors)
    assert kept < sum(tensor.stored_size_bytes for tensor in model.graph.tensors)
