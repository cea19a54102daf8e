"""Rescaling by powers of two before squares and sums that float16 cannot hold."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fp16core.diagnosis.cure.edit import GraphEdit
from fp16core.diagnosis.cure.homogeneity import LINEAR, SEEDS, Factors, Homogeneity
from fp16core.diagnosis.cure.magnitudes import Magnitudes
from fp16core.diagnosis.ranges.limits import INFINITE_FROM, LARGEST
from fp16core.diagnosis.words import name_text, operator_text
from fp16core.text import count_text
from fp16core.tflite.graph import Operator, Tensor, TfliteFile
from fp16core.tflite.model_file import ModelFile

MOST_RESCALINGS = 2
"""Most rescalings of a file that `rescalings` finds."""

_LARGEST_EXPONENT = 30
"""Largest exponent that is tried, an even one: beyond it, float32 itself would underflow in squares."""

_HEADROOM = 2.0
"""Factor that rescaled values keep below float16's largest number, for inputs unlike the samples."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_NAMED = 4
"""Most changes that a sentence lists."""


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
    scales_weights
        True if it also makes weights smaller that float16 cannot hold.
    """

    exponent: int
    seeds: tuple[int, ...]
    factors: Mapping[int, Factors]
    beyond: int
    scales_weights: bool


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
    untreated = sum(demand >= INFINITE_FROM for demand in found.demand.values())
    known = [_planned(model.graph, found, exponent) for exponent in range(2, _LARGEST_EXPONENT + 1, 2)]
    best = min(known, key=lambda plan: plan.beyond)
    if not best.seeds or (best.beyond >= untreated and not best.scales_weights):
        return ()
    others = [plan for plan in known if plan.exponent == best.exponent + 4 and plan.beyond == best.beyond]
    return (best, *(plan for plan in others if plan.factors != best.factors))


def _planned(file: TfliteFile, found: Magnitudes, exponent: int) -> Rescaling:
    rules, produced = Homogeneity(file, found.fits), dict[int, int]()
    seeds, factors, beyond, scales_weights = [], dict[int, Factors](), 0, False
    for op in file.operators:
        given = {place: produced[index] for place, index in enumerate(op.inputs) if produced.get(index)}
        overflows = found.demand[op.index] >= INFINITE_FROM
        is_seed = overflows and not given and op.name in SEEDS
        if is_seed:
            given = _seeded(file, op, -exponent)
        chosen = rules.factors(op, given) if given else Factors()
        if needed := _weights_exponent(op, found):
            chosen, scales_weights = _with_scaled_weights(op, chosen, needed), True
        if (is_seed and given) or needed:
            seeds.append(op.index)
        if any(chosen.inputs.values()):
            factors[op.index] = chosen
        for index in op.outputs:
            if chosen.output:
                produced[index] = chosen.output
        on_the_way = 2 * chosen.inputs.get(0, 0) if op.name == "L2_NORMALIZATION" else chosen.output
        beyond += overflows and found.demand[op.index] * 2.0**on_the_way * _HEADROOM > LARGEST
    return Rescaling(exponent, tuple(seeds), factors, beyond, scales_weights)


def _weights_exponent(op: Operator, found: Magnitudes) -> int:
    """Exponent by which the weights of an operator are too large for float16; 0 if they are not, or have to stay."""
    if op.name not in LINEAR or len(op.inputs) < 2 or op.settings.get("activation", "NONE") not in ("NONE", "RELU"):
        return 0
    largest = found.constants.get(op.inputs[1], 0.0)
    return 2 * math.ceil(math.log2(largest / LARGEST) / 2) if largest >= INFINITE_FROM else 0


def _with_scaled_weights(op: Operator, chosen: Factors, exponent: int) -> Factors:
    inputs = dict(chosen.inputs) | {1: -exponent}
    bias = LINEAR[op.name][1]
    if bias is not None and len(op.inputs) > bias and op.inputs[bias] >= 0:
        inputs[bias] = chosen.inputs.get(bias, 0) - exponent
    return Factors(inputs, chosen.output - exponent)


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
        self._words: list[tuple[int, str]] = []
        self._made: dict[tuple[int, int], int] = {}

    def result(self) -> tuple[ModelFile, str]:
        wanted = self._wanted()
        reads = Counter(index for op in self._file.operators for index in op.inputs)
        for index, exponent in self._produced.items():
            self._make_produced(index, exponent, 0 in wanted[index])
        for index, by_exponent in wanted.items():
            for exponent, places in by_exponent.items():
                is_only = len(places) == reads[index]
                tensor = self._tensor(index, exponent, places[0][0] if places else 0, is_only)
                for place, position in places:
                    self._edit.set_input(place, position, tensor)
        words = [words for _, words in sorted(self._words)]
        if len(words) > _NAMED:
            words[_NAMED:] = [f"{count_text(len(words) - _NAMED, 'more change')} of this kind"]
        return self._edit.built(), f"multiplied: {', '.join(words)}"

    def _wanted(self) -> dict[int, dict[int, list[tuple[int, int]]]]:
        """Inputs of operators by tensor and by the factor with which they read it, where either is not as it was."""
        wanted: dict[int, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for op in self._file.operators:
            chosen = self._plan.factors.get(op.index, Factors())
            for position, index in enumerate(op.inputs):
                exponent = chosen.inputs.get(position, 0)
                if index >= 0 and (exponent or index in self._produced):
                    wanted[index][exponent].append((op.index, position))
        for tensor in self._file.outputs:
            if tensor.index in self._produced:
                _ = wanted[tensor.index][0]  # an output has to be restored even if no operator reads it
        return wanted

    def _make_produced(self, index: int, exponent: int, is_restored: bool) -> None:
        place = self._producers[index]
        label = _label(self._file.tensors[index], exponent)
        if not is_restored:
            self._edit.rename(index, label)
            self._made[index, exponent] = index
            return
        tensor = self._edit.tensor_like(index, label)
        position = self._file.operators[place].outputs.index(index)
        self._edit.set_output(place, position, tensor)
        self._edit.put_after(place, self._edit.multiplication(tensor, 2.0**-exponent, index))
        self._made[index, exponent] = tensor
        self._words.append((place, f"the result of {self._operator(place)} by {_power_text(-exponent)}"))

    def _tensor(self, index: int, exponent: int, reader: int, is_only: bool) -> int:
        """Index of a tensor of the original times a power of two, made if need be."""
        if exponent == 0:
            return index
        if (index, exponent) not in self._made:
            self._made[index, exponent] = self._scaled(index, exponent, reader, is_only)
        return self._made[index, exponent]

    def _scaled(self, index: int, exponent: int, reader: int, is_only: bool) -> int:
        original, label = self._file.tensors[index], _label(self._file.tensors[index], exponent)
        if original.is_constant:
            self._words.append((reader, f"the constant {name_text(original.name)} by {_power_text(exponent)}"))
            values = np.ldexp(original.values, exponent).astype(np.float32)
            if not is_only:
                return self._edit.constant(values, label)
            self._edit.replace_constant(index, values)
            self._edit.rename(index, label)
            return index
        have, place = self._produced.get(index, 0), self._producers.get(index)
        tensor = self._edit.tensor_like(index, label)
        source = self._made.get((index, have), index)
        self._edit.put_after(place, self._edit.multiplication(source, 2.0 ** (exponent - have), tensor))
        self._words.append(
            (reader, f"{name_text(original.name)} by {_power_text(exponent)} before {self._operator(reader)}")
        )
        return tensor

    def _operator(self, place: int) -> str:
        return operator_text(place, self._file.operators[place].name)


def _label(tensor: Tensor, exponent: int) -> str:
    return f"{tensor.name}_times_2^{exponent}"


def _power_text(exponent: int) -> str:
    """A power of two: ``2⁻¹⁰``."""
    return f"2{str(exponent).translate(_SUPERSCRIPTS)}"
