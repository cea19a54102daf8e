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

_MOSTLY = 0.5
"""Share of an operator's numbers that round to 0 from which this is said."""

_MADE_UP = "The inputs are made up: other inputs may lead further."


def outcome(
    ranges: Sequence[OperatorRange],
    constants: Sequence[ConstantRange],
    samples: Samples,
    not_finite: OperatorEvidence | None,
) -> tuple[Finding, str]:
    """Finding and sentence of verdict 2; ``not_finite`` is the first operator that fails in float32 already."""
    remarks = [] if samples.are_real else [_MADE_UP]
    beyond = [found for found in ranges if found.overflows]
    certain = [found for found in beyond if found.reaches_output and _by_value(found)]
    if certain:
        return Finding.BREAKS, _joined(_value_sentence(certain[0], samples, _more(len(certain) - 1)))
    breaking = [found for found in constants if found.reaches_output and found.becomes != "subnormal"]
    if breaking:
        return Finding.BREAKS, _joined(_constant_sentence(breaking[0], "this changes an output"))
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
    vanishing = [found for found in ranges if found.zeroed_share > _MOSTLY]
    if vanishing:
        remarks.insert(0, _joined(_vanishing_sentence(vanishing)))
    good = Finding.SAFE if samples.are_real else Finding.NOTHING_FOUND
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
    others = count_text(len(vanishing) - 1, "more operator")
    return f"of what {where} computes, {share} rounds to 0" + (f", as with {others}" if len(vanishing) > 1 else "")


def _largest_sentence(ranges: Sequence[OperatorRange]) -> str:
    if not ranges:
        return "no operator outside of loops and branches computes float32 numbers"
    largest = max(ranges, key=lambda found: max(-found.low, found.high, found.intermediate_largest))
    size = max(-largest.low, largest.high, largest.intermediate_largest)
    what = largest.intermediate or "number"
    return (
        f"no operator computes a number beyond {_LARGEST}: the largest is a {what} of {small_text(size)}, by "
        f"{operator_text(largest.operator, largest.kind)}"
    )


def _joined(first: str, *others: str) -> str:
    return " ".join((capitalized(first) + ".", *others))
