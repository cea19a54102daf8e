"""The operators of a graph as a picture shows them: edges, and the numbers of one tensor of each."""

import numpy as np

from fp16core.diagnosis.number_picture import NumberPicture, largest_weights, number_picture
from fp16core.diagnosis.observation import Observation
from fp16core.diagnosis.outcome import OperatorReading
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.names import input_names, output_names
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile

_NOTHING = NumberPicture(None, ())


def operator_readings(model: ModelFile, fixed: FixedModel, observation: Observation) -> tuple[OperatorReading, ...]:
    """Read all operators of the main graph, but for those that upsample weights.

    Values that operators compute are those of the first sample.
    """
    file = model.graph
    upsampling = {op.index for op in file.upsampling()}
    producers = {index: op.index for op in file.operators if op.index not in upsampling for index in op.outputs}
    inputs = _named(file.inputs, input_names(model))
    outputs = _named(file.outputs, output_names(model))
    computed = {item.tensor.index: item.picture for item in observation.operators if item.picture is not None}
    found = []
    for op in file.operators:
        if op.index in upsampling:
            continue
        weights = largest_weights(file, op)
        tensor = _computed(file, op) if weights is None else weights
        picture = computed.get(tensor.index, _NOTHING) if weights is None else _picture_of(weights)
        found.append(
            OperatorReading(
                operator=op.index,
                kind=op.name,
                reads=tuple(dict.fromkeys(producers[index] for index in op.inputs if index in producers)),
                inputs=tuple(name for index in dict.fromkeys(op.inputs) for name in inputs.get(index, ())),
                outputs=tuple(name for index in op.outputs for name in outputs.get(index, ())),
                tensor=tensor.name,
                shape=fixed.shapes[tensor.index] if weights is None else tensor.shape,
                are_weights=weights is not None,
                histogram=picture.histogram,
                examples=picture.examples,
            )
        )
    return tuple(found)


def _named(tensors: tuple[Tensor, ...], names: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
    """Names of tensors by their indices; an output may be listed twice."""
    found: dict[int, tuple[str, ...]] = {}
    for tensor, name in zip(tensors, names, strict=True):
        found[tensor.index] = (*found.get(tensor.index, ()), name)
    return found


def _computed(file: TfliteFile, op: Operator) -> Tensor:
    """The first tensor of floating-point numbers that an operator computes, otherwise any that it has to do with."""
    tensors = [file.tensors[index] for index in (*op.outputs, *op.inputs) if index >= 0]
    return next((tensor for tensor in tensors[: len(op.outputs)] if tensor.dtype == "float32"), tensors[0])


def _picture_of(weights: Tensor) -> NumberPicture:
    return number_picture(np.asarray(weights.values, np.float32))
