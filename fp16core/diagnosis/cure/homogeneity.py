"""Effect of a factor 2ᵉ at an operator's inputs: which factor its result has, and which its other inputs need.

An operator is homogeneous of degree *d* if ``f(c·x) = cᵈ·f(x)`` for every c > 0: 2 for SQUARE, 1/2 for SQRT, 1 for a
sum. Powers of two multiply exactly, so a part of a graph that consists of such operators computes the same numbers,
times a known power of two, from numbers that are small enough for float16.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fp16core.tflite.graph import Operator, TfliteFile

_MOVED = "RESHAPE SQUEEZE EXPAND_DIMS TRANSPOSE SLICE STRIDED_SLICE GATHER BROADCAST_TO TILE REVERSE_V2 PAD"
_REDUCED = "SUM MEAN REDUCE_MAX REDUCE_MIN MAX_POOL_2D AVERAGE_POOL_2D NEG ABS RELU LEAKY_RELU"
_MOVES = frozenset(f"{_MOVED} {_REDUCED}".split())
"""Operators of degree 1 in their first input alone."""

_ALIGNING = frozenset(("ADD", "SUB", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE"))
"""Operators whose two inputs need the same factor."""

LINEAR = {"FULLY_CONNECTED": (0, 2), "CONV_2D": (0, 2), "DEPTHWISE_CONV_2D": (0, 2), "BATCH_MATMUL": (0, None)}
"""Operators of degree 1 in one input, whose bias needs the same factor: positions of both. Weights are at 1."""

SEEDS = frozenset(("SQUARE", "MUL", "SQUARED_DIFFERENCE", "SUM", "MEAN", "L2_NORMALIZATION", "POW", *LINEAR))
"""Operators before which a factor can keep a result, or a sum on the way to it, from overflowing."""

_LARGEST_EXPONENT = 100
"""Largest exponent of a factor: float32 has little room beyond it."""


@dataclass(frozen=True)
class Factors:
    """Factors of an operator, as exponents of two.

    Attributes
    ----------
    inputs
        Those its inputs must have, by position; 0 for all others.
    output
        That of its results.
    """

    inputs: Mapping[int, int] = field(default_factory=dict)
    output: int = 0


class Homogeneity:
    """Factors of a file's operators.

    Parameters
    ----------
    file
        The graph.
    fits
        Says of a tensor, by index, that float16 holds all its original values, so that a factor can end there.
    """

    def __init__(self, file: TfliteFile, fits: Callable[[int], bool]) -> None:
        self._file, self._fits = file, fits

    def factors(self, op: Operator, given: Mapping[int, int]) -> Factors:
        """Factors of an operator whose inputs come with some, by position; none at all where a factor must end."""
        if op.settings.get("activation", "NONE") not in ("NONE", "RELU"):
            return Factors()
        found = self._known(op, given) or Factors()
        is_small = all(abs(exponent) <= _LARGEST_EXPONENT for exponent in (*found.inputs.values(), found.output))
        return found if is_small else Factors()

    def _known(self, op: Operator, given: Mapping[int, int]) -> Factors | None:
        first = given.get(0, 0)
        match op.name:
            case name if name in _MOVES:
                return Factors({0: first}, first) if set(given) <= {0} else None
            case "SQUARE":
                return Factors({0: first}, 2 * first)
            case "L2_NORMALIZATION":
                return Factors({0: first}, 0)
            case "SQRT" | "RSQRT" if first % 2 == 0:
                return Factors({0: first}, first // 2 if op.name == "SQRT" else -first // 2)
            case "POW":
                return self._power(op, first)
            case "MUL":
                return self._product(op, given)
            case "DIV":
                return self._quotient(op, given)
            case name if name in _ALIGNING:
                return self._aligned(op, given)
            case name if name in LINEAR:
                return self._linear(op, given)
        return None

    def _is_constant(self, op: Operator, position: int) -> bool:
        return self._file.tensors[op.inputs[position]].is_constant

    def _power(self, op: Operator, first: int) -> Factors | None:
        exponent = self._file.tensors[op.inputs[1]]
        if not exponent.is_constant or exponent.values.size != 1:
            return None
        result = float(exponent.values.reshape(())) * first
        return Factors({0: first}, int(result)) if result.is_integer() else None

    def _product(self, op: Operator, given: Mapping[int, int]) -> Factors:
        left, right = given.get(0, 0), given.get(1, 0)
        if (left and right) or self._is_constant(op, 0) or self._is_constant(op, 1):
            return Factors({0: left, 1: right}, left + right)
        scaled, other = (0, 1) if left else (1, 0)
        if self._fits(op.inputs[scaled]):
            return Factors()
        exponent = given[scaled]
        return Factors({scaled: exponent, other: -exponent}, 0)

    def _quotient(self, op: Operator, given: Mapping[int, int]) -> Factors:
        above, below = given.get(0, 0), given.get(1, 0)
        if above or self._is_constant(op, 0):
            return Factors({0: above, 1: below}, above - below)
        if self._fits(op.inputs[1]):
            return Factors()
        return Factors({0: below, 1: below}, 0)

    def _aligned(self, op: Operator, given: Mapping[int, int]) -> Factors:
        exponent = min(given.values())
        others = [position for position in (0, 1) if position not in given]
        if any(not self._is_constant(op, place) for place in others) and all(self._fits(op.inputs[p]) for p in given):
            return Factors()
        degree = 2 if op.name == "SQUARED_DIFFERENCE" else 1
        return Factors({0: exponent, 1: exponent}, degree * exponent)

    def _linear(self, op: Operator, given: Mapping[int, int]) -> Factors | None:
        data, bias = LINEAR[op.name]
        exponent = given.get(data, 0)
        if set(given) != {data}:
            return None
        inputs = {data: exponent}
        if bias is not None and len(op.inputs) > bias and op.inputs[bias] >= 0:
            inputs[bias] = exponent
        return Factors(inputs, exponent)
