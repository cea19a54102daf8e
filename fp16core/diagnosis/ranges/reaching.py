"""Effect of infinities in the middle of the graph, or of other constants, on the model's outputs.

From the tensor in question on, the graph is computed in float32: no device is needed, and nothing else is rounded.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from fp16core.diagnosis.ranges.limits import Floats
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array

RESOLUTION = 2.0**-10
"""Distance of neighbouring float16 numbers, relative to them: errors up to this are those of float16 anyway."""


class Continuation:
    """The graph from one tensor on.

    Parameters
    ----------
    fixed
        The model.
    tensor
        Index of the tensor whose values are given instead of computed.
    """

    def __init__(self, fixed: FixedModel, tensor: int) -> None:
        inputs = [int(index) for index in fixed.content.subgraphs[0].inputs]
        self._interpreter = AnyInterpreter(fixed.cut(inputs=[*inputs, tensor]))

    def outputs(self, sample: Sequence[Array], values: Floats) -> tuple[Array, ...]:
        """Outputs of the model if the tensor had these values."""
        return self._interpreter.outputs((*sample, values))


def with_constants(fixed: FixedModel, values: Mapping[int, Array]) -> AnyInterpreter:
    """The whole model with other values in stored tensors."""
    return AnyInterpreter(fixed.cut(replaced=values))


def are_changed(expected: Sequence[Array], found: Sequence[Array]) -> bool:
    """True if an output is no longer finite, or differs by more than float16's own resolution."""
    return any(_is_changed(first, second) for first, second in zip(expected, found, strict=True))


def _is_changed(expected: Array, found: Array) -> bool:
    if expected.shape != found.shape:
        return True
    first, second = expected.astype(np.float64), found.astype(np.float64)
    is_known = np.isfinite(first)
    first, second = first[is_known], second[is_known]
    if not np.isfinite(second).all():
        return True
    if first.size == 0:
        return False
    return bool(np.abs(second - first).max() > RESOLUTION * np.abs(first).max())
