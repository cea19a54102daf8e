"""Files packed anew, and those of older converters, whose operator codes today's tools look for in vain."""

from dataclasses import replace

import flatbuffers
import numpy as np
import numpy.typing as npt
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import INTEGER_RECIPES, quantize_integer, quantize_tflite
from fp16core.evaluate.comparison import Comparison
from fp16core.lab.conversions import convert_both_ways
from fp16core.lab.folding import fold_dequantize
from fp16core.runtime.classifier import Classifier
from fp16core.runtime.delegation import delegate_partitions
from fp16core.runtime.fixed_batch import with_fixed_batch
from fp16core.tflite.chain import read_chain
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.packing import packed, unpacked, with_current_codes
from fp16core.tflite.reader import read_tflite
from fp16core.tflite.replace import replace_weights
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.edited import older
from tests.helpers.places import TestSet


@pytest.fixture(scope="module")
def old(pair: ModelPair) -> ModelPair:
    return replace(pair, name="old", reference=older(pair.reference), target=older(pair.target), run={})


def codes(model: ModelFile) -> list[tuple[int, int]]:
    """The newer and the deprecated field of each operator code, as the schema reads them."""
    root = schema.Model.GetRootAs(model.contents)
    found = map(root.OperatorCodes, range(root.OperatorCodesLength()))
    return [(code.BuiltinCode(), code.DeprecatedBuiltinCode()) for code in found]


def test_the_older_file_is_one_that_litert_quantizer_leaves_as_it_is(old: ModelPair) -> None:
    """Without a word: so this file tells whether the cure below is one."""
    from litert_quantizer import quantizer, recipe

    assert {new for new, _ in codes(old.reference)} == {0}
    work = quantizer.Quantizer(old.reference.contents)
    work.load_quantization_recipe(recipe.weight_only_wi8_afp32())
    untouched = work.quantize(enable_progress_bar=False, enable_progress_report=False).quantized_model
    assert {tensor.dtype for tensor in read_tflite(bytes(untouched)).weights().values()} == {"float32"}


def test_an_older_files_weights_are_cast_as_numpy_casts_them(old: ModelPair, pair: ModelPair) -> None:
    weights = pair.reference.graph.weights()
    made = quantize_tflite(old.reference)
    stored = made.graph.weights()
    assert stored.keys() == weights.keys()
    for key in ("conv_2d.kernel", "fully_connected.weights"):
        assert stored[key].dtype == "float16"
        assert stored[key].values.tobytes() == weights[key].values.astype(np.float16).tobytes()
    assert 0.5 < made.size_bytes / old.reference.size_bytes < 0.55


@pytest.mark.parametrize("recipe", INTEGER_RECIPES)
def test_an_older_files_weights_become_whole_numbers_too(old: ModelPair, recipe: str) -> None:
    kinds = {tensor.dtype for tensor in quantize_integer(old.reference, recipe).graph.tensors}
    assert recipe.split()[0] in kinds


def test_an_older_file_answers_as_ever_and_so_does_what_is_made_of_it(
    old: ModelPair, pair: ModelPair, inputs: npt.NDArray[np.float32]
) -> None:
    """Bit for bit, whether packed anew, quantized, or fixed to a size of batch."""
    expected = Classifier(pair.reference).logits(inputs)
    for model in (old.reference, with_current_codes(old.reference)):
        assert np.array_equal(Classifier(model).logits(inputs), expected)
    halves = Classifier(quantize_tflite(pair.reference)).logits(inputs)
    assert np.array_equal(Classifier(quantize_tflite(old.reference)).logits(inputs), halves)
    fixed = with_fixed_batch(old.target, 7)
    assert np.array_equal(Classifier(fixed).logits(inputs), Classifier(with_fixed_batch(pair.target, 7)).logits(inputs))
    assert all(new == deprecated > 0 for new, deprecated in codes(fixed))


def test_data_are_aligned_and_nothing_else_changes(old: ModelPair, pair: ModelPair) -> None:
    again = with_current_codes(old.reference)
    assert codes(again) == codes(pair.reference)
    before, after = pair.reference.graph, again.graph
    assert (after.operators, after.inputs[0].name, after.outputs[0].name) == (
        before.operators,
        before.inputs[0].name,
        before.outputs[0].name,
    )
    for one, other in zip(before.tensors, after.tensors, strict=True):
        assert bytes(one.stored_bytes) == bytes(other.stored_bytes)
        assert other.data_start is None or other.data_start % 16 == 0
    assert with_current_codes(pair.reference) is pair.reference


def test_codes_beyond_127_which_the_deprecated_field_has_no_room_for_are_kept(pair: ModelPair) -> None:
    content = unpacked(older(pair.reference))
    content.operatorCodes[0].builtinCode = schema.BuiltinOperator.GELU
    content.operatorCodes[0].deprecatedBuiltinCode = 127
    content.operatorCodes[1].builtinCode = 0
    first, second, *_ = codes(with_current_codes(ModelFile(packed(content))))
    assert first == (schema.BuiltinOperator.GELU, 127)
    assert second[0] == second[1] > 0


def with_data_behind(model: ModelFile) -> ModelFile:
    """The same model with its tensors' data after the flatbuffer, as files of more than 2 GB have them."""
    tree = schema.ModelT.InitFromPackedBuf(model.contents)
    moved = [buffer for buffer in tree.buffers if buffer.data is not None and len(buffer.data)]
    data = [bytes(buffer.data) for buffer in moved]
    for place, buffer in enumerate(moved):
        buffer.data, buffer.offset, buffer.size = None, 1000 + place, len(data[place])
    for _ in range(2):  # where the data begin is known once the flatbuffer's size is
        builder = flatbuffers.Builder(model.size_bytes)
        builder.Finish(tree.Pack(builder), b"TFL3")
        file = bytes(builder.Output())
        for buffer, contents in zip(moved, data, strict=True):
            file += bytes(-len(file) % 16)
            buffer.offset = len(file)
            file += contents
    return ModelFile(file, model.name)


def test_data_behind_the_flatbuffer_come_along(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    behind = with_data_behind(older(pair.reference))
    expected = Classifier(pair.reference).logits(inputs)
    assert np.array_equal(Classifier(behind).logits(inputs), expected)
    assert np.array_equal(Classifier(with_current_codes(behind)).logits(inputs), expected)


def test_all_that_reads_a_file_reads_an_older_one(old: ModelPair, pair: ModelPair) -> None:
    for mine, theirs in ((old.reference, pair.reference), (old.target, pair.target)):
        assert [op.name for op in mine.graph.operators] == [op.name for op in theirs.graph.operators]
        assert [layer.operator for layer in read_chain(mine)] == [layer.operator for layer in read_chain(theirs)]
        assert delegate_partitions(mine) == delegate_partitions(theirs)
        ledger = byte_ledger(mine)
        assert sum(entry.size_bytes for entry in ledger) == mine.size_bytes
        assert not [entry for entry in ledger if entry.category == "unattributed"]
        weights = {key: np.zeros_like(t.values) for key, t in mine.graph.weights().items()}
        emptied = replace_weights(mine, weights).graph.weights()
        assert not any(tensor.values.any() for tensor in emptied.values())


def test_two_ways_and_folding_are_those_of_the_newer_file(
    old: ModelPair, pair: ModelPair, comparison: Comparison, test_set: TestSet
) -> None:
    few, logits = test_set[0][:50], comparison.target.logits[:50]
    mine, theirs = fold_dequantize(old, few, logits), fold_dequantize(pair, few, logits)
    assert mine.upsampling_operators == theirs.upsampling_operators == (4, 0)
    assert mine.identical_images == 50
    first = Comparison(comparison.reference.first(50), comparison.target.first(50))
    way = convert_both_ways(old, first, few).quantized
    assert way.bits_match_numpy
    assert way.dtypes("weights") == "float16"


@pytest.mark.tensorflow
def test_keras_rebuilds_the_network_of_an_older_file(old: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    from fp16core.convert.to_keras import rebuild_keras

    answers = np.asarray(rebuild_keras(old.reference)(inputs[:20]))
    np.testing.assert_allclose(answers, Classifier(old.reference).logits(inputs[:20]), rtol=1e-4, atol=1e-4)


def test_damage_is_named_when_codes_are_looked_at(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="notes is not a LiteRT model"):
        with_current_codes(ModelFile(b"hello", "notes"))
    contents = pair.reference.contents
    damaged = ModelFile(contents[:8] + bytes(1992) + contents[2000:], "mine")
    with pytest.raises(ModelFileError, match="mine is damaged"):
        with_current_codes(damaged)
