"""The network as a chain of layers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import quantize_integer, quantize_tflite
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.edited import edited, with_average_pooling
from tests.helpers.networks.handmade import dense

Operators = dict[str, Any]
"""The first operator of each kind."""


@pytest.mark.parametrize("role", ["reference", "target"])
def test_layers_are_the_tutorials_in_its_order(pair: ModelPair, role: str) -> None:
    """Reshape, Conv2D 12×3×3 relu, MaxPool 2×2, Flatten, Dense 10: shapes by hand."""
    layers = read_chain(getattr(pair, role))
    names = ["RESHAPE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"]
    assert [layer.operator.name for layer in layers] == names
    assert [layer.output_shape for layer in layers] == [(28, 28, 1), (26, 26, 12), (13, 13, 12), (2028,), (10,)]
    assert [layer.activation for layer in layers] == ["NONE", "RELU", "NONE", "NONE", "NONE"]


@pytest.mark.parametrize("quantized", ["target", "quantizer"])
def test_weights_of_a_chain_are_the_files_upsampled(pair: ModelPair, quantized: str) -> None:
    """Whichever path made the file: the quantizer leaves biases in float32."""
    model = pair.target if quantized == "target" else quantize_tflite(pair.reference)
    stored = model.graph.weights()
    for layer in read_chain(model):
        for key, values in ((layer.weights_key, layer.weights), (layer.bias_key, layer.bias)):
            if values is not None:
                assert values.dtype == np.float32
                assert np.array_equal(values, stored[key].values.astype(np.float32))


def test_a_network_of_other_operators_is_refused_by_name(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="mine has the operator AVERAGE_POOL_2D"):
        read_chain(edited(pair.reference, with_average_pooling, "mine"))


def test_integer_weights_are_refused(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="the weights of CONV_2D are not floating-point numbers"):
        read_chain(quantize_integer(pair.reference, "int8 dynamic"))


def tensor(tree: Any, op: Any) -> Any:
    """Tensor that an operator computes."""
    return tree.subgraphs[0].tensors[op.outputs[0]]


def pooled_past_the_convolution(_tree: Any, operators: Operators) -> None:
    operators["MAX_POOL_2D"].inputs = [operators["RESHAPE"].outputs[0]]


def answered_by_the_pooling(tree: Any, operators: Operators) -> None:
    tree.subgraphs[0].outputs = [operators["MAX_POOL_2D"].outputs[0]]


def answered_by_nothing(tree: Any, _operators: Operators) -> None:
    tree.subgraphs[0].outputs = []


def with_tanh(_tree: Any, operators: Operators) -> None:
    operators["CONV_2D"].builtinOptions.fusedActivationFunction = schema.ActivationFunctionType.TANH


def padded(_tree: Any, operators: Operators) -> None:
    operators["MAX_POOL_2D"].builtinOptions.padding = schema.Padding.SAME


def dilated(_tree: Any, operators: Operators) -> None:
    operators["CONV_2D"].builtinOptions.dilationWFactor = 2


def with_four_channels(tree: Any, operators: Operators) -> None:
    tensor(tree, operators["RESHAPE"]).shape = [1, 28, 7, 4]


def pooled_in_one_dimension(tree: Any, operators: Operators) -> None:
    tensor(tree, operators["CONV_2D"]).shape = [1, 26 * 26, 12]


def flattened_to_less(tree: Any, operators: Operators) -> None:
    flat = operators["FULLY_CONNECTED"].inputs[0]
    tree.subgraphs[0].tensors[flat].shape = [1, 2027]


def flattened_to_two_rows(tree: Any, operators: Operators) -> None:
    flat = operators["FULLY_CONNECTED"].inputs[0]
    tree.subgraphs[0].tensors[flat].shape = [1, 2, 1014]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (pooled_past_the_convolution, "MAX_POOL_2D does not take what the operator before it gives; it is no chain"),
        (answered_by_the_pooling, "its operators do not form one chain from the images to the logits"),
        (answered_by_nothing, "has no input or no output"),
        (with_tanh, "CONV_2D ends in TANH; expected NONE, RELU, RELU6"),
        (padded, "MAX_POOL_2D is padded or dilated"),
        (dilated, "CONV_2D is padded or dilated"),
        (with_four_channels, r"CONV_2D takes 28 × 7 × 4"),
        (pooled_in_one_dimension, r"MAX_POOL_2D takes 676 × 12"),
        (flattened_to_less, r"RESHAPE takes 13 × 13 × 12 for each image to 2027"),
        (flattened_to_two_rows, r"FULLY_CONNECTED takes 2 × 1014"),
    ],
)
def test_what_the_proof_could_not_follow_is_no_chain(
    edit: Callable[[Any, Operators], None], words: str, pair: ModelPair
) -> None:
    """Each of the checks on which the proof, the emulation and the rescaling lean."""
    with pytest.raises(ModelFileError, match=f"mine.* {words}"):
        read_chain(edited(pair.reference, edit, "mine"))


def test_a_bias_is_read_where_there_is_one() -> None:
    weights, bias = np.ones((10, 784), np.float32), np.arange(10, dtype=np.float32)
    (without,) = [layer for layer in read_chain(dense(weights)) if layer.weights is not None]
    (given,) = [layer for layer in read_chain(dense(weights, bias)) if layer.weights is not None]
    assert without.bias is None
    assert given.bias is not None
    assert np.array_equal(given.bias, bias)
