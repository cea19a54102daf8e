"""Rescaling by powers of two before squares and sums that float16 cannot hold."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.cure.edit import GraphEdit
from fp16core.diagnosis.cure.homogeneity import SEEDS, Factors, Homogeneity
from fp16core.diagnosis.cure.magnitudes import LARGEST, Magnitudes
from fp16core.tflite.graph import Operator, TfliteFile
from fp16core.tflite.model_file import ModelFile

_LARGEST_EXPONENT = 30
"""Largest exponent that is tried, an even one: beyond it, float32 itself would underflow in squares."""

_HEADROOM = 2.0
"""Factor that rescaled values keep below float16's largest number, for inputs unlike the samples."""

_NAMED = 4
"""Most insertions that a sentence lists."""


@dataclass(frozen=True)
class Rescaling:
    """Factors for the operators of a graph.

    Attributes
    ----------
    exponent
        Factor before the operators that overflow: 2 to the power of minus this.
    seeds
        Operators that would overflow and are given smaller numbers, by index.
    factors
        Factors of the operators that have any, by index.
    beyond
        Operators that overflow nevertheless.
    """

    exponent: int
    seeds: tuple[int, ...]
    factors: Mapping[int, Factors]
    beyond: int


def rescalings(model: ModelFile, found: Magnitudes) -> tuple[Rescaling, ...]:
    """Rescalings worth a trial: the smallest exponent that leaves fewest overflows, and a larger one for comparison.

    Parameters
    ----------
    model
        A float32 file.
    found
        Magnitudes of what it computes.

    Returns
    -------
    tuple of Rescaling
        Empty if nothing overflows that rescaling could help.
    """
    known = [_planned(model.graph, found, exponent) for exponent in range(2, _LARGEST_EXPONENT + 1, 2)]
    best = min(known, key=lambda plan: plan.beyond)
    if not best.seeds:
        return ()
    others = [plan for plan in known if plan.exponent == best.exponent + 4 and plan.beyond == best.beyond]
    return (best, *others)


def _planned(file: TfliteFile, found: Magnitudes, exponent: int) -> Rescaling:
    rules, produced = Homogeneity(file, found.fits), dict[int, int]()
    seeds, factors, beyond = [], dict[int, Factors](), 0
    for op in file.operators:
        given = {place: produced[index] for place, index in enumerate(op.inputs) if produced.get(index)}
        overflows = found.demand[op.index] > LARGEST
        if overflows and not given and op.name in SEEDS:
            given = _seeded(file, op, -exponent)
            if given:
                seeds.append(op.index)
        chosen = rules.factors(op, given) if given else Factors()
        if any(chosen.inputs.values()):
            factors[op.index] = chosen
        for index in op.outputs:
            if chosen.output:
                produced[index] = chosen.output
        on_the_way = 2 * chosen.inputs.get(0, 0) if op.name == "L2_NORMALIZATION" else chosen.output
        beyond += overflows and found.demand[op.index] * 2.0**on_the_way * _HEADROOM > LARGEST
    return Rescaling(exponent, tuple(seeds), factors, beyond)


def _seeded(file: TfliteFile, op: Operator, exponent: int) -> dict[int, int]:
    """Factors at the inputs of an operator that overflows, by position."""
    positions = range(min(2, len(op.inputs))) if op.name in ("MUL", "SQUARED_DIFFERENCE") else range(1)
    return {
        place: exponent
        for place in positions
        if op.inputs[place] >= 0
        and file.tensors[op.inputs[place]].dtype == "float32"
        and not file.tensors[op.inputs[place]].is_constant
    }


def rescaled(model: ModelFile, plan: Rescaling) -> tuple[ModelFile, str]:
    """The file with a rescaling carried out, and what was inserted, in words.

    Every tensor of the original that is still computed keeps its values; one that only exists times a power of two has
    the factor in its name.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """
    return _Surgery(model, plan).result()


class _Surgery:
    def __init__(self, model: ModelFile, plan: Rescaling) -> None:
        self._file, self._plan, self._edit = model.graph, plan, GraphEdit(model)
        self._producers = {index: op.index for op in self._file.operators for index in op.outputs}
        self._produced = {
            index: chosen.output
            for place, chosen in plan.factors.items()
            for index in self._file.operators[place].outputs
            if chosen.output
        }
        self._words: list[str] = []
        self._made: dict[tuple[int, int], int] = {}

    def result(self) -> tuple[ModelFile, str]:
        wanted = self._wanted()
        for index, exponent in self._produced.items():
            self._make_produced(index, exponent, 0 in wanted[index])
        for index, reads in wanted.items():
            for exponent, places in reads.items():
                tensor = self._tensor(index, exponent)
                for place, position in places:
                    self._edit.set_input(place, position, tensor)
        words = self._words[:_NAMED]
        if len(self._words) > _NAMED:
            words.append(f"{len(self._words) - _NAMED} more of this kind")
        return self._edit.built(), "; ".join(words)

    def _wanted(self) -> dict[int, dict[int, list[tuple[int, int]]]]:
        """Inputs of operators by the tensor and by the factor with which they read it, where either is not as it was."""
        wanted: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for op in self._file.operators:
            chosen = self._plan.factors.get(op.index, Factors())
            for position, index in enumerate(op.inputs):
                exponent = chosen.inputs.get(position, 0)
                if index >= 0 and (exponent or index in self._produced):
                    wanted[index][exponent].append((op.index, position))
        for tensor in self._file.outputs:
            if tensor.index in self._produced:
                wanted[tensor.index].setdefault(0, [])
        return wanted

    def _make_produced(self, index: int, exponent: int, is_restored: bool) -> None:
        place = self._producers[index]
        label = f"{self._file.tensors[index].name}_times_2^{exponent}"
        if not is_restored:
            self._edit.rename(index, label)
            self._made[index, exponent] = index
            return
        tensor = self._edit.tensor_like(index, label)
        position = self._file.operators[place].outputs.index(index)
        self._edit.set_output(place, position, tensor)
        self._edit.put_after(place, self._edit.multiplication(tensor, 2.0**-exponent, index))
        self._made[index, exponent] = tensor
        self._words.append(f"MUL by 2^{-exponent} after {self._file.operators[place].name} (operator {place})")

    def _tensor(self, index: int, exponent: int) -> int:
        """Index of a tensor of the original times a power of two, made if need be."""
        have = self._produced.get(index, 0)
        if exponent == 0:
            return index
        if (index, exponent) not in self._made:
            self._made[index, exponent] = self._scaled(index, exponent, have)
        return self._made[index, exponent]

    def _scaled(self, index: int, exponent: int, have: int) -> int:
        original, label = self._file.tensors[index], f"{self._file.tensors[index].name}_times_2^{exponent}"
        if original.is_constant:
            self._words.append(f"the constant '{original.name}' times 2^{exponent}")
            return self._edit.constant(np.ldexp(original.values, exponent).astype(np.float32), label)
        source, place = self._made.get((index, have), index), self._producers.get(index)
        tensor = self._edit.tensor_like(index, label)
        self._edit.put_after(place, self._edit.multiplication(source, 2.0 ** (exponent - have), tensor))
        self._words.append(f"MUL by 2^{exponent - have} of '{original.name}'")
        return tensor
