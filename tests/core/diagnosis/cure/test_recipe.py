"""Recipes: read by LiteRT Quantizer itself, from their JSON text, and hostile names in them."""

import json

import numpy as np
import pytest
from litert_quantizer import quantizer

from fp16core.convert.quantizer import quantize_tflite, quantize_with_recipe
from fp16core.diagnosis.cure.recipe import recipe, recipe_text, scope, weight_groups
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from tests.helpers.networks.graphs import Graph


def _chain(*names: str) -> ModelFile:
    """Dense layers one after the other, each with the name of its result."""
    graph, random = Graph(), np.random.default_rng(0)
    last = graph.input("features", (1, 8))
    for place, name in enumerate(names):
        matrix = graph.constant(f"weights {place}", random.uniform(-1, 1, (8, 8)))
        last = graph.add("FULLY_CONNECTED", name, last, matrix, graph.constant(f"bias {place}", np.zeros(8)))
    graph.outputs = [last]
    return ModelFile(graph.file(), "chain")


def _by_library(model: ModelFile, text: str) -> ModelFile:
    """File that LiteRT Quantizer makes by a recipe's text."""
    work = quantizer.Quantizer(model.contents, json.loads(text))
    return ModelFile(bytes(work.quantize(enable_progress_report=False).quantized_model))


def _halves(model: ModelFile) -> set[str]:
    return {tensor.name for tensor in model.graph.tensors if tensor.is_constant and tensor.dtype == "float16"}


def test_the_library_casts_all_weights_but_the_excepted_ones() -> None:
    model = _chain("first", "second", "third")
    groups = weight_groups(model.graph)
    assert [group.operators for group in groups] == [(0,), (1,), (2,)]
    assert {group.extra_bytes for group in groups} == {128}
    text = recipe_text(recipe(model.graph, groups[1].tensors))
    assert _halves(_by_library(model, text)) == {"weights 0", "weights 2"}
    assert _halves(_by_library(model, recipe_text(recipe(model.graph, ())))) == {"weights 0", "weights 1", "weights 2"}


def test_without_exceptions_it_makes_the_file_that_conversion_makes() -> None:
    model = _chain("first", "second")
    made = quantize_with_recipe(model, recipe(model.graph, ()))
    assert made == quantize_tflite(model)
    assert made.contents == _by_library(model, recipe_text(recipe(model.graph, ()))).contents


@pytest.mark.parametrize(
    "name", [".*", "a|b", "(", "x\ny", "tail;", "^$", "[a-z]+\\", "second", "名前 {2}", "a" * 9_000, "'\"</script>"]
)
def test_a_name_is_taken_literally_whatever_is_in_it(name: str) -> None:
    model = _chain("first", name, f"{name} too", f"the {name}")
    text = recipe_text(recipe(model.graph, weight_groups(model.graph)[1].tensors))
    assert _halves(_by_library(model, text)) == {"weights 0", "weights 2", "weights 3"}


def test_an_operator_whose_name_the_library_cuts_off_is_left_out() -> None:
    model = _chain("first", "a" * 10_000, "third")
    assert [group.operators for group in weight_groups(model.graph)] == [(0,), (2,)]


def test_operators_with_the_same_name_are_left_out() -> None:
    model = _chain("first", "second", "third")
    content = unpacked(model)
    tensors = {bytes(tensor.name): tensor for tensor in content.subgraphs[0].tensors}
    tensors[b"third"].name = b"second"
    twice = ModelFile(packed(content), "twice")
    assert [group.operators for group in weight_groups(twice.graph)] == [(0,)]


def test_operators_without_a_name_are_left_out() -> None:
    assert [group.operators for group in weight_groups(_chain("first", "", "third").graph)] == [(0,), (2,)]


def test_operators_that_share_stored_weights_form_one_group() -> None:
    model = _chain("first", "second", "third")
    content = unpacked(model)
    tensors = {bytes(tensor.name): tensor for tensor in content.subgraphs[0].tensors}
    tensors[b"weights 2"].buffer = tensors[b"weights 0"].buffer
    shared = ModelFile(packed(content), "shared")
    first, second = weight_groups(shared.graph)
    assert (first.operators, second.operators) == ((0, 2), (1,))
    assert first.weights == 64
    text = recipe_text(recipe(shared.graph, first.tensors))
    assert _halves(_by_library(shared, text)) == {"weights 1"}


def test_a_scope_is_the_names_of_all_results_as_the_library_joins_them() -> None:
    from litert_quantizer.utils.tfl_flatbuffer_utils import get_op_scope

    model = _chain("first", "", "third;")
    content = unpacked(model).subgraphs[0]
    for op, raw in zip(model.graph.operators, content.operators, strict=True):
        if scope(model.graph, op):
            assert scope(model.graph, op) == get_op_scope(raw, content.tensors)
