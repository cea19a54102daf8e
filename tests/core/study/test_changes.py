"""Changed images of a study, and the claims that many trainings judge."""

from dataclasses import replace

import pytest

from fp16core.claims.claims import NO_DIFFERENCE, TRAINED_ACCURACY
from fp16core.claims.evidence import ClaimCheck, Verdict
from fp16core.data.mnist import SHA256
from fp16core.runs.pair import load_pair
from fp16core.runs.record import TARGET_FILE
from fp16core.study.changes import ChangedImage, changed_images, effects_of
from fp16core.study.distribution import in_distribution, rows_like
from fp16core.study.rows.results import Change
from fp16core.study.rows.row import BUNDLED_DIGEST, DatasetFacts, Ending
from fp16core.study.running.measure import STUDIED_WAYS
from fp16core.study.running.task import read_dataset
from fp16core.study.shipped import SHIPPED, load_study
from fp16core.study.summary import CONVERTER, QUANTIZER, summarise
from fp16core.training.recipe import TUTORIAL, Recipe
from tests.helpers.study.rows import effect, row, without_results

CLAIMS = tuple(
    ClaimCheck(topic, "…", "measured", Verdict.HOLDS, "rule", "method")
    for topic in (TRAINED_ACCURACY, "Half the size", NO_DIFFERENCE)
)


def test_images_are_counted_by_training_and_by_move() -> None:
    rows = [
        row(0, effect(9600, 9599, [Change(5, 3, 3, 8), Change(90, 1, 1, 7)])),
        row(1, effect(9600, 9601, [Change(5, 3, 8, 3)])),
        row(2, effect(9600, 9599, [Change(5, 3, 3, 8)])),
        without_results(3, Ending.DIVERGED),
    ]
    assert changed_images(rows, CONVERTER) == [
        ChangedImage(5, 3, 3, (((3, 8), 2), ((8, 3), 1))),
        ChangedImage(90, 1, 1, (((1, 7), 1),)),
    ]
    assert changed_images(rows, QUANTIZER) == []


def test_each_kind_of_float16_has_its_own_effect() -> None:
    one = row(0, effect(9600, 9601))
    assert effects_of([one], CONVERTER)[0].correct == 9601
    assert effects_of([one], QUANTIZER)[0].correct == 9600
    assert effects_of([one], STUDIED_WAYS[0])[0].images == 250
    with pytest.raises(KeyError):
        effects_of([one], "another")


def test_the_digest_of_the_bundled_data_is_that_of_its_rows() -> None:
    assert read_dataset(None)[0].sha256 == BUNDLED_DIGEST


def test_a_run_is_compared_with_trainings_of_its_recipe_whatever_the_seed() -> None:
    longer = Recipe(epochs=3)
    rows = [row(0), row(1, recipe=longer), row(2), without_results(3, Ending.FAILED)]
    assert rows_like({"recipe": {"epochs": 1, "seed": 77}}, rows) == (rows[0], rows[2])
    assert rows_like({"recipe": {"epochs": 3}}, rows) == (rows[1],)
    for run in ({}, {"recipe": {"epochs": 0}}, {"recipe": None}):
        assert rows_like(run, rows) == ()


def test_a_run_is_compared_with_trainings_on_one_data_set_its_own_if_that_is_known() -> None:
    bundled, fashion, other = (
        DatasetFacts(name, 60_000, 10_000, digest)
        for name, digest in (("MNIST", BUNDLED_DIGEST), ("Fashion", "12" * 32), ("other", "34" * 32))
    )
    rows = [
        replace(row(seed), dataset=each)
        for each, count in ((other, 1), (bundled, 2), (fashion, 3))
        for seed in range(count)
    ]
    recipe = {"recipe": {"epochs": 1}}
    for dataset, expected in (
        ({"test_sha256": SHA256["x_test"]}, bundled),
        ({"test_sha256": "56" * 32}, fashion),
        ({}, fashion),
        (None, fashion),
    ):
        found = rows_like(recipe | {"dataset": dataset}, rows)
        assert {each.dataset for each in found} == {expected}
    assert rows_like(recipe | {"dataset": {"test_sha256": SHA256["x_test"]}}, rows[3:]) == ()


def test_claims_hold_in_distribution_by_the_mean_and_by_the_test() -> None:
    rows = [row(seed, effect(9540 + 10 * seed, 9540 + 10 * seed + (seed == 3))) for seed in range(10)]
    about, other, none = (claim.in_distribution for claim in in_distribution(CLAIMS, rows, summarise(rows)))
    assert about == "in distribution, over 10 trainings on MNIST: holds; 95.85 % on average, 95.40 % to 96.30 %"
    assert other == ""
    assert none.startswith("in distribution, over 10 trainings on MNIST: holds; 0 of 100,000 answers changed")
    better = [row(seed, effect(9700 + 2 * seed, 9500 + 40 * seed)) for seed in range(10)]
    about, _, none = (claim.in_distribution for claim in in_distribution(CLAIMS, better, summarise(better)))
    assert "over 10 trainings on MNIST: does not hold; 97.09 % on average" in about
    assert "over 10 trainings on MNIST: not shown" in none
    partly = [row(seed, effect(9600 if seed == 0 else 9800, 9800)) for seed in range(10)]
    assert "holds partly" in in_distribution(CLAIMS, partly, summarise(partly))[0].in_distribution


def test_few_trainings_say_nothing() -> None:
    few = [row(seed) for seed in range(9)]
    assert in_distribution(CLAIMS, few, summarise(few)) == CLAIMS
    assert in_distribution(CLAIMS, [], None) == CLAIMS


def test_a_recipes_seed_is_no_part_of_it() -> None:
    assert rows_like({"recipe": {"seed": 5}}, [row(1, recipe=replace(TUTORIAL, seed=9))])


def test_the_shipped_study_is_what_its_commands_make() -> None:
    study = load_study(SHIPPED)
    assert {row.ending for row in study.rows} == {Ending.TRAINED}
    assert {row.dataset.sha256 for row in study.rows} == {BUNDLED_DIGEST}
    wide = {(e, f, k, s) for e in (1, 3, 5) for f in (4, 12, 32) for k in (3, 5) for s in range(6)}
    asked = {(1, 12, 3, seed) for seed in range(200)} | wide
    made = [(row.recipe.epochs, row.recipe.filters, row.recipe.kernel_size, row.recipe.seed) for row in study.rows]
    assert sorted(made) == sorted(asked)


def test_the_shipped_study_has_the_bundled_pair_among_its_trainings() -> None:
    """The same seed gave the same bits, on another day and through Dask."""
    record = load_pair().run["files"]
    first = next(row for row in load_study(SHIPPED).rows if row.recipe == TUTORIAL)
    assert first.results is not None
    assert first.results.files[TARGET_FILE].sha256 == record[TARGET_FILE]["sha256"]
