"""Figures of many trainings: they show the rows they are given."""

import pytest

from fp16core.figures import study as figures
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import Row
from fp16core.study.summary import CONVERTER, summarise
from fp16core.training.recipe import Recipe
from tests.helpers.study.rows import effect, row


@pytest.fixture
def rows() -> list[Row]:
    """Two recipes: accuracies of 96.00 and 96.20 %, and of 97.00 and 97.40 %."""
    return [
        row(0, effect(9600, 9601, [Change(8, 5, 6, 5)])),
        row(1, effect(9620, 9620)),
        row(0, effect(9700, 9700), Recipe(epochs=3)),
        row(1, effect(9740, 9720, [Change(image, 1, 1, 7) for image in range(20)]), Recipe(epochs=3)),
    ]


def test_accuracies_are_shown_against_the_mean_of_their_own_recipe(rows: list[Row]) -> None:
    seed, float16 = figures.seed_and_float16(rows, CONVERTER).data
    assert seed.x == pytest.approx((-0.1, 0.1, -0.2, 0.2))
    assert float16.x == pytest.approx((0.01, 0, 0, -0.2))
    assert all(0.7 <= y <= 1.3 for y in seed.y)
    assert all(-0.3 <= y <= 0.3 for y in float16.y)
    assert float16.text[3] == "3 epochs, seed 1: −0.20 points"


def test_each_training_is_a_point_apart_by_whether_answers_changed(rows: list[Row]) -> None:
    _, same, moved = figures.both_accuracies(rows, CONVERTER).data
    assert (tuple(same.x), tuple(same.y)) == ((96.2, 97.0), (96.2, 97.0))
    assert tuple(moved.x) == pytest.approx((96.0, 97.4))
    assert tuple(moved.y) == pytest.approx((96.01, 97.2))
    assert moved.text[1] == "3 epochs, seed 1: 97.40 % → 97.20 %, 20 changed answers"


def test_trainings_with_many_changes_share_the_last_bar(rows: list[Row]) -> None:
    (bars,) = figures.changed_counts(rows, CONVERTER).data
    assert (bars.x[-1], bars.y[-1]) == ("12 or more", 1)
    assert (bars.y[0], bars.y[1], sum(bars.y)) == (2, 1, 4)


def test_a_larger_error_changes_as_many_answers_as_the_rows_say(rows: list[Row]) -> None:
    (bars,) = figures.flips_within(rows, CONVERTER).data
    assert bars.x == ("1 ×", "2 ×", "5 ×", "10 ×", "20 ×", "50 ×", "100 ×")
    assert bars.y == pytest.approx(range(7))  # (0, 1, 2, … 6) of 10,000 in every row


def test_rates_have_their_intervals(rows: list[Row]) -> None:
    groups = [summarise(rows[:2]), summarise(rows[2:])]
    (points,) = figures.rates_by_recipe(groups, CONVERTER).data
    assert points.x == pytest.approx((50, 1000))
    # Garwood's limits of one event in 0.02 million answers: 0.0253 and 5.572.
    assert points.customdata[0][1:] == pytest.approx([1.266, 278.6], rel=1e-3)
