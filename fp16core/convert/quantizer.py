"""Quantization of ``.tflite`` files with LiteRT Quantizer, without TensorFlow."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import with_current_codes
from fp16core.tflite.reader import read_graphs
from fp16core.vocabulary import ModelFileError

# Raised by LiteRT Quantizer on unsupported models, and on damaged ones that it does not check for.
_QUANTIZER_ERRORS = (
    ValueError,
    RuntimeError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    struct.error,
)

INTEGER_RECIPES = {
    "int8 weight-only": "weight_only_wi8_afp32",
    "int8 dynamic": "dynamic_wi8_afp32",
    "int4 weight-only": "weight_only_wi4_afp32",
    "int4 dynamic": "dynamic_wi4_afp32",
}
"""Integer quantization schemes, and LiteRT Quantizer's names for their recipes."""


def quantize_tflite(reference: ModelFile) -> ModelFile:
    """Cast the weights of a float32 ``.tflite`` to float16 with LiteRT Quantizer.

    LiteRT's documentation recommends this path today: quantize the converted file rather than during conversion.
    Kernels and dense weights become float16, each behind a DEQUANTIZE operator; biases stay float32. A weight
    beyond ±65,504 becomes infinite, whereas TensorFlow's converter clamps it.

    Parameters
    ----------
    reference
        A ``.tflite`` file with float32 weights.

    Returns
    -------
    ModelFile
        The float16 ``.tflite`` file.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model, have no float32 weights, or the quantizer rejects them.
    """
    _require_float32_weights(reference)
    from litert_quantizer import qtyping, quantizer
    from litert_quantizer.algorithm_manager import AlgorithmName

    weights = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
    with _rejection_named(reference.name):
        work = quantizer.Quantizer(with_current_codes(reference).contents)
        work.update_quantization_recipe(
            regex=".*",
            operation_name=qtyping.TFLOperationName.ALL_SUPPORTED,
            algorithm_key=AlgorithmName.FLOAT_CASTING,
            op_config=qtyping.OpQuantizationConfig(
                weight_tensor_config=weights,
                compute_precision=qtyping.ComputePrecision.FLOAT,
                explicit_dequantize=True,
            ),
        )
        return ModelFile(_quantized(work), f"the float16 model made of {reference.name}")


def quantize_with_recipe(reference: ModelFile, recipe: list[dict[str, Any]]) -> ModelFile:
    """Quantize a float32 ``.tflite`` by a recipe in LiteRT Quantizer's own format.

    Parameters
    ----------
    reference
        A ``.tflite`` file with float32 weights.
    recipe
        Entries as ``load_quantization_recipe`` takes them.

    Raises
    ------
    ModelFileError
        As `quantize_tflite`.
    """
    _require_float32_weights(reference)
    from litert_quantizer import quantizer

    with _rejection_named(reference.name):
        work = quantizer.Quantizer(with_current_codes(reference).contents)
        work.load_quantization_recipe(recipe)
        return ModelFile(_quantized(work), f"the float16 model made of {reference.name}")


def quantize_integer(reference: ModelFile, recipe: str) -> ModelFile:
    """Quantize the weights of a float32 ``.tflite`` to int8 or int4 with scales, with LiteRT Quantizer.

    Parameters
    ----------
    reference
        A ``.tflite`` file with float32 weights.
    recipe
        A key of `INTEGER_RECIPES`. *Weight-only* dequantizes the weights to float32 before computing; *dynamic*
        quantizes activations to int8 on the fly and computes with integers.

    Raises
    ------
    ModelFileError
        As `quantize_tflite`.
    """
    _require_float32_weights(reference)
    from litert_quantizer import quantizer
    from litert_quantizer import recipe as recipes

    with _rejection_named(reference.name):
        work = quantizer.Quantizer(with_current_codes(reference).contents)
        work.load_quantization_recipe(getattr(recipes, INTEGER_RECIPES[recipe])())
        return ModelFile(_quantized(work), f"the {recipe} model made of {reference.name}")


def _quantized(work: Any) -> bytes:
    with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
        # Infinite weights and NaN are outcomes to be shown, and integer weights stay as they are.
        warnings.filterwarnings("ignore", "Input model is already partially quantized", UserWarning)
        target = work.quantize(enable_progress_bar=False, enable_progress_report=False).quantized_model
    if target is None:
        raise ValueError("no model returned")
    return bytes(target)


@contextmanager
def _rejection_named(name: str) -> Iterator[None]:
    try:
        yield
    except _QUANTIZER_ERRORS as error:
        raise ModelFileError(f"{name}: LiteRT Quantizer rejects the model ({error}).") from error


def _require_float32_weights(model: ModelFile) -> None:
    name = model.name
    # LiteRT Quantizer casts in the bodies of IF and WHILE as well.
    weights = [item for graph in read_graphs(model.contents, name) for item in graph.weights().items()]
    if not weights:
        raise ModelFileError(f"{name} has no floating-point weights to quantize; choose a float32 .tflite file.")
    for key, tensor in weights:
        if tensor.dtype != "float32":
            raise ModelFileError(f"{name}: {key} is {tensor.dtype}, not float32; choose the float32 .tflite file.")
