"""Shared fixtures: the bundled pair, its comparison, small data sets, and what a server needs."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.data import load_mnist
from fp16core.evaluate import Comparison, classifiers, compare
from fp16core.evaluate.likeness import Likeness, likeness
from fp16core.models import load_pair
from fp16core.runtime import Classifier
from fp16core.vocabulary import ModelPair

ROOT = Path(__file__).parent.parent
PAGES = tuple(sorted(path.stem for path in (ROOT / "pages").glob("*.py")))

TestSet = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Images and labels."""


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's user reaches a test."""
    for name in [name for name in os.environ if name.startswith("HALFBITS_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def pair() -> ModelPair:
    return load_pair()


@pytest.fixture(scope="session")
def test_set() -> TestSet:
    return load_mnist("test")


@pytest.fixture(scope="session")
def train_set() -> TestSet:
    return load_mnist("train")


@pytest.fixture(scope="session")
def models(pair: ModelPair) -> tuple[Classifier, Classifier]:
    return classifiers(pair)


@pytest.fixture(scope="session")
def rule(test_set: TestSet, comparison: Comparison) -> Likeness:
    return likeness(test_set[0], comparison)


@pytest.fixture(scope="session")
def comparison(pair: ModelPair, test_set: TestSet) -> Comparison:
    return compare(pair, *test_set)


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 1,500 training and 200 test images, in the Keras layout."""
    path = tmp_path_factory.mktemp("data") / "small.npz"
    (x_train, y_train), (x_test, y_test) = load_mnist("train"), load_mnist("test")
    np.savez_compressed(path, x_train=x_train[:1500], y_train=y_train[:1500], x_test=x_test[:200], y_test=y_test[:200])
    return path
