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
from tests.helpers.networks.chains import CHAINS, chain, chain_pair, depthwise, mean, pooling, reshape
from tests.helpers.networks.edited import edited, with_quadratic_pooling
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
    with pytest.raises(ModelFileError, match=r"mine has the operator L2_POOL_2D; only chains of RESHAPE, .* and RELU6"):
        read_chain(edited(pair.reference, with_quadratic_pooling, "mine"))


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


def padded_otherwise(_tree: Any, operators: Operators) -> None:
    operators["MAX_POOL_2D"].builtinOptions.padding = 7


def without_strides(_tree: Any, operators: Operators) -> None:
    operators["MAX_POOL_2D"].builtinOptions.strideH = 0


def of_vast_windows(_tree: Any, operators: Operators) -> None:
    operators["MAX_POOL_2D"].builtinOptions.padding = schema.Padding.SAME
    operators["MAX_POOL_2D"].builtinOptions.filterHeight = 2**30


def padded(_tree: Any, operators: Operators) -> None:
    """Of 26 rows, 3 by 3 at a time with padding, there are 9: the file says 13."""
    options = operators["MAX_POOL_2D"].builtinOptions
    options.padding, options.strideH, options.filterHeight = schema.Padding.SAME, 3, 3


def with_a_short_bias(tree: Any, operators: Operators) -> None:
    tree.subgraphs[0].tensors[operators["CONV_2D"].inputs[2]].shape = [1]
    buffer = tree.buffers[tree.subgraphs[0].tensors[operators["CONV_2D"].inputs[2]].buffer]
    buffer.data = buffer.data[:4]


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
        (padded, r"MAX_POOL_2D takes 26 × 26 × 12 for each image to 13 × 13 × 12"),
        (padded_otherwise, "the padding of MAX_POOL_2D is UNKNOWN; expected VALID or SAME"),
        (without_strides, r"MAX_POOL_2D takes 26 × 26 × 12"),
        (of_vast_windows, r"MAX_POOL_2D takes 26 × 26 × 12"),
        (dilated, "CONV_2D is dilated"),
        (with_a_short_bias, r"CONV_2D adds a bias of shape 1 to 26 × 26 × 12"),
        (with_four_channels, r"CONV_2D takes 28 × 7 × 4"),
        (pooled_in_one_dimension, r"CONV_2D takes 28 × 28 × 1 for each image to 676 × 12"),
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


@pytest.mark.parametrize("name", CHAINS)
def test_windows_of_all_kinds_have_the_shapes_that_the_interpreter_computes(name: str) -> None:
    """Padded, of odd strides, of several outputs for each channel."""
    from ai_edge_litert.interpreter import Interpreter

    model = chain_pair(name).target
    interpreter = Interpreter(model_content=model.contents)
    interpreter.allocate_tensors()
    for layer in read_chain(model):
        detail = interpreter.get_tensor_details()
        (shape,) = [found["shape"] for found in detail if found["index"] == layer.operator.outputs[0]]
        assert layer.output_shape == tuple(shape[1:])


def averaged_over_channels(tree: Any, operators: Operators) -> None:
    axes = tree.subgraphs[0].tensors[operators["MEAN"].inputs[1]]
    tree.buffers[axes.buffer].data = np.array([1, 3], np.int32).view(np.uint8)


def of_averages_of_nothing(_tree: Any, operators: Operators) -> None:
    operators["MEAN"].inputs = operators["MEAN"].inputs[:1]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (averaged_over_channels, "MEAN averages over other axes"),
        (of_averages_of_nothing, "MEAN averages over other axes"),
    ],
)
def test_other_means_are_refused(edit: Callable[[Any, Operators], None], words: str) -> None:
    model = chain(reshape(28, 28, 1), depthwise(2, (3, 3)), mean)
    with pytest.raises(ModelFileError, match=f"mine.* {words}"):
        read_chain(edited(model, edit, "mine"))


def test_a_depthwise_kernel_of_a_fraction_of_outputs_is_refused() -> None:
    """Three outputs of two channels."""

    def of_three(tree: Any, operators: Operators) -> None:
        op = operators["DEPTHWISE_CONV_2D"]
        for index in (*op.inputs[1:], op.outputs[0]):
            shape = tree.subgraphs[0].tensors[index].shape
            tree.subgraphs[0].tensors[index].shape = [*shape[:-1], 3]
        for index, count in zip(op.inputs[1:], (27, 3), strict=True):
            tree.buffers[tree.subgraphs[0].tensors[index].buffer].data = np.ones(count, np.float32).view(np.uint8)

    model = chain(reshape(28, 14, 2), depthwise(2, (3, 3)), pooling("MAX_POOL_2D", (2, 2), (2, 2)))
    with pytest.raises(ModelFileError, match="DEPTHWISE_CONV_2D takes 28 × 14 × 2"):
        read_chain(edited(model, of_three))
