"""Recorded activations, against the interpreter and a float64 forward pass."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import flatbuffers
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from fp16core.numerics.propagation import PairRecorder
from fp16core.runtime.activations import ActivationRecorder
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ImageError, PairError
from tests.helpers.networks.oracles import forward

FloatArray = npt.NDArray[np.float64]

PLACES = {(28, 28, 1): 0, (26, 26, 12): 1, (13, 13, 12): 2, (2028,): 3, (10,): 4}
"""Of the tutorial's activations, by their shapes."""

STEPS = ["RESHAPE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]


@pytest.mark.parametrize("role", ["reference", "target"])
def test_activations_are_those_of_a_float64_forward_pass(
    pair: ModelPair, inputs: npt.NDArray[np.float32], role: str
) -> None:
    model = getattr(pair, role)
    found = ActivationRecorder(model).record(inputs)
    for values, exact, roundings in zip(found, forward(model, inputs), (0, 10, 10, 10, 60), strict=True):
        assert values.shape == exact.shape
        # Float32 arithmetic is off by at most 2⁻²⁴ of the largest term for each addition.
        assert np.abs(values - exact).max() <= roundings * 2**-24 * max(1.0, np.abs(exact).max())


@pytest.mark.parametrize("role", ["reference", "target"])
def test_activations_are_the_tensors_that_the_interpreter_preserves(
    pair: ModelPair, inputs: npt.NDArray[np.float32], role: str
) -> None:
    """Only activations have a first dimension of 7."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        bare = Interpreter(model_content=getattr(pair, role).contents, experimental_preserve_all_tensors=True)
    place = bare.get_input_details()[0]["index"]
    bare.resize_tensor_input(place, (7, 28, 28))
    bare.allocate_tensors()
    bare.set_tensor(place, inputs[:7])
    bare.invoke()
    details = [d for d in bare.get_tensor_details() if d["dtype"] == np.float32 and tuple(d["shape"])[:1] == (7,)]
    preserved = [bare.get_tensor(d["index"]) for d in details if d["index"] != place]
    found = ActivationRecorder(getattr(pair, role)).record(inputs[:7])
    assert len(found) == len(preserved) == 5
    for values, tensor in zip(found, sorted(preserved, key=lambda t: PLACES[t.shape[1:]]), strict=True):
        assert np.array_equal(values, tensor)


@pytest.mark.parametrize("role", ["reference", "target"])
def test_keeping_all_tensors_does_not_change_the_logits(
    pair: ModelPair, inputs: npt.NDArray[np.float32], role: str
) -> None:
    model = getattr(pair, role)
    for count in (1, 25, 203):
        kept = ActivationRecorder(model).record(inputs[:count])[-1]
        assert np.array_equal(kept, Classifier(model).logits(inputs[:count]))


def test_steps_are_the_operators_that_compute_from_the_image(pair: ModelPair, recorder: PairRecorder) -> None:
    """The target also dequantizes weights, and both models compute shapes; neither counts as a step."""
    assert [step.operator for step in recorder.steps] == STEPS
    assert [step.fused for step in recorder.steps] == ["NONE", "RELU", "NONE", "NONE", "NONE"]
    assert [step.shape for step in recorder.steps] == list(PLACES)
    assert sum(op.name == "DEQUANTIZE" for op in pair.target.graph.operators) == 4


def test_threads_sharing_a_recorder_get_their_own_activations(
    recorder: PairRecorder, inputs: npt.NDArray[np.float32]
) -> None:
    alone = recorder.record(inputs)
    places = np.random.default_rng(2).integers(0, 200, 200).tolist()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda at: recorder.record(inputs[at : at + 3]), places))
    for at, activations in zip(places, found, strict=True):
        for ours, whole in zip(activations.target, alone.target, strict=True):
            assert np.array_equal(ours, whole[at : at + 3])


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((0, 28, 28), np.float32), "there are 0 images"),
        (np.zeros((2, 28, 27), np.float32), "images are 2 × 28 × 27;"),
        (np.full((1, 28, 28), np.nan, np.float32), "contain nan"),
    ],
)
def test_wrong_images_are_rejected_with_a_reason(pair: ModelPair, images: npt.NDArray[np.float32], words: str) -> None:
    with pytest.raises(ImageError, match=words):
        ActivationRecorder(pair.reference).record(images)


def test_models_whose_operators_do_not_correspond_are_rejected(pair: ModelPair) -> None:
    tree = schema.ModelT.InitFromPackedBuf(pair.target.contents)
    tree.subgraphs[0].operators[8].builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.TANH
    builder = flatbuffers.Builder(pair.target.size_bytes)
    builder.Finish(tree.Pack(builder), b"TFL3")
    with pytest.raises(PairError, match=r"mnist_model\.tflite computes .*CONV_2D \+ RELU .*CONV_2D \+ TANH .*choose"):
        PairRecorder(ModelPair("unlike", pair.reference, ModelFile(bytes(builder.Output()))))
