"""Operators that XNNPACK leaves to LiteRT's own kernels, each with the reason, as far as LiteRT lets one know it.

XNNPACK gives no reasons: it tests each operator for its kind, for the types of its tensors, for sizes that are known
before the run and for parameters that the file stores, and takes it or does not.
"""

from collections.abc import Collection, Sequence

from ai_edge_litert.interpreter import Interpreter

from fp16core.runtime.delegation import undelegated
from fp16core.runtime.digit_interpreter import rejection_named
from fp16core.tflite.data_shapes import size_operands
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile

_KINDS = (
    "ABS ADD AVERAGE_POOL_2D BATCH_MATMUL CEIL CONCATENATION CONV_2D COS DEPTHWISE_CONV_2D DEPTH_TO_SPACE "
    "DEQUANTIZE DIV ELU EXP FLOOR FULLY_CONNECTED GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC MAXIMUM "
    "MAX_POOL_2D MEAN MINIMUM MUL NEG PAD PRELU QUANTIZE REDUCE_MAX REDUCE_MIN RELU RELU6 RELU_N1_TO_1 "
    "RESHAPE RESIZE_BILINEAR ROUND RSQRT SIN SLICE SOFTMAX SPACE_TO_DEPTH SPLIT SQRT SQUARE "
    "SQUARED_DIFFERENCE STRIDED_SLICE SUB SUM TANH TRANSPOSE TRANSPOSE_CONV"
)
KINDS = frozenset(_KINDS.split())
"""Kinds that XNNPACK takes in float32, where the interpreter applies it by default: as measured with LiteRT 2.3."""

_CONTROL = ("IF", "WHILE", "CALL", "CALL_ONCE")
_QUANTIZED = ("int8", "uint8", "int4")
_WEIGHTED = {"CONV_2D": (1, 2), "DEPTHWISE_CONV_2D": (1, 2), "FULLY_CONNECTED": (1, 2), "TRANSPOSE_CONV": (1, 3)}
"""Operators whose weights must be stored, and the positions of these."""


def reasons(model: ModelFile, shapes: Sequence[tuple[int, ...]], left: Collection[int]) -> dict[int, str]:
    """Reasons why XNNPACK does not run operators, by their indices.

    Parameters
    ----------
    model
        A ``.tflite`` file.
    shapes
        Shape of each input, in the file's order.
    left
        Indices of the operators that it does not run.

    Raises
    ------
    ModelFileError
        If LiteRT rejects the model.
    """
    if not left:
        return {}
    file = model.graph
    stored = {tensor.index for tensor in file.tensors if tensor.is_constant}
    stored |= {index for op in file.upsampling() for index in op.outputs}
    with rejection_named(model.name):
        sizes = _Sizes(undelegated(model, shapes), stored)
    return {op.index: _reason(op, file, sizes, stored) for op in file.operators if op.index in left}


class _Sizes:
    """Sizes of tensors before the first run."""

    def __init__(self, interpreter: Interpreter, stored: Collection[int]) -> None:
        self._interpreter, self._stored = interpreter, stored

    def is_open(self, tensor: Tensor) -> bool:
        """True if LiteRT learns the size only while it runs."""
        if tensor.index in self._stored:
            return False
        try:
            self._interpreter.get_tensor(tensor.index)
        except ValueError:  # it has no memory yet
            return True
        return False


def _reason(op: Operator, file: TfliteFile, sizes: _Sizes, stored: Collection[int]) -> str:
    inputs, outputs = ([file.tensors[index] for index in ends if index >= 0] for ends in (op.inputs, op.outputs))
    if op.name in _CONTROL:
        return "It runs another graph, which XNNPACK cannot take as a part of this one."
    computed = sorted({tensor.dtype for tensor in outputs} - {"float32", *_QUANTIZED})
    if computed:
        return f"It computes {' and '.join(computed)}; XNNPACK computes float32 and quantized numbers."
    if op.name not in KINDS:
        return f"XNNPACK has no kernel for {op.name}."
    for operand in size_operands(op):
        if operand not in stored:
            return (
                f"The size of its result is computed (“{file.tensors[operand].name}”); XNNPACK wants it stored in the "
                "file. Fix the shapes of the inputs when converting."
            )
    for tensor in (*inputs, *outputs):
        if sizes.is_open(tensor):
            return (
                f"The size of “{tensor.name}” is known only during a run, because operators before it compute it; "
                "XNNPACK wants it before. Fix the shapes of the inputs when converting."
            )
    for position in _WEIGHTED.get(op.name, ()):
        if position < len(op.inputs) and op.inputs[position] >= 0 and op.inputs[position] not in stored:
            return f"Its weights “{file.tensors[op.inputs[position]].name}” are computed; XNNPACK wants them stored."
    return (
        f"XNNPACK takes {op.name}, but not with these settings, ranks or types of tensors; LiteRT does not say which "
        "it is."
    )
