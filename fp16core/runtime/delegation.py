"""Partitions of a graph run by LiteRT's default delegate, XNNPACK, and the stage that upsamples float16 weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fp16core.runtime.digit_interpreter import rejection_named
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile

_DELEGATE = "DELEGATE"


@dataclass(frozen=True)
class Partition:
    """A subgraph that the delegate runs as a single node.

    Attributes
    ----------
    operators
        Indices of the operators it replaces, in ascending order.
    inputs, outputs
        Indices of the tensors it reads and writes; intermediate tensors stay inside the delegate.
    """

    operators: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class UpsamplingStage(Enum):
    """Stage at which an interpreter reads a stored float16 constant for the last time."""

    LOADING = "while the model is loaded"
    FIRST_RUN = "in the first run"
    EACH_RUN = "in each run"


def delegate_partitions(model: ModelFile, shapes: Sequence[tuple[int, ...]] | None = None) -> tuple[Partition, ...]:
    """Partitions of a graph that the interpreter's default delegate runs.

    After tensor allocation, the interpreter lists one DELEGATE node for each partition, following the
    operators of the file. The operators of a partition are found by walking back from the tensors that its
    node writes to those that it reads.

    Parameters
    ----------
    model
        A ``.tflite`` file.
    shapes
        Shape of each input, in the file's order; by default those that the file stores.

    Returns
    -------
    tuple of Partition
        In the interpreter's order; empty if the delegate runs no operator.

    Raises
    ------
    ModelFileError
        If the file is not a LiteRT model, is damaged, or the interpreter rejects it.
    """
    file = model.graph
    with rejection_named(model.name):
        interpreter = _opened(model.contents)
        _allocate(interpreter, file, [tensor.shape for tensor in file.inputs] if shapes is None else shapes)
        nodes = interpreter._get_ops_details()[len(file.operators) :]
    return tuple(
        _partition(file, _indices(node["inputs"]), _indices(node["outputs"]))
        for node in nodes
        if node["op_name"] == _DELEGATE
    )


def upsampling_stage(
    model: ModelFile, image: npt.NDArray[np.float32], delegated: bool = True
) -> UpsamplingStage | None:
    """Stage at which float16 weights are upsampled to float32, found by erasing them.

    The stored float16 constants are overwritten with zeros before or after an interpreter's first run. If a later
    run still returns the logits of the intact model, it no longer reads them.

    Parameters
    ----------
    model
        A ``.tflite`` file with one input and one output.
    image : float32, shape (28, 28)
        Input, repeated to fill the file's batch; its logits must depend on the weights.
    delegated
        Whether the default delegate may be applied.

    Returns
    -------
    UpsamplingStage or None
        None if the file stores no float16 constants.

    Raises
    ------
    ModelFileError
        As `delegate_partitions`.
    """
    file = model.graph
    halves = [t.index for t in file.tensors if t.is_constant and t.dtype == "float16"]
    if not halves:
        return None
    with rejection_named(model.name):
        expected = _logits(_loaded(model.contents, delegated), file, image)
        # An interpreter works on the given bytes in place, and erasing writes into them, so each gets its own copy.
        early, late = (_loaded(bytes(bytearray(model.contents)), delegated) for _ in range(2))
        _erase(early, halves)
        if np.array_equal(_logits(early, file, image), expected):
            return UpsamplingStage.LOADING
        _logits(late, file, image)
        _erase(late, halves)
        return (
            UpsamplingStage.FIRST_RUN
            if np.array_equal(_logits(late, file, image), expected)
            else UpsamplingStage.EACH_RUN
        )


def undelegated(model: ModelFile, shapes: Sequence[tuple[int, ...]]) -> Interpreter:
    """An interpreter without delegates, its tensors allocated for inputs of these shapes; raises what LiteRT raises."""
    interpreter = _opened(model.contents, delegated=False)
    _allocate(interpreter, model.graph, shapes)
    return interpreter


def _opened(contents: bytes, delegated: bool = True) -> Interpreter:
    kind = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return Interpreter(model_content=contents, num_threads=1, experimental_op_resolver_type=kind)


def _allocate(interpreter: Interpreter, file: TfliteFile, shapes: Sequence[tuple[int, ...]]) -> None:
    for tensor, shape in zip(file.inputs, shapes, strict=True):
        if tensor.shape != shape:
            interpreter.resize_tensor_input(tensor.index, shape)
    interpreter.allocate_tensors()


def _loaded(contents: bytes, delegated: bool = True) -> Interpreter:
    interpreter = _opened(contents, delegated)
    interpreter.allocate_tensors()
    return interpreter


def _partition(file: TfliteFile, inputs: tuple[int, ...], outputs: tuple[int, ...]) -> Partition:
    producers = {tensor: op for op in file.operators for tensor in op.outputs}
    found: set[int] = set()
    wanted = set(outputs)
    while wanted:
        op = producers.get(wanted.pop())
        if op is not None and op.index not in found:
            found.add(op.index)
            wanted |= set(op.inputs) - set(inputs)
    return Partition(tuple(sorted(found)), inputs, outputs)


def _indices(tensors: npt.NDArray[np.int32]) -> tuple[int, ...]:
    return tuple(int(index) for index in tensors)


def _logits(interpreter: Interpreter, file: TfliteFile, image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    given = file.inputs[0]
    interpreter.set_tensor(given.index, np.broadcast_to(image.reshape(given.shape[1:]), given.shape))
    interpreter.invoke()
    logits: npt.NDArray[np.float32] = interpreter.get_tensor(file.outputs[0].index)
    return logits


def _erase(interpreter: Interpreter, tensors: list[int]) -> None:
    for index in tensors:
        interpreter.set_tensor(index, np.zeros_like(interpreter.get_tensor(index)))
