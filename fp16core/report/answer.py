"""The answer that a report begins with: whether float16 keeps the model's accuracy."""

from dataclasses import dataclass
from enum import Enum

from fp16core.evaluate.casting import Casting
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.modes.runs import ModeTable
from fp16core.text import count_text, points_text

_MINIMAL = 0.001
"""The loss of accuracy, as a share of 1, that also the tutorial's claim is allowed as minimal."""

RULE = (
    "Rule: accuracy counts as kept if the 95 % interval of its change, found on these images, does not reach below "
    f"{points_text(-_MINIMAL)}; as lost if it lies below 0 as a whole; else the images are too few to tell. "
    "Without float16 weights in the target nothing is judged."
)
"""How the answer follows from the numbers."""

SCOPE_WITHOUT_FLOAT16 = (
    "What is called float16 below is the target file, which holds no such weights: sizes, answers and scores are those "
    "of two files without them."
)
"""How far it goes if there is nothing in float16."""


class Kind(Enum):
    """What float16 does to the accuracy; the value is the answer in a sentence."""

    KEPT = "float16 keeps this model’s accuracy"
    OPEN = "These images are too few to tell whether float16 costs this model accuracy"
    LOST = "float16 costs this model accuracy"
    BROKEN = "float16 breaks this model: some of its scores are not numbers"
    NOT_FLOAT16 = "The target holds no float16 weights: this report says nothing about float16"


@dataclass(frozen=True)
class Answer:
    """The answer, and what it rests on.

    Attributes
    ----------
    kind
        The answer.
    low, high
        Limits of the 95 % interval of the accuracy delta, as shares of 1.
    remark
        The numbers behind it, in a sentence or two.
    """

    kind: Kind
    low: float
    high: float
    remark: str


def scope(table: ModeTable | None) -> str:
    """How far the answer goes: what was found where arithmetic is float16, too, if that was measured."""
    words = (
        "Both files were run on a CPU, which computes in float32 with either: this is about float16 weights. Hardware "
        "that computes in float16, too, errs more; "
    )
    most = None if table is None else table.most_changed
    if most is None:
        return words + "that was not measured for this report."
    cell = most.comparison
    if cell.changed_predictions == 0:
        return words + f"in no mode of execution measured here did it change one of {cell.images:,} answers."
    return words + (
        f"in the mode of execution measured here that changed most, {most.run.mode.short_title}, it changed "
        f"{cell.changed_predictions:,} of {cell.images:,} answers."
    )


def answer(comparison: Comparison, casting: Casting) -> Answer:
    """Judge a comparison by `RULE`."""
    low, high = comparison.accuracy_delta_interval
    unanswered = [int((e.predictions == NO_ANSWER).sum()) for e in (comparison.target, comparison.reference)]
    if not casting.holds_float16:
        kind = Kind.NOT_FLOAT16
    elif unanswered[0] > unanswered[1]:
        kind = Kind.BROKEN
    elif low >= -_MINIMAL:
        kind = Kind.KEPT
    else:
        kind = Kind.LOST if high < 0 else Kind.OPEN
    delta = points_text(comparison.accuracy_delta)
    remark = (
        f"Of {count_text(comparison.images, 'test image')}, the two models answer "
        f"{comparison.changed_predictions:,} differently. Accuracy changes by {delta}; on other images of this kind "
        f"it would plausibly change by {points_text(low)} to {points_text(high)} (95 % interval)."
    )
    if unanswered[0]:
        remark += f" On {count_text(unanswered[0], 'image')}, a score of the target is not a number."
    return Answer(kind, low, high, remark)
