"""The pairs that come with the package: what their records say is true."""

import json
from pathlib import Path

import pytest

from fp16core.evaluate.comparison import compare
from fp16core.runs.pair import BUNDLED_NAME, BUNDLED_PAIRS, FIVE_EPOCHS, GOOD_NETWORK, load_pair, pair_name
from fp16core.runs.run import tidy_name
from fp16core.runs.run_folder import read_run_folder
from fp16core.training.recipe import USUAL, Recipe
from fp16core.vocabulary import RunError
from tests.helpers.places import TestSet

RECIPES = {FIVE_EPOCHS: Recipe(epochs=5), GOOD_NETWORK: USUAL["good"]}


@pytest.mark.parametrize("folder", BUNDLED_PAIRS.values(), ids=lambda folder: folder.name)
def test_every_bundled_file_has_its_recorded_digest(folder: Path) -> None:
    read = read_run_folder(folder)
    assert {*read.record.files, "run.json"} == {path.name for path in folder.iterdir()} == {*read.files}
    assert load_pair(folder).name == pair_name(folder)


@pytest.mark.parametrize("folder", RECIPES, ids=lambda folder: folder.name)
def test_bundled_pairs_are_trained_by_the_recipe_that_train_starts_from(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text())
    assert Recipe.from_dict(record["recipe"]) == RECIPES[folder]
    tutorials = json.loads((BUNDLED_PAIRS[BUNDLED_NAME] / "run.json").read_text())
    assert record["dataset"]["train_sha256"] == tutorials["dataset"]["train_sha256"]
    assert record["dataset"]["test_sha256"] == tutorials["dataset"]["test_sha256"]
    assert len(record["history"]["loss"]) == RECIPES[folder].epochs


@pytest.mark.parametrize(("folder", "least"), [(FIVE_EPOCHS, 0.975), (GOOD_NETWORK, 0.993)], ids=["five", "good"])
def test_bundled_pairs_are_as_good_as_recorded(folder: Path, least: float, test_set: TestSet) -> None:
    """All 10,000 test images, in LiteRT."""
    pair = load_pair(folder)
    found = compare(pair, *test_set)
    assert found.reference.accuracy.value == pytest.approx(pair.run["reference_accuracy"], abs=2e-4)
    assert found.target.accuracy.value == pytest.approx(pair.run["target_accuracy"], abs=2e-4)
    assert min(found.reference.accuracy.value, found.target.accuracy.value) >= least
    assert pair.reference.size_bytes <= 1_000_000


@pytest.mark.parametrize("name", BUNDLED_PAIRS)
def test_no_run_may_be_called_like_a_bundled_pair(name: str) -> None:
    with pytest.raises(RunError, match="would be taken for something else"):
        tidy_name(name.upper())
