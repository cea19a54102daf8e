"""Verdict 2 from the ranges that were seen."""

import functools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from fp16core.diagnosis.observation import Observation, OperatorEvidence, float32_interpreter, inside_of
from fp16core.diagnosis.options import Progress
from fp16core.diagnosis.ranges.constants import constant_ranges
from fp16core.diagnosis.ranges.limits import INFINITE_FROM, Floats, overflowed
from fp16core.diagnosis.ranges.reaching import Continuation, are_changed
from fp16core.diagnosis.ranges.words import outcome
from fp16core.diagnosis.results import OperatorRange, RangeVerdict
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.running.interpreter import AnyInterpreter, Array
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile
from fp16core.vocabulary import ModelFileError

_MOST_FOLLOWED = 32
"""Most operators whose overflow is followed to the outputs."""

_MOST_SAMPLES = 3
"""Most samples in which one operator's overflow is followed."""


def range_verdict(
    model: ModelFile,
    fixed: FixedModel,
    samples: Samples,
    observation: Observation,
    progress: Progress,
    share: tuple[float, float],
) -> RangeVerdict:
    """Judge the ranges of a model's operators and constants.

    Parameters
    ----------
    model, fixed
        The model, and the same with fixed shapes.
    samples
        Its inputs.
    observation
        Ranges of its operators.
    progress, share
        Called before each operator that is followed, with the part of the whole work that this is.
    """
    begin, end = share
    follower = _Follower(model, fixed, samples)
    suspects = [item for item in observation.operators if item.tally.beyond() or item.inside_beyond()]
    reached: dict[int, bool | None] = {}
    for number, item in enumerate(suspects[:_MOST_FOLLOWED]):
        progress("Following overflows to the outputs", begin + (end - begin) * number / (len(suspects) + 1))
        reached[item.tensor.index] = follower.reaches(item)
    ranges = tuple(
        _operator_range(item, reached.get(item.tensor.index) if item in suspects else False)
        for item in observation.operators
    )
    progress("Rounding the constants", end)
    constants = constant_ranges(model, fixed, samples, follower.reference)
    finding, sentence = outcome(ranges, constants, samples, _not_finite(observation))
    return RangeVerdict(finding, sentence, ranges, _first(ranges), constants)


def _operator_range(item: OperatorEvidence, reaches: bool | None) -> OperatorRange:
    tally = item.tally
    largest_inside = max(item.inside_sizes, default=0.0)
    leads = largest_inside > tally.largest
    is_beyond = max(tally.largest, largest_inside) >= INFINITE_FROM
    has_values = tally.low <= tally.high
    sizes = item.inside_sizes if leads and tally.largest < INFINITE_FROM else tally.magnitudes
    return OperatorRange(
        operator=item.operator.index,
        kind=item.operator.name,
        tensor=item.tensor.name,
        low=tally.low if has_values else 0.0,
        high=tally.high if has_values else 0.0,
        smallest=tally.smallest if math.isfinite(tally.smallest) else 0.0,
        intermediate=item.description if leads else "",
        intermediate_largest=largest_inside if leads else 0.0,
        overflows=is_beyond,
        zeroed_share=tally.zeroed_share,
        subnormal_share=tally.subnormal_share,
        sample=int(np.argmax(sizes)) if sizes else 0,
        reaches_output=reaches,
    )


def _first(ranges: Sequence[OperatorRange]) -> int | None:
    overflowing = [found for found in ranges if found.overflows]
    reaching = [found for found in overflowing if found.reaches_output]
    return next((found.operator for found in reaching or overflowing), None)


def _not_finite(observation: Observation) -> OperatorEvidence | None:
    return next((item for item in observation.operators if item.tally.not_finite), None)


class _Follower:
    """Follows the overflow of single operators to the outputs."""

    def __init__(self, model: ModelFile, fixed: FixedModel, samples: Samples) -> None:
        self._model, self._fixed, self._samples = model, fixed, samples
        self._outputs = {tensor.index for tensor in model.graph.outputs}
        self.reference = functools.lru_cache(maxsize=8)(self._reference)

    @functools.cached_property
    def _interpreter(self) -> AnyInterpreter:
        return float32_interpreter(self._model, self._fixed, self._samples)

    def _reference(self, place: int) -> tuple[Array, ...]:
        return self._interpreter.outputs(self._samples[place])

    def reaches(self, item: OperatorEvidence) -> bool | None:
        """True if an overflow of this operator changes an output; `None` if LiteRT rejects the rest of the graph."""
        if item.tensor.index in self._outputs and item.tally.beyond():
            return True
        try:
            rest = Continuation(self._fixed, item.tensor.index)
            return any(
                are_changed(self.reference(place), rest.outputs(self._samples[place], broken))
                for place, broken in self._broken(item)
            )
        except ModelFileError:
            return None

    def _broken(self, item: OperatorEvidence) -> Iterator[tuple[int, Floats]]:
        """Results of the operator in which it overflows, by sample: first its values, then the numbers inside."""
        for place in item.tally.beyond()[:_MOST_SAMPLES]:
            yield place, overflowed(self._value(item, place))
        for place in item.inside_beyond()[:_MOST_SAMPLES]:
            result = self._value(item, place)
            numbers = inside_of(item, result, self._interpreter, self._fixed)
            if numbers is not None:
                yield place, numbers.overflowed(result)

    def _value(self, item: OperatorEvidence, place: int) -> Floats:
        self._interpreter.run(self._samples[place])
        return np.asarray(self._interpreter.value(item.tensor.index), np.float32)
