"""Overflows and zeros of single operators, followed to the model's outputs."""

import functools
from collections.abc import Iterator, Sequence

import numpy as np

from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.observation import Observation, OperatorEvidence, inside_of
from fp16core.diagnosis.ranges.limits import Floats, overflowed, vanished
from fp16core.diagnosis.ranges.partial_sums import partial_sums
from fp16core.diagnosis.ranges.reaching import Continuation, are_changed
from fp16core.diagnosis.ranges.words import MOSTLY
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

_MOST_SAMPLES = 3
"""Most samples in which one operator's overflow is followed."""


class Follower:
    """Follows overflows and zeros of single operators to the outputs.

    Parameters
    ----------
    model, fixed
        The model, and the same with fixed shapes.
    samples
        Its inputs.
    evaluator
        Holds its outputs.
    """

    def __init__(self, model: ModelFile, fixed: FixedModel, samples: Samples, evaluator: Evaluator) -> None:
        self._model, self._fixed, self._samples = model, fixed, samples
        self._reference = evaluator.reference
        self._outputs = {tensor.index for tensor in model.graph.outputs}
        self._inputs = {tensor.index: name for tensor, name in zip(model.graph.inputs, samples.arrays, strict=True)}
        self._ending: tuple[int, AnyInterpreter] | None = None

    def reaches(self, item: OperatorEvidence) -> bool | None:
        """True if an overflow of this operator changes an output; `None` if LiteRT rejects the rest of the graph."""
        if item.tensor.index in self._outputs and item.tally.beyond():
            return True
        try:
            return self._changes(item, tuple(self._broken(item)))
        except ModelFileError:
            return None

    def zeros_reach(self, item: OperatorEvidence) -> bool:
        """True if an output changes where numbers of this operator that round to 0 are 0."""
        if item.tensor.index in self._outputs:
            return False  # whether an output may be 0 is decided by the user's tolerance
        places = item.tally.vanishing(MOSTLY)[:_MOST_SAMPLES]
        try:
            return self._changes(item, tuple((place, vanished(self._value(item, place))) for place in places))
        except ModelFileError:
            return False

    def _changes(self, item: OperatorEvidence, given: Sequence[tuple[int, Floats]]) -> bool:
        """True if an output changes once the operator gives other results, which are listed with their samples."""
        self._ending = None  # freed before the rest of the graph is loaded
        rest = Continuation(self._fixed, item.tensor.index)
        return any(
            are_changed(self._reference(place), rest.outputs(self._samples[place], values)) for place, values in given
        )

    def partial_sums(self, observation: Observation) -> dict[int, float]:
        """Bounds on partial sums that may overflow, by operator."""
        file = self._model.graph
        largest = {item.tensor.index: item.tally.largest for item in observation.operators}
        for tensor, values in zip(file.inputs, self._samples.arrays.values(), strict=True):
            largest[tensor.index] = float(np.abs(values.astype(np.float64)).max(initial=0.0))
        return partial_sums(file, self._fixed, largest, len(self._samples), self.values)

    def _broken(self, item: OperatorEvidence) -> Iterator[tuple[int, Floats]]:
        """Results of the operator in which it overflows, by sample: first its values, then the numbers inside."""
        for place in item.tally.beyond()[:_MOST_SAMPLES]:
            yield place, overflowed(self._value(item, place))
        for place in item.inside_beyond()[:_MOST_SAMPLES]:
            result = self._value(item, place)
            numbers = inside_of(item, result, self._fixed, functools.partial(self.values, place=place))
            if numbers is not None:
                yield place, numbers.overflowed(result)

    def _value(self, item: OperatorEvidence, place: int) -> Floats:
        return self.values(item.tensor.index, place)

    def values(self, index: int, place: int) -> Floats:
        """Values of a tensor in a sample, computed by the graph up to it: that takes less memory than to keep all."""
        if index in self._inputs:
            return np.asarray(self._samples.arrays[self._inputs[index]][place], np.float32)
        interpreter = self._up_to(index)
        interpreter.run(self._samples[place])
        return np.asarray(interpreter.value(index), np.float32)

    def _up_to(self, index: int) -> AnyInterpreter:
        if self._ending is None or self._ending[0] != index:
            self._ending = None  # the old one is freed before there is a new one
            self._ending = index, self._interpreter(index)
        return self._ending[1]

    def _interpreter(self, index: int) -> AnyInterpreter:
        if self._fixed.obstacle:
            return AnyInterpreter(self._model, self._samples.shapes, preserve_all_tensors=True)
        return AnyInterpreter(self._fixed.cut([index]))
