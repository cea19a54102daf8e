"""Verdict 2 from the ranges that were seen."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from fp16core.diagnosis.evaluation import Evaluator
from fp16core.diagnosis.observation import Observation, OperatorEvidence
from fp16core.diagnosis.options import Progress
from fp16core.diagnosis.ranges.constants import constant_ranges
from fp16core.diagnosis.ranges.follower import Follower
from fp16core.diagnosis.ranges.limits import INFINITE_FROM
from fp16core.diagnosis.ranges.words import MOSTLY, PARTIAL_SUM, outcome
from fp16core.diagnosis.results import OperatorRange, RangeVerdict
from fp16core.diagnosis.running.check import is_split
from fp16core.diagnosis.running.fixing import FixedModel
from fp16core.diagnosis.samples import Samples
from fp16core.tflite.model_file import ModelFile

_MOST_FOLLOWED = 32
"""Most operators whose overflow is followed to the outputs."""

_MOST_VANISHING = 4
"""Most operators whose zeros are followed."""


def range_verdict(
    model: ModelFile,
    fixed: FixedModel,
    samples: Samples,
    evaluator: Evaluator,
    observation: Observation,
    progress: Progress,
    share: tuple[float, float],
) -> RangeVerdict:
    """Judge the ranges of a model's operators and constants.

    Parameters
    ----------
    model, fixed
        The model, and the same with fixed shapes.
    samples, evaluator
        Its inputs, and its outputs for them.
    observation
        Ranges of its operators.
    progress, share
        Called before each operator that is followed, with the part of the whole work that this is.
    """
    begin, end = share
    follower = Follower(model, fixed, samples, evaluator)
    suspects = [item for item in observation.operators if item.tally.beyond() or item.inside_beyond()]
    reached: dict[int, bool | None] = {}
    for number, item in enumerate(suspects[:_MOST_FOLLOWED]):
        progress("Following overflows to the outputs", begin + (end - begin) * number / (len(suspects) + 1))
        reached[item.tensor.index] = follower.reaches(item)
    progress("Following zeros to the outputs", end)
    zeros = {item.tensor.index for item in _vanishing(observation)[:_MOST_VANISHING] if follower.zeros_reach(item)}
    sums = {} if fixed.obstacle else follower.partial_sums(observation)
    ranges = tuple(
        replace(
            _with_sums(_operator_range(item, reached.get(item.tensor.index) if item in suspects else False), sums),
            zeros_reach_output=item.tensor.index in zeros,
        )
        for item in observation.operators
    )
    progress("Rounding the constants", end)
    constants = constant_ranges(model, fixed, samples, evaluator.reference)
    finding, sentence = outcome(ranges, constants, samples, _not_finite(observation), is_split(model))
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


def _vanishing(observation: Observation) -> list[OperatorEvidence]:
    """Operators whose numbers mostly round to 0 in a sample though none of their operands' do."""
    found = [item for item in observation.operators if item.tally.vanishing(MOSTLY)]
    tensors = {item.tensor.index for item in found}
    return [item for item in found if tensors.isdisjoint(item.operator.inputs)]


def _with_sums(found: OperatorRange, sums: Mapping[int, float]) -> OperatorRange:
    """The same with the bound on its partial sums, where nothing worse is known of the operator."""
    if found.overflows or found.operator not in sums:
        return found
    return replace(found, intermediate=PARTIAL_SUM, intermediate_largest=sums[found.operator])


def _first(ranges: Sequence[OperatorRange]) -> int | None:
    overflowing = [found for found in ranges if found.overflows]
    reaching = [found for found in overflowing if found.reaches_output]
    return next((found.operator for found in reaching or overflowing), None)


def _not_finite(observation: Observation) -> OperatorEvidence | None:
    return next((item for item in observation.operators if item.tally.not_finite), None)
