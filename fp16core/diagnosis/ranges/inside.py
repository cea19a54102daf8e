"""Numbers that an operator computes on the way and shows nobody: sums before a division, squares."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.ranges.limits import INFINITE_FROM, Floats
from fp16core.tflite.graph import Operator

Read = Callable[[int], Floats]
"""Values of a tensor, by index."""

READS_OPERAND = ("L2_NORMALIZATION", "LOCAL_RESPONSE_NORMALIZATION")
"""Operators whose operand has to be seen."""


@dataclass(frozen=True, eq=False)
class Inside:
    """Numbers inside of an operator.

    Attributes
    ----------
    description
        Description in words.
    sizes
        Their magnitudes, in a shape that broadcasts to the operator's result.
    broken
        Result of the operator where they are infinite: ``"infinite"`` or ``"zero"``.
    """

    description: str
    sizes: Floats
    broken: str

    @property
    def largest(self) -> float:
        """Largest finite magnitude."""
        finite = self.sizes[np.isfinite(self.sizes)]
        return float(finite.max(initial=0.0))

    def overflowed(self, result: Floats) -> Floats:
        """The operator's result if these numbers overflow in float16."""
        beyond = np.broadcast_to(self.sizes >= INFINITE_FROM, result.shape)
        if self.broken == "zero":
            return np.where(beyond, np.float32(0), result)
        return np.where(beyond, np.copysign(np.float32(np.inf), result), result)


def inside(op: Operator, result: Floats, numbers: int, read: Read) -> Inside | None:
    """Numbers inside of an operator; None if it computes none that are larger than its result.

    Sums of products are not among them: their partial sums depend on an order that only the device knows.

    Parameters
    ----------
    op
        The operator.
    result
        What it computed.
    numbers
        How many numbers its first operand has.
    read
        Values of its operand; asked for by operators of `READS_OPERAND` alone.
    """
    if op.name == "MEAN" and result.size:
        return _sum_before_division(result, numbers / result.size)
    if op.name in ("AVERAGE_POOL_2D", "L2_POOL_2D"):
        window = math.prod(int(op.settings.get(side, 1)) for side in ("filter_height", "filter_width"))
        if op.name == "L2_POOL_2D":
            with np.errstate(over="ignore"):
                return Inside("sum of squares", np.square(result) * np.float32(window), "infinite")
        return _sum_before_division(result, window)
    if op.name == "L2_NORMALIZATION":
        with np.errstate(over="ignore"):
            squares = np.square(read(op.inputs[0])).sum(axis=-1, keepdims=True, dtype=np.float32)
        return Inside("sum of squares", squares, "zero")
    if op.name == "LOCAL_RESPONSE_NORMALIZATION":
        with np.errstate(over="ignore"):
            return Inside("square", np.square(read(op.inputs[0])), "zero")
    if op.name == "SOFTMAX" and result.ndim and result.shape[-1] > INFINITE_FROM:
        # The largest exponential is exp(0) = 1, and the largest result is 1 over their sum.
        return Inside("sum of exponentials", 1 / result.max(axis=-1, keepdims=True), "zero")
    return None


def _sum_before_division(result: Floats, numbers: float) -> Inside:
    with np.errstate(over="ignore"):
        return Inside("sum before the division", np.abs(result) * np.float32(numbers), "infinite")
