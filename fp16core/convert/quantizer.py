"""Float32 to float16 without TensorFlow, by LiteRT Quantizer."""

import numpy as np

from fp16core.convert.graph import TfliteFile
from fp16core.convert.tflite_file import read_tflite
from fp16core.vocabulary import ModelFileError


def quantize_tflite(reference: bytes, name: str = "the model") -> bytes:
    """Cast the weights of a float32 ``.tflite`` to float16 with LiteRT Quantizer.

    This is the way the LiteRT documentation recommends today: quantize the converted file
    instead of quantizing during conversion. Kernels and dense weights become float16 behind
    a DEQUANTIZE operator; biases stay float32. A weight beyond ±65,504 becomes infinite,
    where TensorFlow's converter clamps it.

    Parameters
    ----------
    reference
        Contents of a ``.tflite`` file with float32 weights.
    name
        What to call it in errors.

    Returns
    -------
    bytes
        Contents of the float16 ``.tflite`` file.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model, have no float32 weights, or the quantizer refuses them.
    """
    file = read_tflite(reference, name)
    require_float32_weights(file, name)
    from litert_quantizer import qtyping, quantizer
    from litert_quantizer.algorithm_manager import AlgorithmName

    weights = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
    try:
        work = quantizer.Quantizer(reference)
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
        with np.errstate(over="ignore"):  # a weight that becomes infinite is the outcome, as told above
            target = work.quantize(enable_progress_bar=False, enable_progress_report=False).quantized_model
    except (ValueError, RuntimeError, KeyError, IndexError, TypeError, NotImplementedError) as error:
        raise ModelFileError(f"{name}: LiteRT Quantizer refuses the model ({error}).") from error
    if target is None:
        raise ModelFileError(f"{name}: LiteRT Quantizer returned no model.")
    return bytes(target)


def require_float32_weights(file: TfliteFile, name: str) -> None:
    """Raise `ModelFileError` unless all weights of the file are float32."""
    weights = file.weights()
    if not weights:
        raise ModelFileError(f"{name} has no floating-point weights to quantize; choose a float32 .tflite file.")
    for key, tensor in weights.items():
        if tensor.dtype != "float32":
            raise ModelFileError(f"{name}: {key} is {tensor.dtype}, not float32; choose the float32 .tflite file.")
