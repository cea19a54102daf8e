"""The answer to the first question, by its rule."""

import numpy as np
import pytest

from fp16core.claims.advice import Counsel, advise, situation
from fp16core.claims.answer import RULE, Kind, answer
from fp16core.evaluate.both import SPOILED
from fp16core.evaluate.casting import Casting
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.evaluation import Evaluation
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE


def evaluation(*answers: int) -> Evaluation:
    """A model that gives these answers to images of zeros; an answer below 0 stands for a logit of NaN."""
    logits = np.zeros((len(answers), 10), np.float32)
    for row, digit in zip(logits, answers, strict=True):
        row[digit] = 1 if digit >= 0 else np.nan
    return Evaluation(logits, np.zeros(len(answers), np.uint8), 1)


@pytest.mark.parametrize(
    ("reference", "target", "kind"),
    [
        ([0] * 5000, [0] * 5000, Kind.KEPT),
        ([0] * 20, [0] * 20, Kind.OPEN),
        ([0] * 1000, [0] * 900 + [1] * 100, Kind.LOST),
        ([1] * 1000, [1] * 900 + [0] * 100, Kind.KEPT),
        ([0] * 5000, [0] * 4999 + [-1], Kind.BROKEN),
    ],
)
def test_the_answer_follows_from_the_interval(reference: list[int], target: list[int], kind: Kind) -> None:
    comparison = Comparison(evaluation(*reference), evaluation(*target))
    assert answer(comparison, Casting(holds_float16=True)).kind is kind
    assert answer(comparison, Casting(holds_float16=False)).kind is Kind.NOT_FLOAT16


INF, NAN = np.inf, np.nan


@pytest.mark.parametrize(
    ("reference", "target", "is_broken"),
    [
        ([1.0, 0.0], [INF, 0.0], True),  # still names the right digit
        ([1.0, 0.0], [1.0, -INF], True),
        ([1.0, 0.0], [NAN, 0.0], True),
        ([INF, 0.0], [NAN, 0.0], True),  # an answer is lost, although the reference is not finite either
        ([INF, 0.0], [INF, 0.0], False),
        ([NAN, 0.0], [NAN, 0.0], False),
        ([NAN, 0.0], [INF, 0.0], False),
        ([INF, 0.0], [1.0, 0.0], False),
        ([1.0, 0.0], [1.0, 0.5], False),
    ],
)
def test_the_answer_and_the_advice_agree_on_a_model_that_float16_breaks(
    reference: list[float], target: list[float], is_broken: bool
) -> None:
    files = []
    for size, last in ((100, reference), (50, target)):
        healthy = evaluation(*[0] * 5000)
        healthy.logits[-1, :2] = last
        files.append(Evaluation(healthy.logits, healthy.labels, size))
    comparison = Comparison(*files)
    assert list(np.flatnonzero(comparison.spoiled)) == ([4999] if is_broken else [])
    verdict = answer(comparison, Casting(holds_float16=True))
    assert (verdict.kind is Kind.BROKEN) == is_broken
    assert ("float16 makes the logits of 1 image unusable" in verdict.remark) == is_broken
    assert (advise(situation(comparison, True, ())).counsel is Counsel.AVOID) == is_broken


def test_an_answer_lost_on_one_image_is_not_made_up_for_by_another() -> None:
    lost, won = [-1] + [0] * 4999, [0] * 4999 + [-1]
    assert answer(Comparison(evaluation(*won), evaluation(*lost)), Casting(holds_float16=True)).kind is Kind.BROKEN


def test_the_rule_says_when_a_model_is_broken() -> None:
    assert f"float16 breaks a model, whatever its accuracy, if {SPOILED}." in RULE


def test_the_answer_counts_bytes_and_changed_answers(comparison: Comparison) -> None:
    found = answer(comparison, Casting(holds_float16=True))
    share = (BUNDLED / TARGET_FILE).stat().st_size / (BUNDLED / REFERENCE_FILE).stat().st_size
    changed = int((comparison.reference.logits.argmax(1) != comparison.target.logits.argmax(1)).sum())
    assert found.sentence == "float16 keeps this model’s accuracy."
    assert found.safety_sentence == "Safe, as far as these images show: float16 keeps this model’s accuracy."
    assert (
        found.counts
        == f"The float16 file has {share:.2%} of the float32 file’s size, "
        f"and {changed} of 10,000 answers changes.".replace("%", " %")
    )


def test_the_answer_to_files_without_float16_is_about_the_target() -> None:
    same = Comparison(evaluation(0, 1, 2), evaluation(0, 2, 1))
    found = answer(same, Casting(holds_float16=False))
    assert found.counts == "The target file has 100.00 % of the float32 file’s size, and 2 of 3 answers change."
    assert found.safety_sentence == found.sentence
    assert "float16" not in found.counts + found.remark
