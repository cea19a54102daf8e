"""Advice on a float16 file and on float16 arithmetic, which follows from measurements by rules stated here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fp16core.claims.claims import MINIMAL_ACCURACY_DELTA
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.statistics import proportion
from fp16core.modes.facts import ModeFacts, answers_text, arithmetic_text
from fp16core.modes.latency import Difference
from fp16core.text import count_text, percent_text, points_text, size_text

_WORTH_IT = 0.75
"""Largest share of the float32 file's size at which a float16 file saves anything worth its errors."""

_SURE = 0.05
"""Upper limit of the interval of changed answers, as a share of 1, above which the images are too few for advice."""

_FEW_CHANGED = 0.001
"""Largest share of changed answers at which a faster arithmetic is advised."""

RULES = (
    "**The file** is advised if its logits are numbers wherever the float32 file's are, its accuracy differs by at "
    "most 0.10 percentage points and by no more than chance explains (McNemar, p ≥ 0.05), and it takes at most 75 % "
    "of the size. With a larger difference, its changed answers should be looked at first. Where the images are so few "
    "that more than 5 % of answers might change (95 % Wilson interval), more are needed.",
    "**float16 arithmetic** is advised on a processor or a GPU if it is measurably faster there for some number of "
    "images at once (99 % interval, against a control) and changes at most 0.1 % of the answers. A software driver "
    "is no GPU. Only what was measured with this model on this server counts.",
)
"""The rules of `advise`, in Markdown."""


class Counsel(Enum):
    """Advice on the float16 file."""

    USE = "use the float16 file"
    CHECK = "look at the changed answers before you use the float16 file"
    TOO_FEW = "try it on more images: these decide little"
    LITTLE_GAIN = "keep the float32 file: the float16 file is hardly smaller"
    AVOID = "do not use this float16 file"
    NONE = "there is nothing to advise: the target holds no float16 weights"


@dataclass(frozen=True)
class Situation:
    """What is known of a pair and of the hardware.

    Attributes
    ----------
    holds_float16
        True if the target stores float16 numbers.
    reference_bytes, target_bytes
        Sizes of both files.
    images, changed, exposed
        Images answered by both files, changed answers, and images on which a logit changed by at least half the margin.
    spoiled
        Images on which only the float16 file's logits are not all numbers.
    accuracy_delta
        Accuracy of the float16 file minus that of the float32 file, as a share of 1.
    is_significant
        True if chance does not explain the difference in accuracy.
    modes
        Modes of execution that were measured on this hardware with this pair.
    """

    holds_float16: bool
    reference_bytes: int
    target_bytes: int
    images: int
    changed: int
    exposed: int
    spoiled: int
    accuracy_delta: float
    is_significant: bool
    modes: tuple[ModeFacts, ...] = ()


@dataclass(frozen=True)
class Advice:
    """Advice, and its reasons.

    Attributes
    ----------
    counsel
        On the float16 file.
    headline
        The advice in a sentence, in Markdown.
    reasons
        Sentences in Markdown: on size, answers, time and hardware.
    """

    counsel: Counsel
    headline: str
    reasons: tuple[str, ...]


def situation(comparison: Comparison, holds_float16: bool, modes: Sequence[ModeFacts]) -> Situation:
    """What a comparison and measurements of modes tell about a pair."""
    return Situation(
        holds_float16=holds_float16,
        reference_bytes=comparison.reference.size_bytes,
        target_bytes=comparison.target.size_bytes,
        images=comparison.images,
        changed=comparison.changed_predictions,
        exposed=int(comparison.exposed.sum()),
        spoiled=int(comparison.spoiled.sum()),
        accuracy_delta=comparison.accuracy_delta,
        is_significant=comparison.is_difference_significant,
        modes=tuple(modes),
    )


def advise(known: Situation) -> Advice:
    """Advice for a model on the hardware at hand, by `RULES`."""
    counsel = _counsel(known)
    if counsel is Counsel.NONE:
        return Advice(counsel, f"For this model, {counsel.value}.", ())
    faster = [facts for facts in known.modes if _is_advised(facts)]
    places = " and on ".join(_place(facts) for facts in faster)
    if counsel is Counsel.AVOID:
        headline = f"For this model, **{counsel.value}**."
    elif faster:
        headline = f"For this model on this hardware, **{counsel.value}**, and float16 arithmetic on {places}."
    elif any(facts.mode.asks_for_float16 and facts.times and not facts.by_software for facts in known.modes):
        headline = f"For this model on this hardware, **{counsel.value}**, and compute in float32."
    else:
        headline = f"For this model, **{counsel.value}**; for time on this hardware, measure first."
    return Advice(counsel, headline, (_size_reason(known), _answers_reason(known), *_time_reasons(known)))


def summary(known: Situation) -> str:
    """What float16 brings, in a sentence or two, in Markdown."""
    if not known.holds_float16:
        return "Nothing by float16: the target holds no float16 weights."
    saved = known.reference_bytes - known.target_bytes
    size = (
        f"**{percent_text(saved / known.reference_bytes)} of the bytes**: {size_text(known.target_bytes)} instead of "
        f"{size_text(known.reference_bytes)}."
    )
    timed = [facts for facts in known.modes if facts.times and facts.mode.asks_for_float16 and not facts.by_software]
    if not timed:
        return (
            f"{size} Time is gained only where hardware computes in float16, which has not been timed here with this "
            "model."
        )
    times = " and ".join(f"**{arithmetic_text(facts)}** on {_place(facts)}" for facts in timed)
    return f"{size} float16 arithmetic takes {times}."


def _counsel(known: Situation) -> Counsel:
    if not known.holds_float16:
        return Counsel.NONE
    if known.spoiled:
        return Counsel.AVOID
    if known.is_significant or abs(known.accuracy_delta) > MINIMAL_ACCURACY_DELTA + 1e-12:
        return Counsel.CHECK
    if proportion(known.changed, known.images).high > _SURE:
        return Counsel.TOO_FEW
    return Counsel.USE if known.target_bytes <= _WORTH_IT * known.reference_bytes else Counsel.LITTLE_GAIN


def _size_reason(known: Situation) -> str:
    saved = known.reference_bytes - known.target_bytes
    verb, share = ("saves", saved) if saved >= 0 else ("adds", -saved)
    return (
        f"It {verb} **{size_text(share)}** of {size_text(known.reference_bytes)} "
        f"({percent_text(share / known.reference_bytes)}), on any hardware: LiteRT turns the stored float16 numbers "
        "into float32 where that is needed."
    )


def _answers_reason(known: Situation) -> str:
    if known.spoiled:
        return f"On **{count_text(known.spoiled, 'image')}** of {known.images:,} its logits are not all numbers."
    most = proportion(known.changed, known.images).high
    exposed = f"On {count_text(known.exposed, 'image')}, some" if known.exposed else "On no image did a"
    moved = "moved" if known.exposed else "move"
    return (
        f"It changed **{known.changed:,} of {count_text(known.images, 'answer')}** and the accuracy by "
        f"{points_text(known.accuracy_delta)}. {exposed} logit {moved} by at least "
        f"half the margin, without which no answer changes. On images like these, up to {percent_text(most)} of "
        "answers may change (95 % interval)."
    )


def _time_reasons(known: Situation) -> list[str]:
    reasons = []
    usual = next((facts for facts in known.modes if not facts.mode.asks_for_float16 and facts.times), None)
    if usual is not None:
        verdicts = {time.difference for time in usual.times}
        found = (
            "no measurable difference"
            if verdicts == {Difference.NONE}
            else " and ".join(sorted({verdict.value for verdict in verdicts - {Difference.NONE}}))
        )
        reasons.append(f"Time of the float16 file against the float32 file in {usual.mode.short_title}: {found}.")
    reasons += [_arithmetic_reason(facts) for facts in known.modes if facts.mode.asks_for_float16]
    if not any(facts.mode.asks_for_float16 for facts in known.modes):
        reasons.append(
            "float16 arithmetic needs hardware that has it (a GPU, a phone’s processor since about 2018, or x86-64 "
            "with F16C and AVX2) and has not been measured here with this model."
        )
    return reasons


def _arithmetic_reason(facts: ModeFacts) -> str:
    name = facts.mode.title
    if facts.by_software:
        return f"{name}: {answers_text(facts)} ({facts.adapter}, a software driver, which says nothing about speed)."
    if facts.is_silently_float32:
        return f"{name}: the hardware computed in float32 instead; nothing is gained."
    return f"{name}: {answers_text(facts)}; {arithmetic_text(facts) or 'not timed yet'}."


def _is_advised(facts: ModeFacts) -> bool:
    return (
        facts.mode.asks_for_float16
        and not facts.by_software
        and facts.computes_float16
        and facts.changed <= _FEW_CHANGED * facts.images
        and any(time.arithmetic_difference is Difference.FASTER for time in facts.times)
    )


def _place(facts: ModeFacts) -> str:
    return f"the GPU ({facts.adapter})" if facts.mode.on_gpu else "the processor"
