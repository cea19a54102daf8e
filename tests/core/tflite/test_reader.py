"""Reading a file: tensors, operators, weights, and what each byte is for."""

from collections import Counter

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from fp16core.convert.quantizer import quantize_tflite
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.reader import read_tflite
from fp16core.tflite.replace import replace_values, replace_weights
from fp16core.tflite.size_account import bytes_by_category, size_account
from fp16core.vocabulary import ModelFileError, PairError


@pytest.mark.parametrize("role", ["reference", "target"])
def test_tensors_are_those_the_interpreter_reports(pair: ModelPair, role: str) -> None:
    """Names, shapes, dtypes and stored values, by the runtime's own account."""
    model = getattr(pair, role)
    interpreter = Interpreter(model_content=model.contents)
    interpreter.allocate_tensors()
    details = {d["index"]: d for d in interpreter.get_tensor_details()}
    file = model.graph
    assert file.size_bytes == model.size_bytes
    for tensor in file.tensors:
        found = details[tensor.index]
        assert tensor.name == found["name"]
        assert np.dtype(tensor.dtype) == found["dtype"]
        assert list(tensor.shape_signature) == found["shape_signature"].tolist()
        if tensor.is_constant:
            assert np.array_equal(tensor.values, interpreter.get_tensor(tensor.index))
    assert [t.index for t in file.inputs] == [d["index"] for d in interpreter.get_input_details()]
    assert [t.index for t in file.outputs] == [d["index"] for d in interpreter.get_output_details()]


def test_operators_are_the_tutorials_network_behind_dequantize(pair: ModelPair) -> None:
    compute = [
        op.name for op in pair.reference.graph.operators if op.name in {"CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"}
    ]
    assert compute == ["CONV_2D", "MAX_POOL_2D", "FULLY_CONNECTED"]
    counts = Counter(op.name for op in pair.target.graph.operators)
    assert counts["DEQUANTIZE"] == 4
    assert "DEQUANTIZE" not in Counter(op.name for op in pair.reference.graph.operators)


def test_settings_of_the_operators_are_the_tutorials(pair: ModelPair) -> None:
    """Conv2D 3×3 with relu and MaxPool 2×2, both without padding; the logits are not activated."""
    settings = {op.name: op.settings for op in pair.target.graph.operators if op.settings}
    strides = {"stride_height": 1, "stride_width": 1}
    dilations = {"dilation_height": 1, "dilation_width": 1}
    assert settings["CONV_2D"] == {"padding": "VALID", "activation": "RELU", **strides, **dilations}
    assert settings["MAX_POOL_2D"]["padding"] == "VALID"
    assert settings["MAX_POOL_2D"]["filter_height"] == settings["MAX_POOL_2D"]["stride_width"] == 2
    assert settings["FULLY_CONNECTED"] == {"activation": "NONE"}


def test_replaced_weights_leave_the_rest_of_the_file_alone(pair: ModelPair) -> None:
    bias = np.arange(12, dtype=np.float32)
    old, new = (m.graph.weights() for m in (pair.reference, replace_weights(pair.reference, {"conv_2d.bias": bias})))
    assert np.array_equal(new["conv_2d.bias"].values, bias)
    assert all(new[key].stored_bytes == old[key].stored_bytes for key in old if key != "conv_2d.bias")


def test_weights_have_the_tutorials_20410_parameters(pair: ModelPair) -> None:
    """12·3·3·1 + 12 + 10·2028 + 10, under the same keys in both files."""
    shapes = {
        "conv_2d.kernel": (12, 3, 3, 1),
        "conv_2d.bias": (12,),
        "fully_connected.weights": (10, 2028),
        "fully_connected.bias": (10,),
    }
    for model, dtype in ((pair.reference, "float32"), (pair.target, "float16")):
        weights = model.graph.weights()
        assert {key: tensor.shape for key, tensor in weights.items()} == shapes
        assert {tensor.dtype for tensor in weights.values()} == {dtype}
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == 20_410


@pytest.mark.parametrize(("role", "bytes_each"), [("reference", 4), ("target", 2)])
def test_the_ledger_counts_each_byte_once(pair: ModelPair, role: str, bytes_each: int) -> None:
    """12·3·3·1 + 10·2028 weights and 12 + 10 biases, of 4 or 2 bytes: 81,640 or 40,820 in all."""
    model = getattr(pair, role)
    totals = bytes_by_category(byte_ledger(model))
    assert sum(totals.values()) == model.size_bytes
    assert totals["weights"] == bytes_each * 20_388
    assert totals["biases"] == bytes_each * 22
    assert sum(e.size_bytes for e in byte_ledger(model) if e.is_parameter) == bytes_each * 20_410
    assert totals["unattributed"] == 0
    # Padding is what alignment to at most 16 bytes needs, before each of the vectors at most.
    assert totals["padding"] < 0.005 * model.size_bytes


def test_shape_arithmetic_is_what_the_dynamic_batch_needs(pair: ModelPair) -> None:
    """Both reshapes of the tutorial's network ask for the batch size: SHAPE, cut out its first number, PACK."""
    for model in (pair.reference, pair.target):
        file = model.graph
        assert [op.name for op in file.shape_arithmetic()] == ["SHAPE", "STRIDED_SLICE", "PACK"] * 2
        entries = {entry.item for entry in byte_ledger(model) if entry.category == "shape arithmetic"}
        # The operators; the three integer tensors that each half makes; the constants that only they read.
        constants = {tensor.name for tensor in file.tensors if tensor.is_constant and tensor.dtype == "int32"}
        assert len([item for item in entries if "(" in item]) == 6
        assert len([item for item in entries if "shape" in item.lower() and "(" not in item]) >= 6
        assert constants <= entries
    assert bytes_by_category(byte_ledger(pair.reference))["constants"] == 0


def test_integers_made_from_numbers_of_the_image_are_no_shape_arithmetic() -> None:
    """ARG_MAX answers with the index of the largest logit: an integer, but of the image."""
    kinds = ("float32", "int32", "int32", "int32")
    tensors = tuple(Tensor(i, str(i), (1,), (1,), kind, 0, None, memoryview(b""), 0) for i, kind in enumerate(kinds))
    operators = (
        Operator(0, "ARG_MAX", (0,), (1,)),
        Operator(1, "SHAPE", (0,), (2,)),
        Operator(2, "PACK", (2, 2), (3,)),
        Operator(3, "RESHAPE", (0, 3), (0,)),
    )
    file = TfliteFile(0, tensors, operators, (), ())
    assert [op.name for op in file.shape_arithmetic()] == ["SHAPE", "PACK"]


def test_the_bytes_beyond_half_are_explained_to_the_last_one(pair: ModelPair) -> None:
    """The float32 file has 85,376 − 81,640 = 3,736 bytes besides weights and biases, which casting does not halve."""
    account = size_account(byte_ledger(pair.reference), byte_ledger(pair.target))
    assert account.uncast_bytes == 0
    assert account.unhalved_bytes == (85_376 - 81_640) / 2 == 1868
    assert account.growth_bytes == (45_244 - 40_820) - (85_376 - 81_640) == 688
    assert account.excess_bytes == 45_244 - 85_376 / 2 == 1868 + 688
    # Four operators, of 28 bytes each in this file, and the records of four tensors.
    assert account.upsampling_bytes > 4 * 28
    quantized = quantize_tflite(pair.reference)
    account = size_account(byte_ledger(pair.reference), byte_ledger(quantized))
    assert account.uncast_bytes == 22 * 2  # its 22 biases stay float32
    parts = account.uncast_bytes + account.unhalved_bytes + account.growth_bytes
    assert pair.reference.size_bytes / 2 + parts == quantized.size_bytes


def test_a_file_held_against_itself_has_only_its_own_half_too_much(pair: ModelPair) -> None:
    ledger = byte_ledger(pair.reference)
    account = size_account(ledger, ledger)
    assert set(account.change.values()) == {0}
    assert account.uncast_bytes == 81_640 / 2
    assert account.excess_bytes == 85_376 / 2


def test_the_ledger_finds_the_bytes_that_hold_a_weight(pair: ModelPair) -> None:
    """The runtime's values, searched for in the file, start where the tensor says they do."""
    tensor = pair.target.graph.weights()["fully_connected.weights"]
    assert pair.target.contents.find(tensor.values.tobytes()) == tensor.data_start


def test_replacing_values_changes_nothing_else(pair: ModelPair) -> None:
    tensor = pair.reference.graph.weights()["conv_2d.bias"]
    new = np.arange(12, dtype=np.float32)
    patched = replace_values(pair.reference, {tensor.index: new})
    assert np.array_equal(patched.graph.weights()["conv_2d.bias"].values, new)
    differing = np.flatnonzero(
        np.frombuffer(patched.contents, np.uint8) != np.frombuffer(pair.reference.contents, np.uint8)
    )
    assert tensor.data_start is not None
    assert differing.min() >= tensor.data_start
    assert differing.max() < tensor.data_start + 48
    with pytest.raises(ModelFileError, match=r"float32 12; cannot be replaced by float64 12"):
        replace_values(pair.reference, {tensor.index: new.astype(np.float64)})


def test_tensors_computed_at_run_time_have_no_values(pair: ModelPair) -> None:
    given = pair.reference.graph.inputs[0]
    with pytest.raises(ModelFileError, match="computed at run time"):
        _ = given.values


@pytest.mark.parametrize("contents", [b"", b"TFL3", b"hello, I am not a model at all", b"\x89PNG\r\n\x1a\n" * 10])
def test_other_files_are_not_models(contents: bytes) -> None:
    with pytest.raises(ModelFileError, match="notes is not a LiteRT model"):
        read_tflite(contents, "notes")


def test_damaged_files_never_raise_anything_else(pair: ModelPair) -> None:
    """400 seeded mutations: cut off, bytes changed, stretches blanked; read or refused, never a traceback."""
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(400):
        broken = bytearray(pair.target.contents)
        match random.integers(3):
            case 0:
                broken = broken[: random.integers(8, len(broken))]
            case 1:
                # The graph's description comes after the weights here, so aim there too.
                for place in random.integers(max(0, len(broken) - 5000), len(broken), 20):
                    broken[place] = random.integers(256)
            case _:
                start = int(random.integers(len(broken) - 200))
                broken[start : start + 200] = bytes(200)
        try:
            model = ModelFile(bytes(broken))
            model.graph.weights()
            weight_roundings(ModelPair("broken", pair.reference, model))
            assert sum(entry.size_bytes for entry in byte_ledger(model)) == len(broken)
        except (ModelFileError, PairError):
            refused += 1
    assert refused > 50
