"""Stored floating-point constants, and the operators that read them, in every graph of a file."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.reader import read_graphs


@dataclass(frozen=True)
class ConstantReading:
    """A stored floating-point tensor at an input of an operator, directly or upsampled by DEQUANTIZE.

    Attributes
    ----------
    graph
        Number of the graph, 0 for the main one.
    step
        Number of the operator in its graph, not counting those that upsample constants: float32 and float16 files of
        one network have the same.
    operator, kind
        Index of the operator in its graph, and its kind.
    position
        Position among the operator's inputs.
    tensor
        The stored tensor.
    """

    graph: int
    step: int
    operator: int
    kind: str
    position: int
    tensor: Tensor = field(repr=False)

    @property
    def place(self) -> tuple[int, int, str, int]:
        """Place in the network, which is the same in a file's float16 counterpart."""
        return self.graph, self.step, self.kind, self.position

    @property
    def numbers(self) -> int:
        """Number of stored numbers, whatever the tensor's shape says."""
        return self.tensor.stored_size_bytes // _ITEM_BYTES[self.tensor.dtype]

    @property
    def is_dense(self) -> bool:
        """True if the stored numbers fill the tensor's shape, as those of sparse tensors do not."""
        return self.tensor.stored_size_bytes == math.prod(self.tensor.shape) * _ITEM_BYTES[self.tensor.dtype]


_ITEM_BYTES = {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}


def constant_readings(model: ModelFile) -> tuple[ConstantReading, ...]:
    """Stored floating-point constants that operators read, in the order of execution.

    Parameters
    ----------
    model
        A ``.tflite`` file.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged.
    """
    graphs = read_graphs(model.contents, model.name)
    return tuple(reading for number, graph in enumerate(graphs) for reading in _readings(number, graph))


def _readings(number: int, graph: TfliteFile) -> Iterator[ConstantReading]:
    upsampling = {op.index: op for op in graph.upsampling()}
    sources = {filled: op.inputs[0] for op in upsampling.values() for filled in op.outputs}
    steps = [op for op in graph.operators if op.index not in upsampling]
    for step, op in enumerate(steps):
        for position, index in enumerate(op.inputs):
            if index < 0:
                continue
            tensor = graph.tensors[sources.get(index, index)]
            if tensor.is_constant and tensor.dtype in _ITEM_BYTES:
                yield ConstantReading(number, step, op.index, op.name, position, tensor)
