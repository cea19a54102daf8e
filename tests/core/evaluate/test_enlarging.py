"""Enlarging float16's error: NumPy's own sums, and the tipping point that the flip factor foretells."""

import numpy as np
import pytest

from fp16core.evaluate.both import BothAnswers
from fp16core.evaluate.comparison import Comparison
from fp16core.evaluate.enlarging import Enlargement, enlarged_logits, enlargement
from fp16core.evaluate.evaluation import Answers


def answers(reference: list[float], target: list[float]) -> BothAnswers:
    rows = [np.array([row + [-9.0] * (10 - len(row))], np.float32) for row in (reference, target)]
    return BothAnswers(*map(Answers, rows))


def test_without_the_error_and_with_it_once_the_logits_are_the_models_own(comparison: Comparison) -> None:
    for index in (0, 1242, 9999):
        assert np.array_equal(enlarged_logits(comparison, index, 0), comparison.reference.logits[index])
        assert np.array_equal(enlarged_logits(comparison, index, 1), comparison.target.logits[index])


def test_the_error_is_enlarged_in_proportion() -> None:
    both = answers([4, 3], [3.75, 3.125])
    assert enlarged_logits(both, 0, 2)[:2].tolist() == [3.5, 3.25]
    assert both.report(0).flip_factor == pytest.approx(1 / 0.375)


def test_the_answer_tips_at_the_flip_factor(comparison: Comparison) -> None:
    factors = comparison.flip_factors
    can_flip = np.flatnonzero(np.isfinite(factors))
    for index in np.random.default_rng(0).choice(can_flip, 300, replace=False).tolist():
        report = comparison.report(index)
        before, after = (enlarged_logits(comparison, index, report.flip_factor * by) for by in (0.999, 1.001))
        assert str(before.argmax()) == report.reference_text
        assert after.argmax() == report.rival


def test_where_no_multiple_flips_even_a_huge_one_keeps_the_answer(comparison: Comparison) -> None:
    for index in np.flatnonzero(np.isinf(comparison.flip_factors))[:300].tolist():
        kept = enlarged_logits(comparison, index, 1e9).argmax()
        assert kept == comparison.reference.predictions[index]


def test_the_range_holds_1_and_the_flip_factor_with_room_beyond(comparison: Comparison) -> None:
    for index in [*range(300), 1242]:
        report = comparison.report(index)
        factors = enlargement(report)
        assert factors is not None
        assert factors.holds(1)
        if report.can_flip:
            assert factors.holds(report.flip_factor * 1.02)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ([3.0, 3.5], Enlargement(0, 2, False)),
        ([4.0, 3.625], Enlargement(0, 3.2, False)),
        ([4.0, 3.125], Enlargement(1, 18, True)),
        ([4.25, 3.0], Enlargement(1, 1000, True)),
        ([4.0, 3.0], None),
        ([4.0, np.nan], None),
        ([np.inf, 3.0], None),
    ],
)
def test_the_range_follows_the_flip_factor(target: list[float], expected: Enlargement | None) -> None:
    assert enlargement(answers([4, 3], target).report(0)) == expected
