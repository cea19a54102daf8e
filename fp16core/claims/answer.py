"""Answer to the first question: float16 keeps the model's accuracy, costs some, or breaks the model."""

from dataclasses import dataclass
from enum import Enum

from fp16core.claims.claims import MINIMAL_ACCURACY_DELTA
from fp16core.evaluate.both import SPOILED
from fp16core.evaluate.casting import Casting
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.modes.runs import ModeTable
from fp16core.text import count_text, percent_text, points_text

RULE = (
    "Rule: accuracy counts as kept if the 95 % interval of its change on these images does not reach below "
    f"{points_text(-MINIMAL_ACCURACY_DELTA)}, and as lost if the whole interval lies below 0; otherwise, the images "
    f"are too few to tell. float16 breaks a model, whatever its accuracy, if {SPOILED}. If the target has no float16 "
    "weights, nothing is judged."
)
"""Rule by which the answer follows from the numbers."""

SCOPE_WITHOUT_FLOAT16 = (
    "Below, float16 denotes the target file, although it holds no float16 weights: sizes, answers and logits are those "
    "of two files without any."
)
"""Scope of a report on a target without float16 weights."""


class Kind(Enum):
    """Effect of float16 on accuracy; the value is the answer in a sentence, without its full stop."""

    KEPT = "float16 keeps this model’s accuracy"
    OPEN = "These images are too few to tell whether float16 costs this model accuracy"
    LOST = "float16 costs this model accuracy"
    BROKEN = "float16 breaks this model: some of its logits become infinite or NaN"
    NOT_FLOAT16 = "The target holds no float16 weights: nothing here is about float16"


_SAFETY = {
    Kind.KEPT: "Safe, as far as these images show",
    Kind.OPEN: "Not shown to be safe",
    Kind.LOST: "Not safe",
    Kind.BROKEN: "Not safe",
}


@dataclass(frozen=True)
class Answer:
    """The answer, and the numbers that support it.

    Attributes
    ----------
    kind
        Kind of answer.
    low, high
        Limits of the 95 % interval of the accuracy delta, as shares of 1.
    counts
        Size of the target's file and number of changed answers, in a sentence.
    remark
        Change of accuracy, in a sentence or two.
    """

    kind: Kind
    low: float
    high: float
    counts: str
    remark: str

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        return f"{self.kind.value}."

    @property
    def safety_sentence(self) -> str:
        """The answer to whether float16 is safe for the model, in a sentence."""
        begin = _SAFETY.get(self.kind)
        return f"{begin}: {self.sentence[0].lower()}{self.sentence[1:]}" if begin else self.sentence


def scope(table: ModeTable | None) -> str:
    """Scope of the answer, including the result in float16 arithmetic if that was measured."""
    words = (
        "Both files were run on a CPU, which computes in float32 with either: the answer is about float16 weights. "
        "Hardware that also computes in float16 makes larger errors; "
    )
    most = None if table is None else table.most_changed
    if most is None:
        return words + "that was not measured for this report."
    found = most.comparison
    if found.changed_predictions == 0:
        return words + f"in the modes of execution measured here, none of {found.images:,} answers changed."
    return words + (
        f"of the modes of execution measured here, {most.run.mode.short_title} changed most: "
        f"{found.changed_predictions:,} of {found.images:,} answers."
    )


def answer(comparison: Comparison, casting: Casting) -> Answer:
    """Judge a comparison by `RULE`."""
    low, high = comparison.accuracy_delta_interval
    spoiled, unanswered = int(comparison.spoiled.sum()), int((comparison.target.predictions == NO_ANSWER).sum())
    if not casting.holds_float16:
        kind = Kind.NOT_FLOAT16
    elif spoiled:
        kind = Kind.BROKEN
    elif low >= -MINIMAL_ACCURACY_DELTA:
        kind = Kind.KEPT
    else:
        kind = Kind.LOST if high < 0 else Kind.OPEN
    changed = comparison.changed_predictions
    name, verb = "float16" if casting.holds_float16 else "target", "changes" if changed == 1 else "change"
    counts = (
        f"The {name} file has {percent_text(comparison.size_share)} of the float32 file’s size, and {changed:,} of "
        f"{count_text(comparison.images, 'answer')} {verb}."
    )
    remark = (
        f"Accuracy changes by {points_text(comparison.accuracy_delta)}; on other images of this kind, it would "
        f"plausibly change by {points_text(low)} to {points_text(high)} (95 % interval)."
    )
    if spoiled:
        remark += f" float16 makes the logits of {count_text(spoiled, 'image')} unusable."
    if unanswered:
        remark += f" On {count_text(unanswered, 'image')}, a logit of the target is not a number."
    return Answer(kind, low, high, counts, remark)
