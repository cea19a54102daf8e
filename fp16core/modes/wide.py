"""A wider network than MNIST's, with random weights: it gives a GPU enough to do for times to tell something.

Its weights come from a generator's raw integers, so that the files are the same everywhere. Its answers mean nothing.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.convert.quantizer import quantize_tflite
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.tflite.packing import packed
from fp16core.vocabulary import CLASSES, IMAGE_SIDE

CONVOLUTIONS, FILTERS, KERNEL_SIDE = 6, 128, 3

_NAME = "Wide network"

_SIDE = IMAGE_SIDE - CONVOLUTIONS * (KERNEL_SIDE - 1)
"""Height and width after the convolutions, which are not padded."""

Floats = npt.NDArray[np.float32]


@cache
def wide_pair() -> ModelPair:
    """Six 3 × 3 convolutions with 128 filters and RELU, the mean of each channel, and ten sums, as float32 and float16.

    The float16 file is LiteRT Quantizer's.
    """
    reference = ModelFile(_reference(), "wide.tflite")
    return ModelPair(_NAME, reference, ModelFile(quantize_tflite(reference).contents, "wide_f16.tflite"))


def _reference() -> bytes:
    graph = _Graph()
    last = graph.tensor("images", (1, IMAGE_SIDE, IMAGE_SIDE))
    graph.given = last
    side, channels = IMAGE_SIDE, 1
    last = graph.reshape(last, (side, side, channels))
    weights = _weights()
    for number in range(CONVOLUTIONS):
        side -= KERNEL_SIDE - 1
        kernel = graph.constant(f"kernel {number}", _drawn(weights, (FILTERS, KERNEL_SIDE, KERNEL_SIDE, channels)))
        bias = graph.constant(f"bias {number}", np.zeros(FILTERS, np.float32))
        options = schema.Conv2DOptionsT()
        options.padding, options.strideW, options.strideH = schema.Padding.VALID, 1, 1
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        last = graph.operator("CONV_2D", [last, kernel, bias], (1, side, side, FILTERS), "Conv2DOptions", options)
        channels = FILTERS
    pooling = schema.Pool2DOptionsT()
    pooling.padding, pooling.strideW, pooling.strideH = schema.Padding.VALID, 1, 1
    pooling.filterWidth = pooling.filterHeight = _SIDE
    last = graph.operator("AVERAGE_POOL_2D", [last], (1, 1, 1, FILTERS), "Pool2DOptions", pooling)
    last = graph.reshape(last, (FILTERS,))
    matrix = graph.constant("matrix", _drawn(weights, (CLASSES, FILTERS)))
    bias = graph.constant("bias", np.zeros(CLASSES, np.float32))
    dense = schema.FullyConnectedOptionsT()
    last = graph.operator("FULLY_CONNECTED", [last, matrix, bias], (1, CLASSES), "FullyConnectedOptions", dense)
    return graph.file(last)


def _weights() -> Iterator[npt.NDArray[np.float64]]:
    """Blocks of numbers from −1 to 1: a generator's raw integers, which are the same with every version of NumPy."""
    raw = np.random.PCG64(0)
    while True:
        yield (raw.random_raw(1 << 16) >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def _drawn(weights: Iterator[npt.NDArray[np.float64]], shape: tuple[int, ...]) -> Floats:
    """Weights after which activations keep their magnitude (K. He et al., Delving deep into rectifiers, 2015)."""
    count = int(np.prod(shape))
    numbers = np.concatenate([next(weights) for _ in range(-(-count // (1 << 16)))])[:count]
    drawn: Floats = (numbers * np.sqrt(6 / np.prod(shape[1:]))).astype(np.float32)
    return drawn.reshape(shape)


class _Graph:
    """A graph that grows operator by operator; the first side of each tensor between them is the number of images."""

    def __init__(self) -> None:
        self._model, self._graph = schema.ModelT(), schema.SubGraphT()
        self._model.version, self._model.subgraphs, self._model.operatorCodes = 3, [self._graph], []
        self._model.buffers = [schema.BufferT()]  # the first one is empty, by the schema
        self._graph.tensors, self._graph.operators = [], []
        self.given = -1

    def tensor(self, name: str, shape: tuple[int, ...]) -> int:
        found = schema.TensorT()
        found.name, found.shape, found.shapeSignature = name.encode(), list(shape), [-1, *shape[1:]]
        self._graph.tensors.append(found)
        return len(self._graph.tensors) - 1

    def constant(self, name: str, values: npt.NDArray[Any]) -> int:
        found, stored = schema.TensorT(), schema.BufferT()
        found.name, found.shape, found.buffer = name.encode(), list(values.shape), len(self._model.buffers)
        found.type = schema.TensorType.INT32 if values.dtype == np.int32 else schema.TensorType.FLOAT32
        stored.data = np.frombuffer(values.tobytes(), np.uint8)
        self._model.buffers.append(stored)
        self._graph.tensors.append(found)
        return len(self._graph.tensors) - 1

    def reshape(self, given: int, shape: tuple[int, ...]) -> int:
        """Give each image another shape."""
        wanted = self.constant(f"shape {len(self._graph.tensors)}", np.array([-1, *shape], np.int32))
        return self.operator("RESHAPE", [given, wanted], (1, *shape), "ReshapeOptions", schema.ReshapeOptionsT())

    def operator(self, kind: str, inputs: list[int], shape: tuple[int, ...], options: str, values: object) -> int:
        code, op = schema.OperatorCodeT(), schema.OperatorT()
        code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, kind)
        op.opcodeIndex, op.inputs = len(self._model.operatorCodes), inputs
        self._model.operatorCodes.append(code)
        op.builtinOptionsType, op.builtinOptions = getattr(schema.BuiltinOptions, options), values
        made = self.tensor(f"{kind} {op.opcodeIndex}", shape)
        op.outputs = [made]
        self._graph.operators.append(op)
        return made

    def file(self, answer: int) -> bytes:
        self._graph.inputs, self._graph.outputs = [self.given], [answer]
        contents: bytes = packed(self._model)
        return contents
