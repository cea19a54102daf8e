"""What LiteRT's interpreter hands to its default delegate, XNNPACK, and when float16 weights become float32."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from fp16core.text import first_line
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

_DELEGATE = "DELEGATE"


@dataclass(frozen=True)
class Partition:
    """A part of the graph that the delegate runs in one go.

    Attributes
    ----------
    operators
        Indices of the operators it replaced, rising.
    inputs, outputs
        Indices of the tensors it reads and fills; what lies between never leaves the delegate.
    """

    operators: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class UpsamplingStage(Enum):
    """When an interpreter reads a stored float16 constant for the last time."""

    LOADING = "while the model is loaded"
    FIRST_RUN = "in the first run"
    EACH_RUN = "in each run"


def delegate_partitions(model: ModelFile) -> tuple[Partition, ...]:
    """The parts of a graph that the interpreter's default delegate runs.

    Once its tensors are allocated, the interpreter lists a DELEGATE node for each part after the
    operators of the file. A part's operators are found by walking back from the tensors that its
    node fills to those that it reads.

    Parameters
    ----------
    model
        A ``.tflite`` file.

    Returns
    -------
    tuple of Partition
        In the interpreter's order; empty if the delegate takes nothing.

    Raises
    ------
    ModelFileError
        If the file is no LiteRT model, is damaged, or the interpreter refuses it.
    """
    file = model.graph
    with _refusal_named(model.name):
        nodes = _loaded(model.contents)._get_ops_details()[len(file.operators) :]
    return tuple(
        _partition(file, _indices(node["inputs"]), _indices(node["outputs"]))
        for node in nodes
        if node["op_name"] == _DELEGATE
    )


def upsampling_stage(
    model: ModelFile, image: npt.NDArray[np.float32], delegated: bool = True
) -> UpsamplingStage | None:
    """When float16 weights become float32: found by erasing them.

    The stored float16 numbers of one interpreter are overwritten with zeros, before its first run or
    after it. A run whose logits are still those of the untouched model no longer needs them.

    Parameters
    ----------
    model
        A ``.tflite`` file with one input and one output.
    image : float32, shape (28, 28)
        What to run it on, as often as one batch of the file has room for; its logits must depend on
        the weights.
    delegated
        Whether the default delegate may take part.

    Returns
    -------
    UpsamplingStage or None
        None if the file stores no float16 numbers.

    Raises
    ------
    ModelFileError
        As `delegate_partitions`.
    """
    file = model.graph
    halves = [t.index for t in file.tensors if t.is_constant and t.dtype == "float16"]
    if not halves:
        return None
    with _refusal_named(model.name):
        expected = _logits(_loaded(model.contents, delegated), file, image)
        # Erasing writes into the very bytes that the interpreter was given, so each gets a copy of its own.
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


def _loaded(contents: bytes, delegated: bool = True) -> Interpreter:
    kind = OpResolverType.AUTO if delegated else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(model_content=contents, num_threads=1, experimental_op_resolver_type=kind)
    interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _refusal_named(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{name}: the LiteRT interpreter refuses the model ({first_line(error)}); convert it again."
        ) from error


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
