"""Lists of settings, and the trainings that follow from them."""

import pytest

from fp16core.study.running.plan import combinations, parse_values
from fp16core.training.recipe import Recipe
from fp16core.vocabulary import RecipeError


@pytest.mark.parametrize(
    ("setting", "text", "values"),
    [
        ("seed", "0-3", (0, 1, 2, 3)),
        ("seed", "7", (7,)),
        ("seed", "0-1, 5,9-10", (0, 1, 5, 9, 10)),
        ("learning_rate", "0.001,1e-2", (0.001, 0.01)),
        ("optimizer", "adam, sgd", ("adam", "sgd")),
    ],
)
def test_lists_and_ranges_of_values(setting: str, text: str, values: tuple[object, ...]) -> None:
    assert parse_values(setting, text) == values


@pytest.mark.parametrize(
    ("setting", "text", "words"),
    [
        ("seed", "", "--seeds has ''"),
        ("seed", "3-1", "the smaller one first"),
        ("seed", "-1", "--seeds has '-1'"),
        ("seed", "0-999999999", "choose a shorter range"),
        ("seed", "1.5", "not a whole number"),
        ("seed", "1,2,1", "names 1 twice"),
        ("epochs", "0", "expected 1 to 1,000"),
        ("kernel_size", "3,10", "--kernel-size has '10'"),
        ("learning_rate", "nan", "learning_rate is nan"),
        ("learning_rate", "1-2", "not a number"),
        ("optimizer", "magic", "expected one of adam"),
    ],
)
def test_values_that_no_training_takes_are_named(setting: str, text: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        parse_values(setting, text)


def test_every_combination_is_a_training_and_a_seed_is_done_before_the_next() -> None:
    found = combinations({"epochs": (1, 3), "filters": (4, 12), "seed": (5, 6)})
    assert found == [
        Recipe(seed=seed, epochs=epochs, filters=filters) for seed in (5, 6) for epochs in (1, 3) for filters in (4, 12)
    ]


def test_more_trainings_than_a_scheduler_holds_are_refused() -> None:
    with pytest.raises(RecipeError, match="200,000 combinations"):
        combinations({"seed": range(100_000), "epochs": (1, 2)})
