"""The answer to the first question, by its rule."""

import numpy as np
import pytest

from fp16core.claims.answer import Kind, answer
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


def test_the_answer_counts_bytes_and_changed_answers(comparison: Comparison) -> None:
    found = answer(comparison, Casting(holds_float16=True))
    share = (BUNDLED / TARGET_FILE).stat().st_size / (BUNDLED / REFERENCE_FILE).stat().st_size
    changed = int((comparison.reference.logits.argmax(1) != comparison.target.logits.argmax(1)).sum())
    assert found.sentence == "float16 keeps this model’s accuracy."
    assert (
        found.counts
        == f"The float16 file has {share:.2%} of the size, and {changed} of 10,000 answers changes.".replace("%", " %")
    )


def test_the_answer_to_files_without_float16_is_about_the_target() -> None:
    same = Comparison(evaluation(0, 1, 2), evaluation(0, 2, 1))
    found = answer(same, Casting(holds_float16=False))
    assert found.counts == "The target file has 100.00 % of the size, and 2 of 3 answers change."
    assert "float16" not in found.counts + found.remark
