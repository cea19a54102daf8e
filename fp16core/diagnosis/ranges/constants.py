"""Stored constants that float16 turns into infinities, zeros or subnormal numbers, and their effect on the outputs."""

from collections.abc import Callable, Sequence

import numpy as np

from fp16core.diagnosis.ranges.limits import INFINITE_FROM, SUBNORMAL_BELOW, ZERO_UP_TO, Floats, rounded
from fp16core.diagnosis.ranges.reaching import are_changed, with_constants
from fp16core.diagnosis.results import ConstantRange
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import Array
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.graph import Operator, Tensor
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

_MOST_FOLLOWED = 24
"""Most constants whose effect is measured."""

_MULTIPLIES = {
    "BATCH_MATMUL",
    "BIDIRECTIONAL_SEQUENCE_LSTM",
    "CONV_2D",
    "CONV_3D",
    "CONV_3D_TRANSPOSE",
    "DEPTHWISE_CONV_2D",
    "EMBEDDING_LOOKUP",
    "FULLY_CONNECTED",
    "GATHER",
    "LSTM",
    "RNN",
    "SVDF",
    "TRANSPOSE_CONV",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "UNIDIRECTIONAL_SEQUENCE_RNN",
}
"""Operators whose weights are summed up by the thousands: there, a weight near 0 matters no more as 0."""

References = Callable[[int], Sequence[Array]]
"""Outputs of the float32 model for a sample."""


def constant_ranges(
    model: ModelFile, fixed: FixedModel, samples: Samples, references: References
) -> tuple[ConstantRange, ...]:
    """Constants that float16 turns into another kind of number, in the order in which operators read them."""
    found: list[ConstantRange] = []
    followed = 0
    for op, tensor in _read_constants(model):
        values = np.asarray(tensor.values, np.float32)
        for becomes, value, numbers in _hazards(op, values):
            reaches = None
            if followed < _MOST_FOLLOWED:
                followed += 1
                reaches = _reaches(fixed, samples, references, tensor, _changed(values, becomes))
            found.append(ConstantRange(op.index, op.name, tensor.name, value, numbers, becomes, reaches))
    return tuple(found)


def _read_constants(model: ModelFile) -> list[tuple[Operator, Tensor]]:
    """Stored float32 tensors, each once, with the first operator that reads it."""
    seen, found = set(), []
    for op in model.graph.operators:
        for index in op.inputs:
            tensor = model.graph.tensors[index] if index >= 0 else None
            if tensor is None or not tensor.is_constant or tensor.dtype != "float32" or tensor.buffer in seen:
                continue
            seen.add(tensor.buffer)
            found.append((op, tensor))
    return found


def _hazards(op: Operator, values: Floats) -> list[tuple[str, float, int]]:
    """Kinds of numbers that some of the values become, the worst such value, and how many there are."""
    sizes = np.abs(values)
    sizes = sizes[np.isfinite(sizes)]
    found = []
    beyond = values[np.isfinite(values) & (np.abs(values) >= INFINITE_FROM)]
    if beyond.size:
        found.append(("infinite", float(beyond[np.argmax(np.abs(beyond))]), beyond.size))
    if op.name in _MULTIPLIES:
        return found
    zeroed = sizes[(sizes > 0) & (sizes <= ZERO_UP_TO)]
    if zeroed.size:
        found.append(("zero", float(zeroed.min()), zeroed.size))
    subnormal = sizes[(sizes > ZERO_UP_TO) & (sizes < SUBNORMAL_BELOW)]
    if subnormal.size:
        found.append(("subnormal", float(subnormal.min()), subnormal.size))
    return found


def _changed(values: Floats, becomes: str) -> Floats:
    """The constant as float16 makes it, but only where it becomes such numbers."""
    sizes = np.abs(values)
    if becomes == "infinite":
        return np.where(sizes >= INFINITE_FROM, rounded(values), values)
    if becomes == "zero":
        return np.where(sizes <= ZERO_UP_TO, np.float32(0), values)
    return np.where(sizes < SUBNORMAL_BELOW, np.float32(0), values)


def _reaches(
    fixed: FixedModel, samples: Samples, references: References, tensor: Tensor, values: Floats
) -> bool | None:
    try:
        changed = with_constants(fixed, {tensor.index: values})
        return any(are_changed(references(place), changed.outputs(samples[place])) for place in range(len(samples)))
    except ModelFileError:
        return None  # the part that LiteRT would have to run is one that it rejects
