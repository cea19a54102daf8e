"""The images that a training run learns from and is tested on."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fp16core.data.mnist import BUNDLED, DatasetContents, images_digest, load_mnist

Labelled = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Images, shape (n, 28, 28), and their classes, shape (n,)."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Both splits of a data set.

    Attributes
    ----------
    name
        Name used in messages and the record.
    training, test
        Images and labels.
    """

    name: str
    training: Labelled = field(repr=False)
    test: Labelled = field(repr=False)

    @staticmethod
    def read(source: Path | DatasetContents) -> "Dataset":
        """Read a data set on disk or in memory; raises `DatasetError` if it cannot be used."""
        name = "MNIST" if source == BUNDLED else source.name if isinstance(source, Path) else str(source)
        return Dataset(name, load_mnist("train", source), load_mnist("test", source))

    def record(self) -> dict[str, Any]:
        """Return the entry for ``run.json``: name, numbers of images, and the SHA-256 of each array."""
        kept: dict[str, Any] = {"name": self.name}
        for split, (images, labels) in (("train", self.training), ("test", self.test)):
            kept[f"{split}_images"] = len(images)
            kept[f"{split}_sha256"] = images_digest(images)
            kept[f"{split}_labels_sha256"] = images_digest(labels)
        return kept
