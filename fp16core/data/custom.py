"""Custom data sets read from the bytes of a file, for evaluation and, if they have training images, for training."""

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
"""Limits on one data set: the file and its unpacked test images stay in the server's memory.

Training images are unpacked only in the process that trains a model.
"""

_REMEDY = "save the arrays x_test and y_test, and x_train and y_train to train on, with numpy.savez_compressed."


@dataclass(frozen=True, eq=False)
class CustomDataset:
    """A data set supplied by a user.

    Attributes
    ----------
    name
        Name of the file.
    contents
        Contents of the file, a ``.npz`` in the Keras layout.
    images : uint8, shape (n, 28, 28)
        Test images.
    labels : uint8, shape (n,)
        Classes of the test images, 0 to 9.
    digest
        SHA-256 of the file.
    training_images
        Number of training images in the file; 0 if it only serves for evaluation.
    """

    name: str
    contents: bytes = field(repr=False)
    images: npt.NDArray[np.uint8] = field(repr=False)
    labels: npt.NDArray[np.uint8] = field(repr=False)
    digest: str
    training_images: int

    @property
    def has_training(self) -> bool:
        """True if a model can be trained on it."""
        return self.training_images > 0

    @property
    def size_bytes(self) -> int:
        """Memory in use: the file and the unpacked test images."""
        return len(self.contents) + self.images.nbytes + self.labels.nbytes


def read_custom_dataset(contents: bytes, name: str) -> CustomDataset:
    """Read a data set from the bytes of a ``.npz`` file in the Keras layout.

    Test images are required, training images optional. Training images are checked block by block and not kept
    unpacked.

    Parameters
    ----------
    contents
        Contents of the file.
    name
        Name of the data set, also in error messages.

    Raises
    ------
    DatasetError
        If the file is too large or damaged, if an array is missing, has the wrong shape, dtype or range, or
        contains too many images. Pickled objects are rejected, so nothing in the file is executed.
    """
    if len(contents) > MAX_FILE_BYTES:
        raise DatasetError(
            f"{name}: the file has {excess_text(len(contents), MAX_FILE_BYTES)} are accepted. "
            "Remove some or all of the training images."
        )
    images, labels = NpzFile(contents, name, _REMEDY, MAX_TEST_IMAGES).read("test")
    training = NpzFile(contents, name, _REMEDY, MAX_TRAINING_IMAGES).check("train")
    return CustomDataset(name, contents, images, labels, hashlib.sha256(contents).hexdigest(), training or 0)
