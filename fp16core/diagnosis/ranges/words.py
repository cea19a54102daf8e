"""Outcome of the ranges, in words."""

from collections.abc import Sequence

from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.observation import OperatorEvidence
from fp16core.diagnosis.ranges.limits import INFINITE_FROM
from fp16core.diagnosis.results import ConstantRange, OperatorRange
from fp16core.diagnosis.samples import Samples
from fp16core.diagnosis.words import capitalized, name_text, operator_text
from fp16core.text import count_text, share_text, small_text

_LARGEST = "float16's largest number, 65,504"

_BECOMES = {
    "infinite": "which float16 turns into an infinity",
    "zero": "which float16 rounds to 0",
    "subnormal": "a subnormal number in float16, which many GPUs take for 0",
}

PARTIAL_SUM = "sum of magnitudes, which partial sums cannot exceed"
"""Description of a bound on partial sums: these depend on an order of additions that only the device knows."""

MOSTLY = 0.5
"""Share of an operator's numbers that round to 0 from which this is said."""

_MADE_UP = "The inputs are made up: other inputs may lead further."

UNSEEN = "Operators inside of its loops and branches are not looked at."
"""Remark on a model of several graphs."""


def outcome(
    ranges: Sequence[OperatorRange],
    constants: Sequence[ConstantRange],
    samples: Samples,
    not_finite: OperatorEvidence | None,
    unseen: bool = False,
) -> tuple[Finding, str]:
    """Finding and sentence of verdict 2.

    Parameters
    ----------
    ranges, constants
        Ranges of the operators, and constants that float16 changes into another kind of number.
    samples
        Inputs of the model.
    not_finite
        First operator that fails in float32 already.
    unseen
        True if other operators run inside of loops and branches: no break among those that were seen is no safety.
    """
    remarks = [] if samples.are_real else [_MADE_UP]
    remarks += [UNSEEN] if unseen else []
    beyond = [found for found in ranges if found.overflows]
    certain = [found for found in beyond if found.reaches_output and _by_value(found)]
    if certain:
        return Finding.BREAKS, _joined(_value_sentence(certain[0], samples, _more(len(certain) - 1)))
    breaking = [found for found in constants if found.reaches_output and found.becomes != "subnormal"]
    if breaking:
        return Finding.BREAKS, _joined(_constant_sentence(breaking[0], "this changes an output"))
    zeros = [found for found in ranges if found.zeros_reach_output]
    if zeros:
        return Finding.BREAKS, _joined(f"{_vanishing_sentence(zeros[:1])}; as zeros they change an output")
    if not_finite is not None:
        where = operator_text(not_finite.operator.index, not_finite.operator.name)
        return Finding.UNKNOWN, f"float32 itself gives numbers that are not finite, from {where} on."
    unsure = [found for found in beyond if found.reaches_output is None]
    if unsure:
        words = _value_sentence(unsure[0], samples, "whether this reaches an output was not followed")
        return Finding.UNKNOWN, _joined(words, *remarks)
    depends = [found for found in beyond if found.reaches_output]
    if depends:
        words = _value_sentence(depends[0], samples, "a device that computes it in float16 changes an output")
        return Finding.UNKNOWN, _joined(words, *remarks)
    flushed = [found for found in constants if found.reaches_output]
    if flushed:
        remarks.insert(0, _joined(_constant_sentence(flushed[0], "such a device would change an output")))
    bounded = [found for found in ranges if found.intermediate == PARTIAL_SUM]
    if bounded:
        remarks.insert(0, _joined(_partial_sentence(bounded)))
    vanishing = [found for found in ranges if found.zeroed_share > MOSTLY]
    if vanishing:
        remarks.insert(0, _joined(_vanishing_sentence(vanishing)))
    good = Finding.SAFE if samples.are_real and not unseen else Finding.NOTHING_FOUND
    if beyond:
        words = _value_sentence(beyond[0], samples, "but as an infinity it changes no output")
        return good, _joined(words, *remarks)
    return good, _joined(_largest_sentence(ranges), *remarks)


def _by_value(found: OperatorRange) -> bool:
    return max(-found.low, found.high) >= INFINITE_FROM


def _extreme(found: OperatorRange) -> float:
    return found.high if found.high >= -found.low else found.low


def _value_sentence(found: OperatorRange, samples: Samples, consequence: str) -> str:
    where = f"{operator_text(found.operator, found.kind)} computes"
    sample = samples.labels[found.sample]
    if _by_value(found):
        what = f"{small_text(_extreme(found))} in {name_text(found.tensor)}"
    else:
        size = small_text(found.intermediate_largest)
        what = f"a {found.intermediate} of {size} on the way to {name_text(found.tensor)}"
    return f"{where} {what} (sample: {sample}), beyond {_LARGEST}; {consequence}"


def _more(others: int) -> str:
    tail = "as an infinity it changes an output"
    return tail if others <= 0 else f"{tail}. The same holds for {count_text(others, 'more operator')}"


def _constant_sentence(found: ConstantRange, consequence: str) -> str:
    holds = "is" if found.numbers == 1 else "holds"
    reader = operator_text(found.operator, found.kind)
    return (
        f"the constant {name_text(found.tensor)}, which {reader} reads, {holds} {small_text(found.value)}, "
        f"{_BECOMES[found.becomes]}; {consequence}"
    )


def _vanishing_sentence(vanishing: Sequence[OperatorRange]) -> str:
    first = vanishing[0]
    where = operator_text(first.operator, first.kind)
    share = share_text(first.zeroed_share)
    more = f", as with {count_text(len(vanishing) - 1, 'more operator')}" if len(vanishing) > 1 else ""
    return f"of the numbers that {where} computes in {name_text(first.tensor)}, float16 rounds {share} to 0{more}"


def _partial_sentence(bounded: Sequence[OperatorRange]) -> str:
    worst = max(bounded, key=lambda found: found.intermediate_largest)
    return (
        f"on a device that sums in float16, partial sums of {operator_text(worst.operator, worst.kind)} may overflow: "
        f"the magnitudes that it adds come to {small_text(worst.intermediate_largest)}"
    )


def _size(found: OperatorRange) -> float:
    """Largest magnitude that is computed for certain, whatever the order of additions."""
    inside = 0.0 if found.intermediate == PARTIAL_SUM else found.intermediate_largest
    return max(-found.low, found.high, inside)


def _largest_sentence(ranges: Sequence[OperatorRange]) -> str:
    if not ranges:
        return "no operator outside of loops and branches computes float32 numbers"
    largest = max(ranges, key=_size)
    what = largest.intermediate if _size(largest) == largest.intermediate_largest else "number"
    return (
        f"no operator computes a number beyond {_LARGEST}: the largest is a {what} of {small_text(_size(largest))}, by "
        f"{operator_text(largest.operator, largest.kind)}"
    )


def _joined(first: str, *others: str) -> str:
    return " ".join((capitalized(first) + ".", *others))
