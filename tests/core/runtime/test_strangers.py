"""Networks other than the tutorial's, with Keras's own answers as the oracle."""

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import gather_evidence
from fp16core.convert.quantizer import quantize_tflite
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import compare
from fp16core.lab.dial import packed_size_bytes
from fp16core.numerics.propagation import PairRecorder
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.runtime.activations import ActivationRecorder
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.delegation import UpsamplingStage, upsampling_stage
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_values
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.strangers import NETWORKS, Stranger, stranger
from tests.helpers.places import TestSet


@pytest.fixture(scope="module", params=NETWORKS)
def theirs(request: pytest.FixtureRequest) -> Stranger:
    return stranger(request.param)


@pytest.mark.parametrize("count", [1, 25, 30])
def test_any_number_of_images_gives_keras_answers(
    theirs: Stranger, inputs: npt.NDArray[np.float32], count: int
) -> None:
    answers = Classifier(theirs.reference).logits(inputs[:count])
    expected = theirs.answers[:count]
    assert answers.shape == (count, 10)
    # Sums of some thousand products in another order, and a variance's reciprocal root.
    assert np.abs(answers - expected).max() <= 1e-4 * max(1, np.abs(expected).max())


def test_the_targets_logits_are_close(theirs: Stranger, test_set: TestSet) -> None:
    for target in (theirs.target, quantize_tflite(theirs.reference)):
        found = compare(ModelPair(theirs.name, theirs.reference, target), test_set[0][:50], test_set[1][:50])
        assert 0 < found.max_abs_logit_delta < 0.02


def test_every_stored_number_has_a_key_in_both_files(theirs: Stranger) -> None:
    """All trained tensors, scalars included, once each; those that were cast equal NumPy's cast."""
    roundings = weight_roundings(theirs.pair)
    for model in (theirs.reference, theirs.target):
        file = model.graph
        keyed = {tensor.buffer for tensor in file.weights().values()}
        assert keyed == {tensor.buffer for tensor in file.parameters()}
        assert len({tensor.index for tensor in file.weights().values()}) == len(roundings)
    assert all(rounding.bits_match_numpy for rounding in roundings.values())
    assert any(rounding.was_cast for rounding in roundings.values())


def test_a_dense_network_has_as_many_weights_as_its_layers_need() -> None:
    theirs = stranger("dense only")
    sizes = [tensor.values.size for tensor in theirs.reference.graph.weights().values()]
    assert sum(sizes) == 784 * 8 + 8 + 8 * 10 + 10


def test_upsampling_is_exact_whatever_the_constants(theirs: Stranger, test_set: TestSet) -> None:
    """The float32 file with the float16 values returns the logits of the float16 file: no constant is missed."""
    images, labels = test_set[0][:50], test_set[1][:50]
    evidence = gather_evidence(theirs.pair, compare(theirs.pair, images, labels), images)
    assert evidence.upsampling_difference <= 1e-6
    assert len(check_claims(evidence)) == 13


def test_every_byte_is_accounted_for(theirs: Stranger) -> None:
    for model in (theirs.reference, theirs.target):
        ledger = byte_ledger(model)
        assert sum(entry.size_bytes for entry in ledger) == model.size_bytes
        parameters = {tensor.buffer: len(tensor.stored_bytes) for tensor in model.graph.parameters()}
        assert sum(entry.size_bytes for entry in ledger if entry.is_parameter) == sum(parameters.values())
    assert packed_size_bytes(theirs.pair, 16) <= theirs.target.size_bytes
    assert packed_size_bytes(theirs.pair, 1) > 0


def test_a_fixed_batch_gives_each_image_its_own_activations(test_set: TestSet) -> None:
    """Alone in a padded batch, or in the middle of a full one."""
    inputs = normalise(test_set[0][:10])
    for name in ("batch of 1", "batch of 7"):
        recorder = ActivationRecorder(stranger(name).reference)
        together = recorder.record(inputs)
        for place in range(10):
            for alone, many in zip(recorder.record(inputs[place : place + 1]), together, strict=True):
                assert np.array_equal(alone[0], many[place])
        assert np.array_equal(together[-1], Classifier(stranger(name).reference).logits(inputs))


@pytest.mark.parametrize("name", ["batch of 1", "batch of 7", "two convolutions"])
def test_the_stage_of_upsampling_is_found_whatever_the_input(name: str, test_set: TestSet) -> None:
    target, image = stranger(name).target, normalise(test_set[0][0])
    assert upsampling_stage(target, image) is UpsamplingStage.LOADING
    assert upsampling_stage(target, image, delegated=False) is UpsamplingStage.FIRST_RUN


def test_activations_without_a_row_for_each_image_are_rejected(inputs: npt.NDArray[np.float32]) -> None:
    """A recurrent network moves time to the first axis."""
    with pytest.raises(ModelFileError, match=r"for 5 images, TRANSPOSE returned .* expected one row for each image"):
        PairRecorder(stranger("recurrent").pair).record(inputs[:5])


def test_a_constant_that_shares_its_buffer_cannot_be_replaced() -> None:
    """The recurrent network's initial state, 0.0, shares its buffer with an integer 0."""
    model = stranger("recurrent").reference
    file = model.graph
    shared = file.weights()["fill.constant"]
    others = {tensor.dtype for tensor in file.tensors if tensor.buffer == shared.buffer}
    assert others == {"float32", "int32"}
    assert replace_values(model, {shared.index: np.zeros((), np.float32)}) == model
    with pytest.raises(ModelFileError, match="shares its bytes with"):
        replace_values(model, {shared.index: np.ones((), np.float32)})
