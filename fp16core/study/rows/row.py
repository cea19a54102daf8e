"""One row of a study: a training, what float16 did to its network, and what that cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from fp16core.study.rows.results import Results, require_field
from fp16core.training.recipe import Recipe

BUNDLED_DIGEST = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
"""Digest of the bundled MNIST, as in `DatasetFacts`."""

SCHEMA = 1
"""Version of the layout of rows that is written."""


class Ending(Enum):
    """End of a training."""

    TRAINED = "trained"
    DIVERGED = "diverged"
    """The loss or a weight was no longer finite: an outcome of the recipe, which another attempt would repeat."""
    FAILED = "failed"
    """The task raised an error, or its worker died, each time it was tried; the next start of the study tries again."""


@dataclass(frozen=True)
class DatasetFacts:
    """The data set of a training.

    Attributes
    ----------
    name
        Name of the data set.
    training_images, test_images
        Numbers of images.
    sha256
        Digest of the bytes of its four arrays: training images, training labels, test images, test labels.
    """

    name: str
    training_images: int
    test_images: int
    sha256: str


@dataclass(frozen=True)
class Machine:
    """Machine and software that did a training; the same of both give the same files.

    Attributes
    ----------
    processor, system
        Model name of the processor; operating system and architecture.
    threads
        Threads within one TensorFlow operation.
    versions
        Version of each package that takes part, of Python, and of this package (``half-the-bits``).
    """

    processor: str
    system: str
    threads: int
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One training of a study.

    Attributes
    ----------
    recipe
        Settings, with the seed.
    dataset
        Data set of the training.
    ending
        End of the training.
    error
        Reason why there are no results.
    created
        End of the task, UTC, in ISO format.
    results
        Measurements of a trained network; `None` unless the training ended well.
    machine
        Machine that did the training; `None` if the task failed.
    """

    recipe: Recipe
    dataset: DatasetFacts
    ending: Ending
    error: str | None
    created: str
    results: Results | None = field(repr=False)
    machine: Machine | None

    def __post_init__(self) -> None:
        trained = self.ending is Ending.TRAINED
        require_field((self.results is not None) == trained, "results", self.ending.value)
        require_field((self.error is None) == trained, "error", self.ending.value)
        if self.results is not None:
            require_field(
                self.results.converter.images == self.dataset.test_images, "test_images", self.dataset.test_images
            )

    @property
    def key(self) -> tuple[Recipe, str]:
        """Recipe and digest of the data set: a study has at most one finished row for each."""
        return self.recipe, self.dataset.sha256


def by_recipe(rows: Sequence[Row]) -> tuple[tuple[Row, ...], ...]:
    """Rows that differ in their seeds only, the largest group first."""
    groups: dict[tuple[Recipe, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((replace(row.recipe, seed=0), row.dataset.sha256), []).append(row)
    return tuple(tuple(group) for group in sorted(groups.values(), key=len, reverse=True))
