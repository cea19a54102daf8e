"""Samples: given, declared, stated by the file, or made up."""

import io
from typing import Any

import numpy as np
import pytest

from fp16core.diagnosis.inputs import build
from fp16core.diagnosis.inputs.build import build_samples
from fp16core.diagnosis.inputs.made_up import LABELS
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.running.names import input_names
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.vocabulary import DatasetError, ModelFileError
from tests.helpers.networks.graphs import Graph
from tests.helpers.places import ROOT
from tests.networks.diagnosis.verdicts import contents

EMBEDDINGS = ModelFile(contents("embeddings"), "embeddings")


def archive(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def two_inputs(*names: str, shape: tuple[int, ...] = (1, 4)) -> ModelFile:
    graph = Graph()
    given = [graph.input(name, shape) for name in names]
    graph.outputs = [graph.add("ADD", "sum", *given)]
    return ModelFile(graph.file(), "sums")


def open_sizes() -> ModelFile:
    """The first two sizes of the input are chosen at run time."""
    graph = Graph()
    given = graph.input("words", (1, 5, 4))
    graph.outputs = [graph.add("MUL", "squares", given, given)]
    content = unpacked(ModelFile(graph.file()))
    for tensor in content.subgraphs[0].tensors:
        tensor.shapeSignature = [-1, -1, 4]
    return ModelFile(packed(content), "open")


def test_made_up_values_are_random_zero_constant_and_at_both_ends() -> None:
    samples = build_samples(two_inputs("a", "b"), DiagnosisOptions(ranges={"a": (-2, 6)}))
    assert samples.labels == LABELS
    assert not samples.are_real
    first, second = samples.arrays.values()
    assert [(values.min(), values.max()) for values in first[2:]] == [(0, 0), (4, 4), (-2, -2), (6, 6)]
    assert first[:2].min() >= -2 < 5 < first[:2].max() <= 6
    assert (second.min(), second.max()) == (-1, 1)
    assert not np.array_equal(first[0], first[1])
    assert samples.origins == {
        "a": "from −2 to 6 (declared)",
        "b": "from −1 to 1 (made up, as nothing states a range)",
    }


def test_made_up_values_are_the_same_each_time() -> None:
    first, second = (build_samples(EMBEDDINGS, DiagnosisOptions()) for _ in range(2))
    for name, values in first.arrays.items():
        np.testing.assert_array_equal(values, second.arrays[name])


def test_integers_choose_rows_of_the_table_that_they_index() -> None:
    samples = build_samples(EMBEDDINGS, DiagnosisOptions())
    words = samples.arrays["words"]
    assert (str(words.dtype), words.min(), words.max()) == ("int32", 0, 49)
    assert samples.origins["words"] == "from 0 to 49 (rows of 'table')"


def test_samples_that_are_equal_are_kept_once() -> None:
    samples = build_samples(two_inputs("a", "b"), DiagnosisOptions(ranges={"a": (0, 0), "b": (0, 0)}))
    assert samples.labels == ("random values 1",)


def test_the_first_size_is_one_unless_declared_and_others_must_be_declared() -> None:
    with pytest.raises(ModelFileError, match=r"input 'words' takes any × any × 4, .*--shape words=1,1,4"):
        build_samples(open_sizes(), DiagnosisOptions())
    samples = build_samples(open_sizes(), DiagnosisOptions(shapes={"words": (2, 7, 4)}))
    assert samples.shapes == ((2, 7, 4),)


@pytest.mark.parametrize("shape", [(2, 7), (2, 7, 5), (0, 7, 4), (-1, 7, 4)])
def test_a_declared_shape_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelFileError, match=r"--shape gives input 'words' the shape .*; open takes any × any × 4"):
        build_samples(open_sizes(), DiagnosisOptions(shapes={"words": shape}))


@pytest.mark.parametrize("ends", [(1.0, -1.0), (0.0, float("nan")), (0.0, float("inf")), (0.0, 1e39)])
def test_an_impossible_range_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ModelFileError, match="--range gives input 'a'"):
        build_samples(two_inputs("a", "b"), DiagnosisOptions(ranges={"a": ends}))


def test_a_range_without_whole_numbers_is_refused_for_integers() -> None:
    with pytest.raises(ModelFileError, match="hold no int32 numbers"):
        build_samples(EMBEDDINGS, DiagnosisOptions(ranges={"words": (0.2, 0.8)}))


def test_samples_of_a_large_shape_are_refused_before_they_are_made() -> None:
    with pytest.raises(ModelFileError, match="samples of input 'words' have 240 GB; at most 256 MB are made up"):
        build_samples(open_sizes(), DiagnosisOptions(shapes={"words": (50_000, 50_000, 4)}))


def test_inputs_without_a_name_or_with_the_same_one_are_told_apart() -> None:
    assert input_names(two_inputs("", "")) == ("input 1", "input 2")
    assert input_names(two_inputs("a", "a")) == ("a", "a (input 2)")
    samples = build_samples(two_inputs("a", "a"), DiagnosisOptions(ranges={"a (input 2)": (5, 6)}))
    assert [float(values.max()) for values in samples.arrays.values()] == [1, 6]


def test_given_arrays_count_samples_along_the_first_axis_with_or_without_a_batch_of_one() -> None:
    words, features = np.arange(24).reshape(3, 8), np.ones((3, 1, 4), np.float64)
    samples = build_samples(EMBEDDINGS, DiagnosisOptions(inputs=archive(words=words, features=features)))
    assert (len(samples), samples.are_real) == (3, True)
    assert samples.shapes == ((1, 8), (1, 4))
    assert samples.labels[1] == "sample 2 of the inputs"
    first, second = samples[2]
    np.testing.assert_array_equal(first, words[2:3])
    assert (str(first.dtype), str(second.dtype)) == ("int32", "float32")


def test_given_arrays_decide_the_sizes_that_the_file_leaves_open() -> None:
    samples = build_samples(open_sizes(), DiagnosisOptions(inputs=archive(words=np.ones((3, 2, 7, 4), np.float32))))
    assert samples.shapes == ((2, 7, 4),)


def test_more_samples_than_are_used_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_SAMPLES", 2)
    samples = build_samples(
        two_inputs("a", "b"), DiagnosisOptions(inputs=archive(a=np.ones((5, 4)), b=np.ones((5, 4))))
    )
    assert len(samples) == 2
    assert samples.shapes == ((1, 4), (1, 4))


FEATURES, WORDS = np.ones((2, 4), np.float32), np.zeros((2, 8), np.int64)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"words": WORDS}, "array 'features' is missing"),
        (
            {"words": WORDS, "features": FEATURES, "more": WORDS},
            "array 'more' is no input of embeddings.*, which takes 'words'",
        ),
        (
            {"words": WORDS, "features": np.ones((2, 5))},
            "array 'features' is 2 × 5; expected samples along its first axis, each of 1 × 4",
        ),
        ({"words": WORDS[:1], "features": FEATURES}, "1 sample of 'words', 2 samples of 'features'"),
        ({"words": WORDS + 0.5, "features": FEATURES}, "'words' has dtype float64; the model takes int32"),
        ({"words": WORDS + 2**40, "features": FEATURES}, "'words' has numbers that int32 cannot hold"),
        ({"words": WORDS, "features": FEATURES * np.nan}, r"'features' contains nan at \[0, 0\]"),
        ({"words": WORDS, "features": np.full((2, 4), 1e300)}, r"'features' contains 1e\+300 at \[0, 0\]"),
        ({"words": WORDS, "features": np.array(["a"] * 2)}, "dtype <U1; expected numbers"),
        ({"words": WORDS, "features": np.ones((0, 4))}, "of which at least one is needed"),
        ({"words": WORDS, "features": np.float32(1)}, "'features' is a single number; the first axis counts samples"),
    ],
)
def test_an_archive_that_does_not_fit_is_refused_with_the_array_and_the_remedy(
    arrays: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(DatasetError, match=sentence):
        build_samples(EMBEDDINGS, DiagnosisOptions(inputs=archive(**arrays)))


def test_a_file_that_is_no_archive_is_refused() -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        build_samples(EMBEDDINGS, DiagnosisOptions(inputs=b"no archive"))


def test_an_array_is_refused_by_its_header_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fp16core.diagnosis.inputs.archive.MAX_ARRAY_BYTES", 100)
    with pytest.raises(DatasetError, match="array 'words' has 128 B; at most 100 B are read"):
        build_samples(EMBEDDINGS, DiagnosisOptions(inputs=archive(words=WORDS, features=FEATURES)))


def test_the_names_of_a_signature_are_names_of_inputs_too() -> None:
    model = ModelFile(contents_of("residual"), "residual")
    samples = build_samples(model, DiagnosisOptions(ranges={signature_name(model): (0, 1)}))
    assert next(iter(samples.origins.values())) == "from 0 to 1 (declared)"


def contents_of(name: str) -> bytes:
    return (ROOT / "tests" / "networks" / f"{name}.reference.tflite").read_bytes()


def signature_name(model: ModelFile) -> str:
    name: bytes = unpacked(model).signatureDefs[0].inputs[0].name
    assert name.decode() != model.graph.inputs[0].name
    return name.decode()
