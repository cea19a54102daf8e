"""Advice on a float16 file and on float16 arithmetic, which follows from measurements by rules stated here."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fp16core.claims.arithmetic import ARITHMETIC_RULE, arithmetic_advice, time_reasons, time_sentence
from fp16core.claims.claims import MINIMAL_ACCURACY_DELTA
from fp16core.evaluate.both import SPOILED
from fp16core.evaluate.comparison import SIGNIFICANCE, Comparison
from fp16core.evaluate.statistics import proportion
from fp16core.modes.facts import ModeFacts
from fp16core.text import count_text, percent_text, points_text, share_text, size_text

_WORTH_IT = 0.75
"""Largest share of the float32 file's size at which a float16 file saves anything worth its errors."""

_SURE = 0.05
"""Upper limit of the interval of changed answers, as a share of 1, above which the images are too few for advice."""

RULES = (
    f"**The file** is not advised if {SPOILED}. Otherwise, it is advised if its accuracy differs by at most "
    f"{MINIMAL_ACCURACY_DELTA * 100:.2f} percentage points and by no more than chance explains (McNemar, "
    f"p ≥ {SIGNIFICANCE:g}), and it takes at most {share_text(_WORTH_IT)} of the size. With a larger difference, its "
    "changed answers should be looked at first. Where the images are so few that more than "
    f"{share_text(_SURE)} of answers might change (95 % Wilson interval), more are needed.",
    ARITHMETIC_RULE,
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
    """Findings on a pair and on the hardware, from which advice follows.

    Attributes
    ----------
    holds_float16
        True if the target stores float16 numbers.
    reference_bytes, target_bytes
        Sizes of both files.
    images, changed, exposed
        Images answered by both files, changed answers, and images on which a logit changed by at least half the margin.
    spoiled
        Images whose logits float16 made unusable, as `BothAnswers.spoiled`.
    accuracy_delta
        Accuracy of the float16 file minus that of the float32 file, as a share of 1.
    is_significant
        True if chance does not explain the difference in accuracy.
    modes
        Modes of execution that were measured on this hardware with this pair; their adapters' names are Markdown.
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
        The advice on the file, and where it may be used that on the arithmetic, in a sentence each, in Markdown.
    reasons
        Sentences in Markdown: on size, answers, time and hardware.
    """

    counsel: Counsel
    headline: str
    reasons: tuple[str, ...]


def situation(comparison: Comparison, holds_float16: bool, modes: Sequence[ModeFacts]) -> Situation:
    """Findings from a comparison of a pair and from measurements of modes."""
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
    headline = f"For this model, **{counsel.value}**."
    if counsel is not Counsel.AVOID:
        headline += f" {arithmetic_advice(known.modes)}"
    return Advice(counsel, headline, (_size_reason(known), _answers_reason(known), *time_reasons(known.modes)))


def summary(known: Situation) -> str:
    """Gains by float16 in bytes and in time, in a few sentences of Markdown."""
    if not known.holds_float16:
        return "Nothing by float16: the target holds no float16 weights."
    verb, changed = _size_change(known)
    size = (
        f"The float16 file {verb} **{percent_text(changed / known.reference_bytes)} of the bytes**: "
        f"{size_text(known.target_bytes)} instead of {size_text(known.reference_bytes)}."
    )
    return f"{size} {time_sentence(known.modes)}"


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
    verb, changed = _size_change(known)
    return (
        f"It {verb} **{size_text(changed)}** of {size_text(known.reference_bytes)} "
        f"({percent_text(changed / known.reference_bytes)}), on any hardware: LiteRT turns the stored float16 numbers "
        "into float32 where that is needed."
    )


def _size_change(known: Situation) -> tuple[str, int]:
    """Verb and number of bytes of the change of size."""
    saved = known.reference_bytes - known.target_bytes
    return ("saves", saved) if saved >= 0 else ("adds", -saved)


def _answers_reason(known: Situation) -> str:
    if known.spoiled:
        return f"On **{count_text(known.spoiled, 'image')}** of {known.images:,}, float16 makes the logits unusable."
    most = proportion(known.changed, known.images).high
    exposed = f"On {count_text(known.exposed, 'image')}, some" if known.exposed else "On no image did a"
    moved = "moved" if known.exposed else "move"
    return (
        f"It changed **{known.changed:,} of {count_text(known.images, 'answer')}** and the accuracy by "
        f"{points_text(known.accuracy_delta)}. {exposed} logit {moved} by at least "
        f"half the margin, without which no answer changes. On images like these, up to {percent_text(most)} of "
        "answers may change (95 % interval)."
    )
