"""Models that cannot be diagnosed are refused in one sentence, before anything runs."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.diagnosis.running.check import check_budget, check_model, has_variables, is_split
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.graphs import Graph
from tests.networks.diagnosis.verdicts import RIGHT, contents


def graph() -> Graph:
    made = Graph()
    given = made.input("features", (1, 4))
    made.outputs = [made.dense("answer", made.dense("first", given, np.eye(4, dtype=np.float32)), np.ones((2, 4)))]
    return made


def changed(change: object) -> ModelFile:
    content = unpacked(ModelFile(graph().file()))
    change(content)  # type: ignore[operator]
    return ModelFile(packed(content), "it")


def custom(name: bytes) -> object:
    def change(content: schema.ModelT) -> None:
        code = content.operatorCodes[0]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = name

    return change


def set_tensor(place: int, **fields: object) -> object:
    def change(content: schema.ModelT) -> None:
        for name, value in fields.items():
            setattr(content.subgraphs[0].tensors[place], name, value)

    return change


def read_early(content: schema.ModelT) -> None:
    first, second = content.subgraphs[0].operators
    content.subgraphs[0].operators = [second, first]


def write_twice(content: schema.ModelT) -> None:
    content.subgraphs[0].operators.append(content.subgraphs[0].operators[0])


def stateful(content: schema.ModelT) -> None:
    code = content.operatorCodes[0]
    code.builtinCode = schema.BuiltinOperator.VAR_HANDLE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (custom(b"FlexErf"), r"operator 0 \(FlexErf\) is one of TensorFlow's"),
        (custom(b"MyOwn"), r"operator 0 \(MyOwn\) is not one of LiteRT's own"),
        (set_tensor(0, type=schema.TensorType.STRING), "takes string as input 'features'"),
        (set_tensor(0, type=schema.TensorType.INT8), "takes int8 as input 'features'; .* Choose the float32 model"),
        (set_tensor(3, type=schema.TensorType.STRING), "tensors of type string"),
        (set_tensor(3, shape=[1, -7]), "tensor 'first' has the shape 1 × -7; the file is damaged"),
        (set_tensor(3, shape=[1 << 20, 1 << 20]), "the tensors of one run take 4,398 GB; at most 2 GB"),
        (set_tensor(1, shape=[9, 9]), "do not fill float32"),
        (read_early, r"operator 0 \(FULLY_CONNECTED\) reads 'first', which no operator before it produces"),
        (write_twice, r"operator 2 \(FULLY_CONNECTED\) writes 'first'"),
        (stateful, r"operator 0 \(VAR_HANDLE\) keeps a state outside of the graph"),
        (lambda content: setattr(content.subgraphs[0], "inputs", []), "has no inputs"),
        (lambda content: setattr(content.subgraphs[0], "outputs", []), "has no outputs"),
    ],
)
def test_a_model_that_cannot_be_diagnosed_is_refused_with_the_reason(change: object, sentence: str) -> None:
    with pytest.raises(ModelFileError, match=sentence):
        check_model(changed(change))


def test_a_model_that_computes_no_float32_numbers_is_refused() -> None:
    made = Graph()
    given = made.input("numbers", (1, 4), "int32")
    made.outputs = [made.add("ADD", "sum", given, given)]
    with pytest.raises(ModelFileError, match="computes no float32 numbers"):
        check_model(ModelFile(made.file(), "it"))


@pytest.mark.parametrize("name", RIGHT)
def test_the_networks_are_accepted(name: str) -> None:
    model = ModelFile(contents(name), name)
    check_model(model)
    assert is_split(model) == (name == "loop")
    assert has_variables(model) == (name == "lstm")


def test_open_sizes_count_once_in_the_budget() -> None:
    model = ModelFile(graph().file(), "it")
    check_budget(model, [(-1, 4)] * len(model.graph.tensors))
