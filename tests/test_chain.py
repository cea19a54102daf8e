"""The network as a chain of layers."""

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert import quantize_tflite, read_tflite
from fp16core.convert.chain import read_chain
from fp16core.convert.quantizer import quantize_integer
from fp16core.vocabulary import ModelFileError, ModelPair


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
    stored = read_tflite(model).weights()
    for layer in read_chain(model):
        for key, values in ((layer.weights_key, layer.weights), (layer.bias_key, layer.bias)):
            if values is not None:
                assert values.dtype == np.float32
                assert np.array_equal(values, stored[key].values.astype(np.float32))


def with_operator(model: bytes, old: int, new: int) -> bytes:
    """The same file with another operator in one's place."""
    root = schema.ModelT.InitFromPackedBuf(model, 0)
    for code in root.operatorCodes:
        if code.builtinCode == old:
            code.builtinCode, code.deprecatedBuiltinCode = new, min(new, 127)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(root.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def test_a_network_of_other_operators_is_refused_by_name(pair: ModelPair) -> None:
    pooled, average = schema.BuiltinOperator.MAX_POOL_2D, schema.BuiltinOperator.AVERAGE_POOL_2D
    with pytest.raises(ModelFileError, match="mine has the operator AVERAGE_POOL_2D"):
        read_chain(with_operator(pair.reference, pooled, average), "mine")


def test_integer_weights_are_refused(pair: ModelPair) -> None:
    with pytest.raises(ModelFileError, match="the weights of CONV_2D are not floating-point numbers"):
        read_chain(quantize_integer(pair.reference, "int8 dynamic"))
