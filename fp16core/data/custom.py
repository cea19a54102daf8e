"""A visitor's own data set, from the bytes of a file: to evaluate on, and to train on if it can be."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.data.npz import NpzFile
from fp16core.text import excess_text
from fp16core.vocabulary import DatasetError

MAX_FILE_BYTES = 40_000_000
MAX_TEST_IMAGES = 20_000
MAX_TRAINING_IMAGES = 100_000
"""What one visitor's data set may hold of the server's memory: the file, and its test images unpacked.

Training images are unpacked only where a model is trained.
"""

_REMEDY = "save the arrays x_test and y_test, and x_train and y_train to train on, with numpy.savez_compressed."


@dataclass(frozen=True, eq=False)
class CustomDataset:
    """A data set that somebody brought along.

    Attributes
    ----------
    name
        What to call it: the file's name.
    contents
        The file, a ``.npz`` in the Keras layout.
    images : uint8, shape (n, 28, 28)
        Its test images.
    labels : uint8, shape (n,)
        Their classes, 0 to 9.
    digest
        SHA-256 of the file.
    training_images
        Number of training images in the file; 0 if it can only be evaluated on.
    """

    name: str
    contents: bytes = field(repr=False)
    images: npt.NDArray[np.uint8] = field(repr=False)
    labels: npt.NDArray[np.uint8] = field(repr=False)
    digest: str
    training_images: int

    @property
    def has_training(self) -> bool:
        """Whether a model can be trained on it."""
        return self.training_images > 0

    @property
    def size_bytes(self) -> int:
        """Memory that it takes: the file, and the test images unpacked."""
        return len(self.contents) + self.images.nbytes + self.labels.nbytes


def read_custom_dataset(contents: bytes, name: str) -> CustomDataset:
    """Take a data set from the bytes of a ``.npz`` file in the Keras layout.

    The test images are needed; the training images may be missing. Those are checked, in pieces, and
    not kept unpacked.

    Parameters
    ----------
    contents
        The file.
    name
        What to call it, in errors too.

    Raises
    ------
    DatasetError
        If the file is too large or damaged, if arrays are missing or of another shape, dtype or range,
        or hold too many images. Nothing in it is executed: pickled objects are refused.
    """
    if len(contents) > MAX_FILE_BYTES:
        raise DatasetError(
            f"{name}: the file has {excess_text(len(contents), MAX_FILE_BYTES)} are taken. "
            "Leave the training images out, or some of them."
        )
    images, labels = NpzFile(contents, name, _REMEDY, MAX_TEST_IMAGES).read("test")
    training = NpzFile(contents, name, _REMEDY, MAX_TRAINING_IMAGES).check("train")
    return CustomDataset(name, contents, images, labels, hashlib.sha256(contents).hexdigest(), training or 0)
