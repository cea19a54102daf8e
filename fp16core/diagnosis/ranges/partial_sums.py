"""Bounds on the partial sums of weighted sums: no order of additions exceeds the sum of magnitudes."""

from collections.abc import Callable, Mapping

import numpy as np

from fp16core.diagnosis.ranges.limits import INFINITE_FROM
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.vocabulary import ModelFileError

_OPERANDS: dict[str, tuple[int, int, int, tuple[int, ...]]] = {
    "CONV_2D": (0, 1, 2, (1, 2, 3)),
    "DEPTHWISE_CONV_2D": (0, 1, 2, (0, 1, 2)),
    "FULLY_CONNECTED": (0, 1, 2, (1,)),
    "TRANSPOSE_CONV": (2, 1, 3, (1, 2, 3)),
}
"""Positions of numbers, weights and bias among the operands, and the axes of the weights that one sum runs over."""

_KEEPS_SUMS = ("NONE", "RELU")
"""Fused activations that change no sum of magnitudes."""

_MOST_MEASURED = 16
"""Most operators whose sums of magnitudes are computed; of others, the quick bound is given."""

Values = Callable[[int, int], Array]
"""Values of a tensor in a sample, by their indices."""


def partial_sums(
    file: TfliteFile, fixed: FixedModel, largest: Mapping[int, float], samples: int, values: Values
) -> dict[int, float]:
    """Bound on the partial sums of operators in which these may overflow in float16, by operator.

    Parameters
    ----------
    file, fixed
        The graph, and the model with fixed shapes.
    largest
        Largest magnitude of tensors, as far as it is known.
    samples
        Number of samples.
    values
        Values of tensors: asked for only where the product of the largest magnitude and the weights' is too large.
    """
    found: dict[int, float] = {}
    measured = 0
    for op in file.operators:
        bound = _bound(file, op, largest)
        if bound >= INFINITE_FROM:
            if measured < _MOST_MEASURED and op.settings.get("activation", "NONE") in _KEEPS_SUMS:
                measured += 1
                bound = min(bound, _measured(file, fixed, op, samples, values) or bound)
            if bound >= INFINITE_FROM:
                found[op.index] = bound
    return found


def _stored(file: TfliteFile, op: Operator, place: int) -> Tensor | None:
    index = op.inputs[place] if place < len(op.inputs) else -1
    tensor = file.tensors[index] if index >= 0 else None
    return tensor if tensor is not None and tensor.is_constant and tensor.dtype == "float32" else None


def _bound(file: TfliteFile, op: Operator, largest: Mapping[int, float]) -> float:
    """The largest number times the weights of one sum, which is quick to tell; 0 if nothing is known."""
    numbers, weights, bias, axes = _OPERANDS.get(op.name, (0, 0, 0, ()))
    stored = _stored(file, op, weights) if axes else None
    if stored is None or max(axes) >= len(stored.shape) or op.inputs[numbers] not in largest:
        return 0.0
    sums = np.abs(np.asarray(stored.values, np.float32)).sum(axis=axes, dtype=np.float64)
    added = _stored(file, op, bias)
    shift = 0.0 if added is None else float(np.abs(np.asarray(added.values, np.float32)).max(initial=0.0))
    return float(sums.max(initial=0.0)) * largest[op.inputs[numbers]] + shift


def _measured(file: TfliteFile, fixed: FixedModel, op: Operator, samples: int, values: Values) -> float | None:
    """The largest sum of magnitudes that occurs: the operator itself, with magnitudes only."""
    numbers, weights, bias, _ = _OPERANDS[op.name]
    stored = [tensor for place in (weights, bias) if (tensor := _stored(file, op, place)) is not None]
    magnitudes = {tensor.index: np.abs(np.asarray(tensor.values, np.float32)) for tensor in stored}
    given, result = op.inputs[numbers], op.outputs[0]
    try:
        alone = AnyInterpreter(fixed.cut([result], [given], magnitudes))
        found = [alone.outputs((np.abs(values(given, place)),))[0] for place in range(samples)]
    except ModelFileError:
        return None  # the rest of the graph takes part in it: the quick bound has to do
    return float(max(np.max(sums.astype(np.float64), initial=0.0) for sums in found))
