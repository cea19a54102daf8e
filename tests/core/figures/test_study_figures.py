"""Figures of many trainings: they show the rows they are given."""

from dataclasses import replace

import pytest

from fp16core.figures import study as figures
from fp16core.figures.base.table import figure_csv
from fp16core.figures.crowd import MOST_POINTS
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import DatasetFacts, Row
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
    seed, float16 = figures.seed_and_float16([rows[:2], rows[2:]], CONVERTER).data
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


def test_recipes_on_several_data_sets_have_both_names(rows: list[Row]) -> None:
    fashion = [replace(each, dataset=DatasetFacts("Fashion", 60_000, 10_000, "12" * 32)) for each in rows[:2]]
    drawn = figures.rates_by_recipe([summarise(rows[:2]), summarise(fashion)], CONVERTER)
    assert drawn.layout.yaxis.ticktext == ("1 epoch, MNIST, abababab", "1 epoch, Fashion, 12121212")


@pytest.fixture(scope="module")
def crowd() -> list[Row]:
    """One training more than have a point each: accuracies of 96.00, 96.01 … 96.09 %, float16's 0.01 points more."""
    tens = [row(0, effect(9600 + last, 9601 + last, [Change(8, 5, 6, 5)])) for last in range(10)]
    return [tens[place % 10] for place in range(MOST_POINTS + 1)]


def test_a_crowd_of_trainings_is_counted_on_both_strips(crowd: list[Row]) -> None:
    drawn = figures.seed_and_float16([crowd], CONVERTER)
    for strip in drawn.data:
        assert sum(trainings for *_, trainings in strip.customdata) == MOST_POINTS + 1
        assert all(low <= x <= high for x, (low, high, _) in zip(strip.x, strip.customdata, strict=True))
    seed, float16 = drawn.data
    assert len(seed.x) == 10
    (only,) = float16.customdata
    assert only[0] <= 0.01 <= only[1]
    assert float16.text[0].startswith("2,001 trainings, ")
    assert figure_csv(drawn).splitlines()[0].endswith('"from","to","trainings"')


def test_a_crowd_of_trainings_shares_points_of_equal_accuracy(crowd: list[Row]) -> None:
    _, same, moved = figures.both_accuracies(crowd, CONVERTER).data
    assert len(same.x) == 0
    assert moved.x == pytest.approx([96 + last / 100 for last in range(10)])
    assert moved.y == pytest.approx([96.01 + last / 100 for last in range(10)])
    assert sum(moved.customdata) == MOST_POINTS + 1
    assert moved.text[0] == "201 trainings: 96.00 % → 96.01 %"
    assert moved.name == "some changed (2,001)"
