"""Purposes that the bytes of a ``.tflite`` file can have."""

from collections.abc import Mapping
from dataclasses import dataclass

from fp16core.tflite.graph import TfliteFile

PURPOSES: Mapping[str, str] = {
    "weights": "trained numbers by which inputs are multiplied",
    "biases": "trained numbers that are added",
    "upsampling": "DEQUANTIZE operators, which turn float16 into float32, and the tensors they fill",
    "operators": "which operator reads and makes which tensor, and how",
    "tensors": "name, type and shape of the other tensors",
    "shape arithmetic": "what works out shapes at run time, so that any number of images can be read at once",
    "constants": "other stored numbers",
    "buffer table": "where the stored numbers of each tensor begin",
    "field directories": "which field of a record is where",
    "metadata": "what the converter noted about itself",
    "signatures": "the names by which a program calls the model",
    "header": "how the file begins, and the record of the graph",
    "padding": "zeros, so that numbers begin at even addresses",
    "unattributed": "bytes that nothing in the file refers to",
}
"""Purpose of the bytes of each category."""


@dataclass(frozen=True)
class LedgerEntry:
    """Bytes of a file with one purpose.

    Attributes
    ----------
    category
        One of the keys of `PURPOSES`.
    item
        Part of the category: a weight's key, a tensor's or operator's name.
    size_bytes
        Number of bytes of the file.
    """

    category: str
    item: str
    size_bytes: int

    @property
    def is_parameter(self) -> bool:
        """True if the bytes are numbers found by training."""
        return self.category in ("weights", "biases")


class GraphCategories:
    """Operators and tensors of a graph, by index, that belong to a category of their own.

    Attributes
    ----------
    operators, tensors
        Categories by index; what is not named here counts among ``"operators"`` or ``"tensors"``.
    """

    def __init__(self, file: TfliteFile | None) -> None:
        self.operators: dict[int, str] = {}
        self.tensors: dict[int, str] = {}
        if file is None:
            return
        shapes = file.shape_arithmetic()
        for category, operators in (("shape arithmetic", shapes), ("upsampling", file.upsampling())):
            self.operators |= {op.index: category for op in operators}
            self.tensors |= {output: category for op in operators for output in op.outputs}
        read_elsewhere = {i for op in file.operators if op not in shapes for i in op.inputs}
        constants = {i for op in shapes for i in op.inputs if file.tensors[i].is_constant} - read_elsewhere
        self.tensors |= dict.fromkeys(constants, "shape arithmetic")
