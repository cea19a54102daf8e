"""The shared classifier: correct results from many threads, clear errors."""

from concurrent.futures import ThreadPoolExecutor

import flatbuffers
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from fp16core.runtime.classifier import BATCH_SIZE, Classifier
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ImageError, ModelFileError


@pytest.fixture(scope="module")
def expected(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Logits computed as in the tutorial: a bare interpreter, one image at a time."""
    interpreter = Interpreter(model_content=pair.target.contents)
    interpreter.allocate_tensors()
    answers = []
    for image in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image[None])
        interpreter.invoke()
        answers.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0])
    return np.array(answers)


@pytest.mark.parametrize("count", [0, 1, BATCH_SIZE - 1, BATCH_SIZE, BATCH_SIZE + 1, 203])
def test_any_number_of_images_gives_what_single_images_give(
    pair: ModelPair, inputs: npt.NDArray[np.float32], expected: npt.NDArray[np.float32], count: int
) -> None:
    logits = Classifier(pair.target).logits(inputs[:count])
    assert logits.shape == (count, 10)
    assert logits.dtype == np.float32
    assert np.array_equal(logits, expected[:count])


def test_threads_sharing_one_classifier_get_their_own_answers(
    pair: ModelPair, inputs: npt.NDArray[np.float32], expected: npt.NDArray[np.float32]
) -> None:
    """Eight threads, 400 calls of mixed sizes; an unguarded interpreter fails most of these."""
    shared = Classifier(pair.target)
    random = np.random.default_rng(1)
    spans = [
        (int(start), int(start + size))
        for start, size in zip(random.integers(0, 150, 400), random.integers(1, 53, 400), strict=True)
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda span: shared.logits(inputs[slice(*span)]), spans))
    for (start, stop), answer in zip(spans, answers, strict=True):
        assert np.array_equal(answer, expected[start:stop])


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (np.zeros((28, 28), np.float32), "images are 28 × 28; expected n × 28 × 28"),
        (np.zeros((2, 28, 27), np.float32), "images are 2 × 28 × 27;"),
        (np.zeros((2, 28, 28, 1), np.float32), "images are 2 × 28 × 28 × 1;"),
        (np.zeros((2, 28, 28), np.uint8), "dtype uint8; expected float32"),
        (np.full((2, 28, 28), np.nan, np.float32), r"contain nan at \[0, 0, 0\]"),
        (np.full((1, 28, 28), np.inf, np.float32), "contain inf"),
    ],
)
def test_wrong_images_are_rejected_with_a_reason(pair: ModelPair, images: npt.NDArray[np.float32], words: str) -> None:
    with pytest.raises(ImageError, match=words):
        Classifier(pair.reference).logits(images)


def edited(model: ModelFile, tensor: int, shape: list[int], name: str) -> ModelFile:
    """Copy of a file with the shape and shape signature of one tensor changed, by the schema's own writer."""
    tree = schema.ModelT.InitFromPackedBuf(model.contents)
    tree.subgraphs[0].tensors[tensor].shapeSignature = shape
    tree.subgraphs[0].tensors[tensor].shape = [abs(n) for n in shape]
    builder = flatbuffers.Builder(model.size_bytes)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return ModelFile(bytes(builder.Output()), name)


def test_models_of_other_shapes_are_rejected(pair: ModelPair) -> None:
    file = pair.reference.graph
    nine = edited(pair.reference, file.outputs[0].index, [-1, 9], "nines")
    with pytest.raises(ModelFileError, match=r"nines returns float32 n × 9; expected float32 logits"):
        Classifier(nine)
    wide = edited(pair.reference, file.inputs[0].index, [-1, 32, 32], "wide")
    with pytest.raises(ModelFileError, match=r"wide takes float32 n × 32 × 32; expected float32 images"):
        Classifier(wide)


def test_damaged_models_are_rejected(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="cut"):
        Classifier(ModelFile(pair.reference.contents[:50_000], "cut"))
