"""Graphs: drawn whole, in valid Graphviz, with the tensors the interpreter reports."""

import copy
import re

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from fp16core.convert.quantizer import quantize_tflite
from fp16core.evaluate.comparison import Comparison
from fp16core.figures.graph import graph_dot
from fp16core.lab.folding import fold_dequantize
from fp16core.runtime.delegation import delegate_partitions
from fp16core.runtime.operator_table import operator_table
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.packing import packed, unpacked
from fp16core.tflite.roles import Role, tensor_roles
from fp16core.tflite.tables import roles_of_type, tensor_table, type_table
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.lone import lone, whole
from tests.helpers.places import TestSet
from tests.networks.casts.make import FOLDER, file_name

NODE = re.compile(r'^    (\w+) \[label="([^"]*)", class=(\w+)', re.MULTILINE)
ARROW = re.compile(r'^    (\w+) -> (\w+) \[label="([^"]*)", class=(\w+)', re.MULTILINE)
FRAME = re.compile(r"subgraph cluster\d+ \{ class=delegate; .*?tooltip=\"[^\"]*\"; (.*?) \}")


def test_every_operator_is_drawn_once_and_dequantize_stands_out(pair: ModelPair) -> None:
    for model in (pair.reference, pair.target, quantize_tflite(pair.reference)):
        file = model.graph
        nodes = NODE.findall(graph_dot(file, delegate_partitions(model)))
        names = {identity: label.split(r"\n")[0] for identity, label, _ in nodes}
        assert names == {f"op{op.index}": op.name for op in file.operators} | {
            f"input{file.inputs[0].index}": "input",
            f"output{file.outputs[0].index}": "output",
        }
        highlighted = [names[identity] for identity, _, style in nodes if style == "dequantize"]
        assert highlighted == [op.name for op in file.operators if op.name == "DEQUANTIZE"]


def test_arrows_join_maker_and_reader_of_each_computed_tensor(pair: ModelPair) -> None:
    """Types and shapes by the interpreter's account; its −1 is our n."""
    interpreter = Interpreter(model_content=pair.target.contents)
    interpreter.allocate_tensors()
    details = {d["index"]: d for d in interpreter.get_tensor_details()}
    operators = {op["index"]: op for op in interpreter._get_ops_details() if op["op_name"] != "DELEGATE"}
    arrows = ARROW.findall(graph_dot(pair.target.graph, ()))
    computed = {t for op in operators.values() for t in op["outputs"]} | {0}
    expected = {
        (next((f"op{m['index']}" for m in operators.values() if t in m["outputs"]), "input0"), f"op{reader['index']}")
        for reader in operators.values()
        for t in reader["inputs"]
        if t in computed
    }
    assert {(maker, reader) for maker, reader, _, _ in arrows if not reader.startswith("output")} == expected
    conv = next(op for op in operators.values() if op["op_name"] == "CONV_2D")
    shape = " × ".join("n" if size < 0 else str(size) for size in details[conv["inputs"][0]]["shape_signature"])
    into_conv = {
        " ".join(text.replace(r"\n", " ").split()) for _, reader, text, _ in arrows if reader == f"op{conv['index']}"
    }
    # The image; for the tensors that come out of two DEQUANTIZE, their boxes say it.
    assert into_conv == {f"float32 {shape}", ""}
    boxes = [label for _, label, _ in NODE.findall(graph_dot(pair.target.graph, ())) if "DEQUANTIZE" in label]
    assert len(boxes) == 4
    assert all(label.endswith(r"\n→ float32") for label in boxes)


def test_frames_hold_what_the_delegate_runs(pair: ModelPair) -> None:
    parts = delegate_partitions(pair.target)
    frames = FRAME.findall(graph_dot(pair.target.graph, parts))
    assert [frame.split() for frame in frames] == [[f"op{i};" for i in part.operators] for part in parts]


def test_without_shape_arithmetic_the_image_still_reaches_the_logits(pair: ModelPair) -> None:
    dot = graph_dot(pair.reference.graph, (), with_shape_arithmetic=False)
    assert "SHAPE" not in {label for _, label, _ in NODE.findall(dot)}
    assert "PACK" not in dot
    after = {maker: reader for maker, reader, _, _ in ARROW.findall(dot)}
    place, seen = "input0", []
    while place in after:
        place = after[place]
        seen.append(place)
    assert seen == ["op3", "op4", "op5", "op9", "op10", "output20"]


def test_names_from_a_strangers_file_cannot_leave_their_quotes() -> None:
    name = 'a"]; evil [label="\\'
    tensor = Tensor(0, name, (1,), (1,), "float32", 0, None, memoryview(b""), 0)
    dot = graph_dot(TfliteFile(0, (tensor,), (Operator(0, "ABS", (0,), (0,)),), (tensor,), (tensor,)), ())
    assert r'tooltip="a\"]; evil [label=\"\\"' in dot


@pytest.mark.parametrize(("role", "stored"), [("reference", "float32"), ("target", "float16")])
def test_only_stored_weights_and_biases_are_float16(pair: ModelPair, role: str, stored: str) -> None:
    file = getattr(pair, role).graph
    roles = tensor_roles(file)
    assert set(roles) == {tensor.index for tensor in file.tensors}
    for tensor in file.tensors:
        if tensor.dtype == "int32":
            assert roles[tensor.index] is Role.SHAPE
        elif tensor.is_constant:
            assert (roles[tensor.index], tensor.dtype) == (Role.PARAMETER, stored)
    assert [roles[t.index] for t in (*file.inputs, *file.outputs)] == [Role.INPUT, Role.OUTPUT]
    assert roles_of_type(file, "float16") == ((Role.PARAMETER,) if stored == "float16" else ())


def test_the_tables_count_what_the_files_hold(pair: ModelPair) -> None:
    reference, target = pair.reference.graph, pair.target.graph
    types = type_table(reference, target)
    rows = dict(zip(types["tensors"], zip(types["float32 file"], types["float16 file"], strict=True), strict=True))
    assert rows[Role.INPUT.value] == rows[Role.OUTPUT.value] == ("1 float32", "1 float32")
    assert rows[Role.PARAMETER.value] == ("4 float32", "4 float16")
    assert rows[Role.UPSAMPLED.value] == ("none", "4 float32")
    assert rows[Role.ACTIVATION.value] == ("4 float32", "4 float32")  # two reshapes, convolution, pooling
    tensors = tensor_table(target)
    assert sum(int(str(size)) for size in tensors["stored bytes"]) == 2 * 20_410 + 5 * 4
    operators = operator_table(target, delegate_partitions(pair.target))
    runs = dict.fromkeys(operators["operator"])
    assert list(runs) == list(dict.fromkeys(op.name for op in target.operators))
    itself = {
        name for name, by in zip(operators["operator"], operators["run by"], strict=True) if by == "LiteRT itself"
    }
    assert itself == {"SHAPE", "STRIDED_SLICE", "PACK", "RESHAPE"}


def test_folding_dequantize_changes_no_logit_and_doubles_the_file(
    pair: ModelPair, comparison: Comparison, test_set: TestSet
) -> None:
    """The float32 file with the weights rounded is as large as any float32 file of this network."""
    folding = fold_dequantize(pair, test_set[0][:500], comparison.target.logits[:500])
    assert folding.upsampling_operators == (4, 0)
    assert folding.size_bytes == (pair.target.size_bytes, pair.reference.size_bytes)
    assert folding.upsampled_bytes == 4 * 20_410
    assert folding.identical_images == folding.images == 500
    moved = comparison.target.logits[:500].copy()
    moved[7, 3] = np.nextafter(moved[7, 3], np.float32(np.inf))
    assert fold_dequantize(pair, test_set[0][:500], moved).identical_images == 499


def test_an_outline_says_that_its_values_were_left_out(pair: ModelPair) -> None:
    """No reader is told that a sound file is damaged."""
    file = pair.reference.graph
    for tensor, full in zip(file.outline().parameters(), file.parameters(), strict=True):
        assert full.values.nbytes == tensor.stored_size_bytes
        with pytest.raises(ModelFileError, match="outline, whose values were left out"):
            _ = tensor.values


def casts_file(name: str) -> TfliteFile:
    return ModelFile((FOLDER / file_name(name, "reference")).read_bytes(), name).graph


def test_the_way_from_the_input_leads_through_integers_too() -> None:
    """Words are numbers of rows: they are compared, added and chosen before the table is read."""
    file = casts_file("embedding")
    assert [op.name for op, _ in file.from_input()] == ["GATHER", "MEAN", "FULLY_CONNECTED"]
    assert file.shape_arithmetic() == ()


def test_arithmetic_of_sizes_is_not_computed_from_the_input_although_its_results_shape_it() -> None:
    file = casts_file("normalisation")
    kinds = [op.name for op, _ in file.from_input()]
    assert kinds[-4:] == ["RESHAPE", "FULLY_CONNECTED", "RESHAPE", "ADD"]
    assert not {"SHAPE", "GATHER", "REDUCE_PROD", "CONCATENATION", "PACK"} & {*kinds}
    sizes = [op.name for op in file.shape_arithmetic()]
    assert sizes == ["SHAPE", "GATHER", "REDUCE_PROD", "CONCATENATION", "GATHER", "REDUCE_PROD", "PACK"]


def test_an_answer_chosen_in_the_middle_is_no_arithmetic_of_sizes() -> None:
    """Folding it with the shapes would freeze what depends on the image."""
    chosen = lone("ARG_MAX", [(1, 4)], [whole(1)], [(1,)], "ArgMax", outputType=2, dtype=schema.TensorType.INT32)
    content = unpacked(chosen)
    graph = content.subgraphs[0]
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.ADD
    content.operatorCodes.append(code)
    more = copy.copy(graph.tensors[graph.outputs[0]])
    graph.tensors.append(more)
    op.opcodeIndex, op.inputs, op.outputs = 1, [*graph.outputs, *graph.outputs], [len(graph.tensors) - 1]
    graph.operators.append(op)
    graph.outputs = op.outputs
    assert ModelFile(packed(content)).graph.shape_arithmetic() == ()
