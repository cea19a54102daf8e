"""Magnitudes of a model's float32 numbers: what float16 has to hold, on the way as well."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.ranges.limits import LARGEST, SMALLEST_NORMAL
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.graph import Operator
from fp16core.tflite.model_file import ModelFile


@dataclass(frozen=True)
class Magnitudes:
    """Magnitudes over all samples.

    Attributes
    ----------
    largest, smallest
        Largest finite and smallest nonzero magnitude of each computed float32 tensor, by index; 0 and infinity if it
        has no such numbers.
    demand
        Largest magnitude that an operator computes, by its index: results, and sums on the way to them.
    constants
        Largest finite magnitude of each stored float32 tensor, by index.
    shapes
        Shapes of all tensors at run time, by index.
    """

    largest: Mapping[int, float]
    smallest: Mapping[int, float]
    demand: Mapping[int, float]
    constants: Mapping[int, float]
    shapes: Mapping[int, tuple[int, ...]]

    def fits(self, tensor: int) -> bool:
        """True if float16 holds all values of a tensor with all their bits."""
        return self.largest.get(tensor, math.inf) <= LARGEST and self.smallest.get(tensor, 0.0) >= SMALLEST_NORMAL


def magnitudes(model: ModelFile, samples: Samples) -> Magnitudes:
    """Magnitudes of what a float32 model computes.

    Raises
    ------
    ModelFileError
        If the file is damaged or the interpreter rejects it.
    """
    file = model.graph
    computed = {index for op in file.operators for index in op.outputs if index >= 0}
    wanted = sorted(computed | {tensor.index for tensor in file.inputs})
    floats = [index for index in wanted if file.tensors[index].dtype == "float32"]
    largest, smallest = dict.fromkeys(floats, 0.0), dict.fromkeys(floats, math.inf)
    demand = {op.index: 0.0 for op in file.operators}
    shapes: dict[int, tuple[int, ...]] = {}
    interpreter = AnyInterpreter(model, samples.shapes, preserve_all_tensors=True)
    for place in range(len(samples)):
        interpreter.run(samples[place])
        if not shapes:
            known = interpreter.shapes()
            shapes = {tensor.index: known.get(tensor.index, tensor.shape) for tensor in file.tensors}
        full = [index for index in floats if 0 not in shapes[index]]  # LiteRT shows no values of an empty tensor
        tops: dict[int, float] = {}
        for index in full:
            size = np.abs(interpreter.value(index))
            tops[index] = _largest(size)
            largest[index] = max(largest[index], tops[index])
            smallest[index] = min(smallest[index], float(size[np.isfinite(size) & (size > 0)].min(initial=math.inf)))
        for op in file.operators:
            demand[op.index] = max(demand[op.index], _demand(op, tops, shapes, interpreter))
    constants = {
        tensor.index: _largest(np.abs(tensor.values))
        for tensor in file.tensors
        if tensor.is_constant and tensor.dtype == "float32"
    }
    return Magnitudes(largest, smallest, demand, constants, shapes)


def _largest(size: Array) -> float:
    """Largest finite one of some magnitudes; 0 if there is none."""
    return float(size[np.isfinite(size)].max(initial=0.0))


def _demand(
    op: Operator, tops: Mapping[int, float], shapes: Mapping[int, tuple[int, ...]], interpreter: AnyInterpreter
) -> float:
    """Largest magnitude that an operator computes of the sample that was run last."""
    results = [index for index in op.outputs if index in tops]
    found = max((tops[index] for index in results), default=0.0)
    if not results or not op.inputs or op.inputs[0] not in tops:
        return found
    if op.name == "MEAN":
        return found * math.prod(shapes[op.inputs[0]]) / math.prod(shapes[results[0]])
    if op.name == "L2_NORMALIZATION":
        given = interpreter.value(op.inputs[0]).astype(np.float64)
        return max(found, float(np.square(given).sum(axis=-1).max(initial=0.0)))
    return found
