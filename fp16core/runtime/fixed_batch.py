"""The same network for one size of batch, and its first operators alone, written without TensorFlow.

LiteRT's GPU accelerator refuses a file that leaves the size of its batch open, and `CompiledModel`
corrupts memory when it resizes one. A file for one size needs none of the arithmetic on shapes that
makes any size possible: its results are stored in its place.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from fp16core.runtime.digit_interpreter import open_interpreter, signature_text
from fp16core.text import count_text, first_line
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.vocabulary import ModelFileError


def with_fixed_batch(model: ModelFile, batch: int, output: int | None = None) -> ModelFile:
    """A copy of a ``.tflite`` file that takes so many images at once, no more and no fewer.

    Parameters
    ----------
    model
        A ``.tflite`` file with one input.
    batch
        Number of images.
    output
        Index of the tensor that the copy computes instead of the last one; operators that it does not
        need are left out.

    Returns
    -------
    ModelFile
        The copy, of the same name. The indices of its tensors are the original's.

    Raises
    ------
    ModelFileError
        If the file is damaged, has no operators or several graphs, or its batch is fixed to another size.
    """
    file, name = model.graph, model.name
    if len(file.inputs) != 1 or len(file.outputs) != 1:
        raise ModelFileError(f"{name} has {signature_text(file)}; choose a digit classifier, which has one of each.")
    signature = file.inputs[0].shape_signature
    if signature[:1] not in ((-1,), (batch,)):
        raise ModelFileError(
            f"{name} takes {count_text(signature[0], 'image')} at a time, and cannot be made to take {batch}."
        )
    content = unpacked(model)
    arithmetic = file.shape_arithmetic()
    shapes, values = _computed(model, batch, {index for op in arithmetic for index in op.outputs})
    graph = content.subgraphs[0]
    last = file.outputs[0].index if output is None else output
    needed = _needed(graph.operators, {op.index for op in arithmetic}, last)
    graph.operators = [op for place, op in enumerate(graph.operators) if place in needed]
    for index, tensor in enumerate(graph.tensors):
        tensor.shape, tensor.shapeSignature = np.array(shapes[index], np.int32), None
    for index, result in values.items():
        stored = schema.BufferT()
        stored.data = np.frombuffer(result.tobytes(), np.uint8)
        content.buffers.append(stored)
        graph.tensors[index].buffer = len(content.buffers) - 1
    graph.outputs = np.array([last], np.int32)
    for signature_def in content.signatureDefs or []:
        for answer in signature_def.outputs or []:
            answer.tensorIndex = last
    return ModelFile(packed(content), name)


def _computed(
    model: ModelFile, batch: int, wanted: set[int]
) -> tuple[Mapping[int, tuple[int, ...]], Mapping[int, npt.NDArray[np.generic]]]:
    """Every tensor's shape for a batch of this size, and the values of some, which depend on nothing else."""
    try:
        interpreter = open_interpreter(model.contents, preserve_all_tensors=True)
        given = interpreter.get_input_details()[0]
        shape = (batch, *(int(side) for side in given["shape"][1:]))
        interpreter.resize_tensor_input(given["index"], shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], np.zeros(shape, given["dtype"]))
        interpreter.invoke()
        shapes = {
            detail["index"]: tuple(int(s) for s in detail["shape"]) for detail in interpreter.get_tensor_details()
        }
        return shapes, {index: np.ascontiguousarray(interpreter.get_tensor(index)) for index in sorted(wanted)}
    except (ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{model.name}: the LiteRT interpreter refuses batches of {batch} ({first_line(error)}); convert it with a "
            "variable batch size."
        ) from error


def _needed(operators: list[schema.OperatorT], dropped: set[int], last: int) -> set[int]:
    """Places of the operators that the last tensor follows from."""
    producers = {
        int(tensor): place for place, op in enumerate(operators) if place not in dropped for tensor in op.outputs
    }
    found: set[int] = set()
    wanted = [last]
    while wanted:
        place = producers.get(wanted.pop())
        if place is not None and place not in found:
            found.add(place)
            wanted += [int(tensor) for tensor in operators[place].inputs]
    return found
