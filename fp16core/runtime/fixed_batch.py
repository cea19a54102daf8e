"""Specialization of a ``.tflite`` file to one batch size, optionally cut off after an operator, without TensorFlow.

LiteRT's GPU accelerator rejects files with a dynamic batch size, and `CompiledModel` corrupts memory when it
resizes one. With a fixed batch size the shape arithmetic of the graph is constant, so it is evaluated once and
replaced by its results (constant folding).
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
    """Copy of a ``.tflite`` file with a fixed batch size.

    Parameters
    ----------
    model
        A ``.tflite`` file with one input and one output.
    batch
        Batch size.
    output
        Index of an intermediate tensor that becomes the copy's output; operators that it does not depend on
        are removed.

    Returns
    -------
    ModelFile
        The copy, with the same name. Tensors keep their indices.

    Raises
    ------
    ModelFileError
        If the file is damaged, has no operators or several graphs, or has another fixed batch size.
    """
    file, name = model.graph, model.name
    if len(file.inputs) != 1 or len(file.outputs) != 1:
        raise ModelFileError(f"{name} has {signature_text(file)}; choose a digit classifier, which has one of each.")
    signature = file.inputs[0].shape_signature
    if signature[:1] not in ((-1,), (batch,)):
        raise ModelFileError(
            f"{name} takes {count_text(signature[0], 'image')} at a time, and cannot be changed to take {batch}."
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
    """Shapes of all tensors for a batch size, and the values of the wanted ones, which depend on nothing else."""
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
            f"{model.name}: the LiteRT interpreter rejects batches of {batch} ({first_line(error)}); convert it with a "
            "dynamic batch size."
        ) from error


def _needed(operators: list[schema.OperatorT], dropped: set[int], last: int) -> set[int]:
    """Indices of the operators that the last tensor depends on."""
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
