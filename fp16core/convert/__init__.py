"""From float32 to float16 by either path, and what is inside a ``.tflite`` file."""

from fp16core.convert.graph import Operator, Tensor, TfliteFile
from fp16core.convert.ledger import byte_ledger
from fp16core.convert.purposes import PURPOSES, LedgerEntry
from fp16core.convert.quantizer import quantize_tflite
from fp16core.convert.size_account import SizeAccount, bytes_by_category, size_account
from fp16core.convert.tflite_file import read_tflite, replace_values, replace_weights

__all__ = [
    "PURPOSES",
    "LedgerEntry",
    "Operator",
    "SizeAccount",
    "Tensor",
    "TfliteFile",
    "byte_ledger",
    "bytes_by_category",
    "quantize_tflite",
    "read_tflite",
    "replace_values",
    "replace_weights",
    "size_account",
]
