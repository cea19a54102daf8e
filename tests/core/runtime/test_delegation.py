"""Partitions delegated to XNNPACK, against the tensors that a run fills."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.numerics.weight_rounding import rounded_reference
from fp16core.runtime.delegation import UpsamplingStage, delegate_partitions, upsampling_stage
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from tests.helpers.places import TestSet


@pytest.fixture(scope="module", params=["reference", "target", "quantized"])
def model(request: pytest.FixtureRequest, pair: ModelPair) -> ModelFile:
    return quantize_tflite(pair.reference) if request.param == "quantized" else getattr(pair, request.param)


def delegated_names(model: ModelFile) -> list[list[str]]:
    operators = model.graph.operators
    return [[operators[index].name for index in part.operators] for part in delegate_partitions(model)]


def test_xnnpack_runs_every_operator_on_the_image_except_reshapes(pair: ModelPair) -> None:
    """Their shapes depend on the batch size, which XNNPACK does not know when it plans its work."""
    assert delegated_names(pair.reference) == [["CONV_2D", "MAX_POOL_2D"], ["FULLY_CONNECTED"]]
    assert delegated_names(pair.target) == [["DEQUANTIZE"] * 4, ["CONV_2D", "MAX_POOL_2D"], ["FULLY_CONNECTED"]]
    assert delegated_names(quantize_tflite(pair.reference)) == [
        ["DEQUANTIZE", "CONV_2D", "MAX_POOL_2D", "DEQUANTIZE"],
        ["FULLY_CONNECTED"],
    ]


def test_tensors_inside_a_partition_are_never_filled(model: ModelFile, test_set: TestSet) -> None:
    """The interpreter allocates no memory for tensors internal to a partition."""
    file, parts = model.graph, delegate_partitions(model)
    interpreter = Interpreter(model_content=model.contents)
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, normalise(test_set[0][:1]))
    interpreter.invoke()
    hidden = set()
    for tensor in file.tensors:
        try:
            interpreter.get_tensor(tensor.index)
        except ValueError:
            hidden.add(tensor.index)
    inner = {
        output
        for part in parts
        for index in part.operators
        for output in file.operators[index].outputs
        if output not in part.outputs
    }
    assert hidden == inner
    assert hidden


def test_every_operator_runs_at_most_once(model: ModelFile) -> None:
    runs = [index for part in delegate_partitions(model) for index in part.operators]
    assert len(runs) == len(set(runs))
    assert set(runs) <= {op.index for op in model.graph.operators}


@pytest.mark.parametrize(("delegated", "filled"), [(True, 0), (False, 4)])
def test_dequantized_tensors_are_filled_only_without_the_delegate(
    pair: ModelPair, test_set: TestSet, delegated: bool, filled: int
) -> None:
    """After a run, the output of each DEQUANTIZE holds either the upsampled weights or stale memory."""
    file = pair.target.graph
    kind = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=pair.target.contents, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    interpreter.set_tensor(0, normalise(test_set[0][:1]))
    interpreter.invoke()
    holds = [
        np.array_equal(interpreter.get_tensor(op.outputs[0]), file.tensors[op.inputs[0]].values.astype(np.float32))
        for op in file.upsampling()
    ]
    assert sum(holds) == filled


def test_xnnpack_upsamples_while_loading_and_builtin_kernels_in_the_first_run(
    pair: ModelPair, test_set: TestSet
) -> None:
    image = normalise(test_set[0][0])
    before = bytes(bytearray(pair.target.contents))
    assert upsampling_stage(pair.target, image) is UpsamplingStage.LOADING
    assert upsampling_stage(pair.target, image, delegated=False) is UpsamplingStage.FIRST_RUN
    assert upsampling_stage(quantize_tflite(pair.reference), image) is UpsamplingStage.LOADING
    assert pair.target.contents == before
    for without in (pair.reference, rounded_reference(pair)):
        assert upsampling_stage(without, image) is None


def test_a_file_that_does_not_run_is_rejected() -> None:
    with pytest.raises(ModelFileError, match="notes is not a LiteRT model"):
        delegate_partitions(ModelFile(b"hello", "notes"))
