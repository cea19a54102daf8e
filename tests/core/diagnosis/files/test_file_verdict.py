"""Verdicts on files: what was cast, what became of the numbers, and what is said of it."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import INTEGER_RECIPES, quantize_integer, quantize_tflite
from fp16core.diagnosis.file_results import FileVerdict
from fp16core.diagnosis.files import file_verdict as file_verdict_module
from fp16core.diagnosis.files.file_verdict import file_verdict
from fp16core.diagnosis.finding import Finding
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.vocabulary import ModelFileError, PairError
from tests.helpers.networks.edited import older
from tests.helpers.networks.handmade import LARGE, dense, scaled
from tests.helpers.networks.strangers import TOO_LARGE, stranger
from tests.networks.casts import make


def verdict(model: ModelFile, target: ModelFile | None = None) -> FileVerdict:
    return file_verdict(model, target)[0]


def casts_file(name: str, role: str = "reference") -> ModelFile:
    return ModelFile((make.FOLDER / make.file_name(name, role)).read_bytes(), name)


def test_numbers_are_counted_by_what_becomes_of_them() -> None:
    """By hand: 70,000 and 65,520 round to infinity, 65,519 to 65,504; 2⁻²⁶ to 0; 2⁻²⁰ is subnormal."""
    weights = np.ones((10, 784), np.float32)
    weights[:5, 0] = 70_000, 65_520, 65_519, 2.0**-26, 2.0**-20
    found = verdict(dense(weights))
    quantizer, tensorflow = (cast.tensors[0] for cast in found.casts)
    assert (quantizer.infinite, quantizer.clamped, quantizer.zero, quantizer.subnormal) == (2, 0, 1, 1)
    assert (tensorflow.infinite, tensorflow.clamped, tensorflow.zero, tensorflow.subnormal) == (0, 2, 1, 1)
    assert quantizer.max_relative_error == tensorflow.max_relative_error == 1.0
    assert quantizer.weights == 7840
    assert quantizer.operators == (1,)
    assert found.finding is Finding.BREAKS
    assert "2 numbers become infinite (“matrix 0”)" in found.sentence
    assert "would clamp to ±65,504 what becomes infinite here" in found.sentence


def test_a_relative_error_is_that_of_the_worst_number_and_infinities_have_none() -> None:
    weights = np.ones((10, 784), np.float32)
    weights[0, :3] = 1 + 2.0**-11, 1e9, -1.5  # a tie to even, which rounds down
    (cast, _) = verdict(dense(weights)).casts
    assert cast.tensors[0].max_relative_error == 2.0**-11 / (1 + 2.0**-11)
    assert cast.tensors[0].infinite == 1


def test_kinds_that_litert_quantizer_leaves_alone_are_named_with_their_bytes() -> None:
    found = verdict(casts_file("embedding"))
    quantizer, tensorflow = found.casts
    kept = {kind.kind: (kind.cast_weights, kind.kept_weights, kind.kept_bytes) for kind in quantizer.kinds}
    assert kept == {"GATHER": (0, 160, 640), "FULLY_CONNECTED": (32, 4, 16)}
    assert {kind.kind: (kind.cast_weights, kind.kept_weights) for kind in tensorflow.kinds} == {
        "GATHER": (160, 0),
        "FULLY_CONNECTED": (36, 0),
    }
    assert "those left in float32 belong to GATHER and FULLY_CONNECTED" in found.sentence
    assert found.finding is Finding.SAFE


def test_the_account_is_of_the_files_to_the_byte() -> None:
    model = stranger("two convolutions").reference
    found, target = file_verdict(model)
    assert target is not None
    account = found.casts[0].account
    assert (account.reference_bytes, account.target_bytes) == (model.size_bytes, target.size_bytes)
    assert target.contents == quantize_tflite(model).contents


def test_codes_in_the_old_place_are_filled_in_and_it_is_said() -> None:
    model = stranger("two convolutions").reference
    old, target = file_verdict(older(model))
    assert old.codes_filled_in
    assert old.sentence.startswith("Its operator codes stand where only older converters look")
    assert old.casts[0].kinds == verdict(model).casts[0].kinds
    assert target is not None
    assert any(tensor.dtype == "float16" for tensor in target.graph.tensors)
    assert not verdict(model).codes_filled_in


def test_if_litert_quantizer_casts_nothing_it_is_said_and_the_rule_of_tensorflow_makes_the_file() -> None:
    found, target = file_verdict(scaled(np.array([0.1, 2.5], np.float32)))
    assert "LiteRT Quantizer casts nothing: 2 numbers of MUL stay in float32." in found.sentence
    assert "Cast by TensorFlow's converter, the file stores 2 of 2 numbers as float16" in found.sentence
    assert target is not None
    assert [tensor.dtype for tensor in target.graph.tensors if tensor.is_constant] == ["float16"]


def test_weights_within_loops_are_cast_and_it_is_said_that_their_operators_are_out_of_sight() -> None:
    found, target = file_verdict(casts_file("loop"))
    assert "It has 3 graphs" in found.sentence
    assert target is not None
    for cast in found.casts:
        assert [(tensor.weights, tensor.operators) for tensor in cast.tensors] == [(64, ())]
        assert [(kind.kind, kind.cast_weights) for kind in cast.kinds] == [("FULLY_CONNECTED", 64)]
    assert not found.refused


def test_the_reason_of_a_converter_that_rejects_the_model_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def rejects(_model: ModelFile) -> ModelFile:
        raise ModelFileError("LiteRT Quantizer has its reasons.")

    monkeypatch.setitem(file_verdict_module._CONVERTERS, "LiteRT Quantizer", rejects)
    found, target = file_verdict(stranger("dense only").reference)
    assert found.refused == {"LiteRT Quantizer": "LiteRT Quantizer has its reasons."}
    assert found.sentence.startswith(
        "LiteRT Quantizer rejects the model: LiteRT Quantizer has its reasons. Cast by Tens"
    )
    assert [cast.by for cast in found.casts] == ["TensorFlow's converter"]
    assert target is not None


def test_a_file_without_floating_point_numbers_has_no_verdict_but_a_sentence() -> None:
    weights = stranger("dense only").reference
    content = unpacked(weights)
    graph = content.subgraphs[0]
    for op in graph.operators:
        op.inputs = [index for index in op.inputs if content.buffers[graph.tensors[index].buffer].data is None]
    found, target = file_verdict(ModelFile(packed(content), "bare"))
    assert (found.finding, target, found.casts) == (Finding.UNKNOWN, None, ())
    assert found.sentence.startswith("bare stores no float32 numbers that an operator reads")


def test_integer_weights_are_counted_apart() -> None:
    found = verdict(quantize_integer(stranger("dense only").reference, next(iter(INTEGER_RECIPES))))
    assert "bytes of weights are int8 already; float16 does not concern them." in found.sentence


def test_a_sparse_constant_is_left_alone_and_what_is_stored_of_it_is_counted() -> None:
    content = unpacked(scaled(np.array([0.1, 2.5], np.float32)))
    tensor = content.subgraphs[0].tensors[content.subgraphs[0].operators[0].inputs[1]]
    tensor.sparsity = schema.SparsityParametersT()
    tensor.shape = np.array([2000], np.int32)
    found, target = file_verdict(ModelFile(packed(content)))
    assert (found.finding, target) == (Finding.UNKNOWN, None)
    assert [(kind.kept_weights, kind.kept_bytes) for cast in found.casts for kind in cast.kinds] == [(2, 8)]


def test_a_given_file_is_judged_as_itself() -> None:
    kept = stranger(TOO_LARGE)
    found, target = file_verdict(kept.reference, kept.target)
    assert target is kept.target
    (cast,) = found.casts
    counts = {tensor.weights: (tensor.infinite, tensor.clamped) for tensor in cast.tensors}
    beyond = int(np.count_nonzero(np.abs(LARGE) >= 65_520))
    assert counts == {7840: (0, beyond), 10: (0, 0)}
    assert found.finding is Finding.NOTHING_FOUND
    assert found.sentence.startswith("The given file stores 7,850 of 7,850 numbers as float16.")


def test_a_given_file_in_which_nothing_was_cast_is_not_passed_over() -> None:
    model = stranger("dense only").reference
    found, target = file_verdict(model, model)
    assert found.finding is Finding.UNKNOWN
    assert target is model
    assert "In the given file, nothing was cast" in found.sentence


def test_a_given_file_of_another_network_is_refused() -> None:
    with pytest.raises(PairError, match="was not made from"):
        file_verdict(stranger("dense only").reference, stranger("softmax").target)


def test_a_model_that_is_float16_already_is_judged_as_it_is() -> None:
    model = stranger("softmax").target
    found, target = file_verdict(model)
    assert (found.finding, target) == (Finding.UNKNOWN, model)
    assert found.sentence.startswith("It holds float16 weights already, 6,810 of 6,810 numbers.")


def test_damaged_copies_give_a_sentence() -> None:
    """Bytes changed at random: a verdict or a named error, whatever they hit."""
    contents = casts_file("branches").contents
    random = np.random.default_rng(0)
    findings: set[Finding] = set()
    sentences: list[str] = []
    for _ in range(100):
        damaged = bytearray(contents)
        for place in random.integers(8, len(damaged), 3).tolist():
            damaged[place] = random.integers(256)
        try:
            findings.add(verdict(ModelFile(bytes(damaged), "damaged")).finding)
        except (ModelFileError, PairError) as error:
            sentences.append(str(error))
    assert Finding.SAFE in findings
    assert sentences
    assert all(sentence.endswith(".") for sentence in sentences)
