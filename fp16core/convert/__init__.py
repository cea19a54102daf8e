"""From float32 to float16 by either path, and what is inside a ``.tflite`` file."""

from fp16core.convert.graph import Operator, Tensor, TfliteFile
from fp16core.convert.ledger import LedgerEntry, byte_ledger
from fp16core.convert.quantizer import quantize_tflite
from fp16core.convert.tflite_file import read_tflite, replace_values, replace_weights

__all__ = [
    "LedgerEntry",
    "Operator",
    "Tensor",
    "TfliteFile",
    "byte_ledger",
    "quantize_tflite",
    "read_tflite",
    "replace_values",
    "replace_weights",
]
