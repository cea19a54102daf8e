"""Summaries of a study's rows, by hand."""

import math
from dataclasses import replace

import pytest

from fp16core.study.columns import p_text, recipe_words
from fp16core.study.rows.file import Study
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import DatasetFacts, Ending, by_recipe
from fp16core.study.summary import CONVERTER, QUANTIZER, most_changed_images, summarise
from fp16core.study.tables import answer_text, effect_table, study_remarks, study_tables
from fp16core.training.recipe import Recipe
from tests.helpers.study.rows import effect, row, without_results

FOUR = [Change(7, 9, 9, 4)]
ROWS = [
    row(0, effect(9600, 9600)),
    row(1, effect(9700, 9699, FOUR, least_flip_factor=0.5)),
    row(2, effect(9500, 9500, max_abs_logit_delta=0.004)),
    row(3, effect(9600, 9601, [*FOUR, Change(8, 1, 2, 1)], snr_db=70.0)),
    row(4, effect(9650, 9650, proven_images=9985)),
]


def test_trainings_are_added_up() -> None:
    found = summarise(ROWS)
    assert found.recipe == Recipe()
    assert found.trainings == 5
    assert found.accuracy_mean == pytest.approx(0.961)
    assert found.accuracy_sd == pytest.approx(math.sqrt((1 + 81 + 121 + 1 + 16) / 4) / 1000 * 1.0, rel=0.02)
    assert found.accuracy_range == (0.95, 0.97)
    changed = found.effects[CONVERTER]
    assert (changed.answers, changed.changed, changed.trainings_with_changes) == (50_000, 3, 2)
    assert changed.changed_per_million.value == pytest.approx(60)
    assert changed.largest_accuracy_delta == pytest.approx(-1e-4)
    assert (changed.max_abs_logit_delta, changed.least_flip_factor, changed.least_snr_db) == (0.004, 0.5, 70.0)
    assert changed.proven_share == pytest.approx((4 * 9990 + 9985) / 50_000)
    assert found.effects[QUANTIZER].proven_share is None
    assert len(found.effects) == 5
    assert found.effect_share is not None
    # Two deltas of 1e-4 in five trainings.
    assert found.effect_share.value == pytest.approx(math.sqrt(2e-8 / 5) / found.accuracy_sd)


def test_a_logit_that_is_not_a_number_counts_as_worst() -> None:
    found = summarise([*ROWS, row(5, effect(max_abs_logit_delta=math.nan))]).effects[CONVERTER]
    assert math.isnan(found.max_abs_logit_delta)


def test_trainings_of_different_recipes_are_grouped_and_have_no_common_scatter() -> None:
    other = [row(seed, recipe=Recipe(filters=4)) for seed in range(2)]
    groups = by_recipe([*other, *ROWS])
    assert [len(group) for group in groups] == [5, 2]
    together = summarise([*other, *ROWS])
    assert (together.recipe, together.effect_share, together.trainings) == (None, None, 7)
    assert [table.title.split(":")[0] for table in study_tables(Study("it", (*other, *ROWS)), 0.001)] == [
        "1 epoch",
        "all recipes",
        "by recipe",
        "test images whose answer float16 changes most often",
    ]


def test_trainings_on_different_data_sets_are_named_apart_and_have_no_common_scatter() -> None:
    other = [replace(each, dataset=DatasetFacts("Fashion", 60_000, 10_000, "12" * 32)) for each in ROWS]
    together = summarise([*ROWS, *other])
    assert (together.recipe, together.dataset, together.effect_share) == (None, None, None)
    biggest, everything, recipes, images = study_tables(Study("it", (*ROWS, *other)), 0.001)
    assert biggest.title.startswith("1 epoch, MNIST, abababab: 5 trainings")
    assert everything.title.startswith("all recipes: 10 trainings")
    assert [cells[0] for cells in recipes.rows] == ["1 epoch, MNIST, abababab", "1 epoch, Fashion, 12121212"]
    assert images.title.startswith("test images of MNIST, abababab, whose")
    assert images.rows == [("7", "2"), ("8", "1")]


def test_a_single_training_has_no_scatter_and_no_test() -> None:
    found = summarise(ROWS[:1])
    assert math.isnan(found.accuracy_sd)
    assert found.effects[CONVERTER].equivalence is None
    assert "standard deviation" not in effect_table(found, 0.001).title
    assert answer_text(found).endswith("never moved by more than 0.00 points.")


def test_images_are_listed_by_how_often_they_change() -> None:
    assert most_changed_images(ROWS) == [(7, 2), (8, 1)]
    assert most_changed_images(ROWS, 1) == [(7, 2)]


def test_the_answer_and_the_table_are_in_words() -> None:
    assert answer_text(summarise(ROWS)) == (
        "In 5 trainings float16 changed 3 of 50,000 answers; the accuracy never moved by more than 0.01 points, and "
        "the seed moves it by 0.74 points (standard deviation)."
    )
    rows = {cells[0]: cells[1:] for cells in effect_table(summarise(ROWS), 0.001).rows}
    assert rows["changed"][:2] == ("3", "0")
    assert rows["per million"][0] == "60 (12.4 to 175)"
    assert rows["mean within ±0.1 points"][0] == "yes (p < 0.001)"
    assert (p_text(0.0212, "= "), p_text(0.9)) == ("= 0.021", "0.9")
    assert rows["proven"][:2] == ("99.89 %", "")
    assert rows["seed's effect over float16's"][0].startswith("117 (")
    assert recipe_words(Recipe(seed=9, epochs=3, filters=4)) == "3 epochs, 4 filters"


def test_what_is_to_be_known_about_the_rows_is_said() -> None:
    rows = (*ROWS, without_results(7, Ending.DIVERGED), without_results(8, Ending.FAILED))
    first = study_remarks(Study("it", rows))
    assert first == ["it: 7 rows (5 trained, 1 diverged, 1 failed).", "Failed: 1 epoch: Some reason."]
    mixed = (*ROWS, row(9, processor="Another"), replace(row(10), dataset=replace(row(10).dataset, sha256="0" * 64)))
    remarks = study_remarks(Study("it", mixed, cut_off_bytes=5))
    assert [words.split(":")[0] for words in remarks[1:]] == [
        "The last line is unfinished and counts for nothing",
        "The study mixes 2 kinds of processors (Another, Some processor)",
        "The study mixes 2 data sets",
    ]
    assert study_tables(Study("it", rows[5:]), 0.001) == []
