"""Files with a fixed batch size compute the same as the original, bit for bit."""

import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert.interpreter import Interpreter

from fp16core.runtime.activations import ActivationRecorder
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.edited import edited
from tests.helpers.networks.strangers import NETWORKS, stranger

BATCHES = (1, 7, 100)


def run_as_it_is(model: ModelFile, images: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Run by an interpreter whose input is never resized."""
    interpreter = Interpreter(model_content=model.contents, num_threads=1)
    interpreter.allocate_tensors()
    (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.set_tensor(given["index"], images.reshape(given["shape"]))
    interpreter.invoke()
    found: npt.NDArray[np.float32] = interpreter.get_tensor(answer["index"])
    return found


@pytest.mark.parametrize("batch", BATCHES)
def test_a_fixed_batch_gives_the_originals_logits_bit_for_bit(
    pair: ModelPair, inputs: npt.NDArray[np.float32], batch: int
) -> None:
    for model in (pair.reference, pair.target):
        fixed = with_fixed_batch(model, batch)
        expected = Classifier(model, batch_size=batch).logits(inputs[:batch])
        assert np.array_equal(run_as_it_is(fixed, inputs[:batch]), expected)


def test_a_fixed_batch_has_no_shape_arithmetic_and_aligned_data(pair: ModelPair) -> None:
    for model in (pair.reference, pair.target):
        before, after = model.graph, with_fixed_batch(model, 10).graph
        assert before.shape_arithmetic()
        assert not after.shape_arithmetic()
        assert after.inputs[0].shape == after.inputs[0].shape_signature == (10, 28, 28)
        assert after.outputs[0].shape == (10, 10)
        assert {name: t.values.tobytes() for name, t in after.weights().items()} == {
            name: t.values.tobytes() for name, t in before.weights().items()
        }
        assert all(t.data_start % 16 == 0 for t in after.tensors if t.data_start is not None)


def test_a_truncated_network_computes_the_intermediate_tensor(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    """Against an interpreter that preserves all tensors of the whole network."""
    for model in (pair.reference, pair.target):
        kept = ActivationRecorder(model).record(inputs[:5])
        for (_, tensor), expected in zip(model.graph.from_input(), kept, strict=True):
            cut = with_fixed_batch(model, 5, output=tensor.index)
            assert np.array_equal(run_as_it_is(cut, inputs[:5]), expected)


@pytest.mark.parametrize("name", [name for name in NETWORKS if not name.startswith("batch")])
def test_other_networks_can_be_given_a_fixed_batch(name: str, inputs: npt.NDArray[np.float32]) -> None:
    """With shapes known, XNNPACK may run more operators, and sum in an order different from LiteRT's own kernels."""
    for model in (stranger(name).reference, stranger(name).target):
        expected = Classifier(model, batch_size=6).logits(inputs[:6])
        found = run_as_it_is(with_fixed_batch(model, 6), inputs[:6])
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_batch_size_that_is_already_fixed_stays(inputs: npt.NDArray[np.float32]) -> None:
    model = stranger("batch of 7").reference
    again = with_fixed_batch(model, 7)
    assert np.array_equal(run_as_it_is(again, inputs[:7]), run_as_it_is(model, inputs[:7]))
    with pytest.raises(ModelFileError, match="batch of 7 takes 7 images at a time, and cannot be changed to take 10"):
        with_fixed_batch(model, 10)


def test_files_other_than_digit_classifiers_are_rejected(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="notes is not a LiteRT model"):
        with_fixed_batch(ModelFile(b"hello", "notes"), 1)

    def two_inputs(tree: object, _operators: object) -> None:
        graph = tree.subgraphs[0]  # type: ignore[attr-defined]  # the schema has no types
        graph.inputs = [graph.inputs[0], graph.inputs[0]]

    with pytest.raises(ModelFileError, match="two has 2 inputs and 1 output; choose a digit classifier"):
        with_fixed_batch(edited(pair.reference, two_inputs, "two"), 1)
