"""Float16 files as TensorFlow's converter makes them, from a ``.tflite`` and without TensorFlow."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.numerics.weight_rounding import LARGEST_FINITE
from fp16core.tflite.graph import Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.tflite.reader import damage_named, read_graphs
from fp16core.vocabulary import ModelFileError

_DEQUANTIZE_VERSION = 3
"""Version of DEQUANTIZE from which on it takes float16."""


def cast_every_constant(model: ModelFile) -> ModelFile:
    """Cast all float32 constants that operators read, by the rule of TensorFlow's converter.

    In every graph, each float32 tensor that the file stores and an operator reads becomes float16, however small it
    is and whatever the operator does with it, biases, tables and single numbers included; magnitudes beyond 65,504
    are clamped, infinite ones too, and NaN stays. A DEQUANTIZE at the beginning of the graph upsamples it for all
    operators that read it. (``QuantizeWeightsFloat16`` and ``QuantizeTensorFloat16`` in TensorFlow's
    ``compiler/mlir/lite/quantization/lite/toco_legacy``.) A constant that is an output of its graph stays float32, as
    does a sparse one.

    Parameters
    ----------
    model
        A ``.tflite`` file.

    Returns
    -------
    ModelFile
        The float16 file. Tensors keep their indices: those of the float16 numbers come after them.

    Raises
    ------
    ModelFileError
        If the bytes are not a LiteRT model or are damaged, or there is nothing to cast.
    """
    graphs = read_graphs(model.contents, model.name)
    content = unpacked(model)
    with damage_named(model.name, model.size_bytes):
        wanted = [_to_cast(graph, raw) for graph, raw in zip(graphs, content.subgraphs, strict=True)]
        if not any(wanted):
            raise ModelFileError(
                f"{model.name} stores no float32 numbers that an operator reads: there is nothing to cast; choose a "
                "float32 .tflite file."
            )
        work = _Work(content, _buffers_kept(content, wanted))
        for raw, tensors in zip(content.subgraphs, wanted, strict=True):
            work.cast(raw, tensors)
        return ModelFile(packed(content), f"the float16 model made of {model.name}")


def clamped_half(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float16]:
    """Round to the nearest float16 number of at most 65,504; NaN stays NaN."""
    return np.clip(values, -LARGEST_FINITE, LARGEST_FINITE).astype(np.float16)


def _to_cast(graph: TfliteFile, raw: schema.SubGraphT) -> list[Tensor]:
    """Tensors of a graph that become float16, in the order in which operators read them."""
    ends = {tensor.index for tensor in (*graph.inputs, *graph.outputs)}
    read = dict.fromkeys(index for op in graph.operators for index in op.inputs if index >= 0 and index not in ends)
    tensors = [graph.tensors[index] for index in read]
    return [
        tensor
        for tensor in tensors
        if tensor.is_constant and tensor.dtype == "float32" and raw.tensors[tensor.index].sparsity is None
    ]


def _buffers_kept(content: schema.ModelT, wanted: Iterable[list[Tensor]]) -> set[int]:
    """Buffers that something else than a tensor to cast refers to."""
    kept = {metadata.buffer for metadata in content.metadata or []}
    for raw, tensors in zip(content.subgraphs, wanted, strict=True):
        cast = {tensor.index for tensor in tensors}
        kept |= {tensor.buffer for place, tensor in enumerate(raw.tensors or []) if place not in cast}
    return kept


@dataclass
class _Work:
    """A file while its constants are cast."""

    content: schema.ModelT
    kept: set[int]
    halves: dict[int, int] = field(default_factory=dict)
    code: int | None = None

    def cast(self, graph: schema.SubGraphT, tensors: list[Tensor]) -> None:
        upsampling = []
        for tensor in tensors:
            upsampled = graph.tensors[tensor.index]
            half = schema.TensorT()
            half.name = f"{tensor.name}_float16".encode()
            half.type = schema.TensorType.FLOAT16
            half.shape, half.shapeSignature = upsampled.shape, upsampled.shapeSignature
            half.hasRank = upsampled.hasRank
            half.buffer = self._half_buffer(tensor)
            upsampled.buffer = self._empty_buffer()
            graph.tensors.append(half)
            op = schema.OperatorT()
            op.opcodeIndex = self._dequantize_code()
            op.inputs = np.array([len(graph.tensors) - 1], np.int32)
            op.outputs = np.array([tensor.index], np.int32)
            upsampling.append(op)
        graph.operators = [*upsampling, *(graph.operators or [])]

    def _half_buffer(self, tensor: Tensor) -> int:
        if tensor.buffer not in self.halves:
            cast = schema.BufferT()
            values: npt.NDArray[np.float32] = tensor.values  # type: ignore[assignment]  # float32 tensors alone are cast
            cast.data = np.frombuffer(clamped_half(values).tobytes(), np.uint8)
            if tensor.buffer in self.kept:
                self.content.buffers.append(cast)
                self.halves[tensor.buffer] = len(self.content.buffers) - 1
            else:
                self.content.buffers[tensor.buffer] = cast
                self.halves[tensor.buffer] = tensor.buffer
        return self.halves[tensor.buffer]

    def _empty_buffer(self) -> int:
        # The first one is empty by convention, which a stranger's file need not follow.
        if self.content.buffers[0].data is None or not len(self.content.buffers[0].data):
            return 0
        self.content.buffers.append(schema.BufferT())
        return len(self.content.buffers) - 1

    def _dequantize_code(self) -> int:
        if self.code is None:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
            code.version = _DEQUANTIZE_VERSION
            self.content.operatorCodes = [*(self.content.operatorCodes or []), code]
            self.code = len(self.content.operatorCodes) - 1
        return self.code
