"""Files for one size of batch compute what the original computes, bit for bit."""

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
    """By an interpreter that is told nothing of batches."""
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


def test_a_fixed_batch_has_no_arithmetic_on_shapes_and_aligned_data(pair: ModelPair) -> None:
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


def test_a_network_cut_off_computes_what_lies_within(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    """Against an interpreter that keeps all tensors of the whole network."""
    for model in (pair.reference, pair.target):
        kept = ActivationRecorder(model).record(inputs[:5])
        for (_, tensor), expected in zip(model.graph.from_input(), kept, strict=True):
            cut = with_fixed_batch(model, 5, output=tensor.index)
            assert np.array_equal(run_as_it_is(cut, inputs[:5]), expected)


@pytest.mark.parametrize("name", [name for name in NETWORKS if not name.startswith("batch")])
def test_other_networks_can_be_fixed_too(name: str, inputs: npt.NDArray[np.float32]) -> None:
    """XNNPACK may take operators whose shapes it now knows, and sum in another order than LiteRT's own kernels."""
    for model in (stranger(name).reference, stranger(name).target):
        expected = Classifier(model, batch_size=6).logits(inputs[:6])
        found = run_as_it_is(with_fixed_batch(model, 6), inputs[:6])
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_size_that_is_fixed_already_stays(inputs: npt.NDArray[np.float32]) -> None:
    model = stranger("batch of 7").reference
    again = with_fixed_batch(model, 7)
    assert np.array_equal(run_as_it_is(again, inputs[:7]), run_as_it_is(model, inputs[:7]))
    with pytest.raises(ModelFileError, match="batch of 7 takes 7 images at a time, and cannot be made to take 10"):
        with_fixed_batch(model, 10)


def test_what_is_no_digit_classifier_is_refused(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="notes is not a LiteRT model"):
        with_fixed_batch(ModelFile(b"hello", "notes"), 1)

    def two_inputs(tree: object, _operators: object) -> None:
        graph = tree.subgraphs[0]  # type: ignore[attr-defined]  # the schema has no types
        graph.inputs = [graph.inputs[0], graph.inputs[0]]

    with pytest.raises(ModelFileError, match="two has 2 inputs and 1 output; choose a digit classifier"):
        with_fixed_batch(edited(pair.reference, two_inputs, "two"), 1)
