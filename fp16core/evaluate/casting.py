"""Effects of the cast on the weights that a reader must know before any other number.

A target without float16 weights says nothing about float16, however well it answers; and weights too large for float16
become infinite (LiteRT Quantizer) or are clamped (TensorFlow's converter).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fp16core.evaluate.both import BothAnswers
from fp16core.numerics.weight_rounding import WeightRounding, weight_roundings
from fp16core.text import count_text
from fp16core.tflite.halves import holds_float16_weights
from fp16core.tflite.model_file import ModelPair

NO_FLOAT16 = "The target holds no float16 weights: nothing was cast, and nothing measured here is about float16."
"""First remark on a pair without float16 weights."""


@dataclass(frozen=True)
class Casting:
    """Effects of the cast on a pair's weights.

    Attributes
    ----------
    holds_float16
        True if the target stores any float16 number.
    became_infinite
        Number of weights that are finite in the reference and infinite in the target, by the keys of
        `TfliteFile.weights`; only tensors that have any.
    clamped
        The same for weights beyond float16's range that the target stores as ±65,504.
    """

    holds_float16: bool
    became_infinite: Mapping[str, int] = field(default_factory=dict)
    clamped: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_out_of_range(self) -> bool:
        """True if any weight is too large for float16."""
        return bool(self.became_infinite or self.clamped)

    def remarks(self, answers: BothAnswers | None) -> tuple[str, ...]:
        """Sentences that a reader must see first; empty if nothing of the kind happened.

        Parameters
        ----------
        answers
            Both models' answers to test images, if they are known.
        """
        return (() if self.holds_float16 else (NO_FLOAT16,)) + self.out_of_range(answers)

    def out_of_range(self, answers: BothAnswers | None) -> tuple[str, ...]:
        """Remarks on weights too large for float16."""
        found = []
        for counts, fate in ((self.became_infinite, "now infinite"), (self.clamped, "clamped to ±65,504")):
            if counts:
                tensors = ", ".join(f"{key}: {count:,}" for key, count in counts.items())
                found.append(
                    f"Too large for float16, {fate}: {count_text(sum(counts.values()), 'weight')} ({tensors})."
                )
        if found and answers is not None:
            found.append(_effect(answers))
        return tuple(found)

    def document(self, answers: BothAnswers | None) -> dict[str, Any]:
        """The same for JSON, with null for whatever is unknown without answers."""
        return {
            "holds_float16": self.holds_float16,
            "became_infinite": dict(self.became_infinite),
            "clamped": dict(self.clamped),
            "test_images": None if answers is None else answers.images,
            "images_with_unusable_scores": None if answers is None else int(np.count_nonzero(answers.spoiled)),
            "changed_predictions": None if answers is None else answers.changed_predictions,
            "remarks": list(self.remarks(answers)),
        }


def casting(roundings: Mapping[str, WeightRounding], holds_float16: bool) -> Casting:
    """Effects of the cast on a pair's weights, from their roundings.

    Parameters
    ----------
    roundings
        The weights of both files.
    holds_float16
        True if the target stores any float16 number.
    """

    def counted(name: str) -> dict[str, int]:
        return {key: getattr(each, name) for key, each in roundings.items() if getattr(each, name)}

    return Casting(holds_float16, counted("became_infinite"), counted("clamped"))


def casting_of(pair: ModelPair) -> Casting:
    """Effects of the cast, from the two files; raises as `weight_roundings`."""
    return casting(weight_roundings(pair), holds_float16_weights(pair.target))


def _effect(answers: BothAnswers) -> str:
    """Describe the effect of weights out of range on the answers."""
    spoiled = answers.spoiled
    if not spoiled.any():
        return (
            f"No logit becomes infinite or NaN by it; {answers.changed_predictions:,} of "
            f"{count_text(answers.images, 'answer')} differ."
        )
    unanswered = int(np.count_nonzero(np.isnan(answers.target.logits[spoiled]).any(axis=1)))
    all_finite = bool(np.isfinite(answers.reference.logits[spoiled]).all())
    return (
        f"On {int(spoiled.sum()):,} of {count_text(answers.images, 'test image')} the target gives a logit that is "
        f"infinite or not a number (NaN), though the reference's are all finite"
        f"{'' if all_finite else ', or at least give an answer'}; {unanswered:,} of them get no answer."
    )
