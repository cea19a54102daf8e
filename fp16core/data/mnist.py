"""MNIST as shipped with the package, or another data set in the same layout."""

import hashlib
import io
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fp16core.data.npz import NpzFile, Split
from fp16core.vocabulary import DatasetError

BUNDLED = Path(__file__).with_name("mnist.npz")
ENVIRONMENT_VARIABLE = "HALFBITS_MNIST"

SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
"""Digest of each MNIST array's bytes (uint8, C order)."""


class DatasetContents(io.BytesIO):
    """The contents of a data set in memory, with the name that error messages give it."""

    def __init__(self, contents: bytes, name: str) -> None:
        super().__init__(contents)
        self._name = name

    def __str__(self) -> str:
        return self._name


def dataset_path() -> Path:
    """Path of the data set in use: ``HALFBITS_MNIST`` if set, otherwise the bundled MNIST."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else BUNDLED


def load_mnist(
    split: Split, path: Path | DatasetContents | None = None
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Read one split of the data set; the other split is not read.

    Parameters
    ----------
    split
        ``"train"`` (60,000 images in MNIST) or ``"test"`` (10,000).
    path
        A ``.npz`` in the Keras layout, on disk or in memory; by default :func:`dataset_path`.

    Returns
    -------
    images : uint8, shape (n, 28, 28)
        Grey levels: white strokes (255) on a black background (0).
    labels : uint8, shape (n,)
        Classes 0 to 9.

    Raises
    ------
    DatasetError
        If the file is missing or damaged, if an array is missing or has the wrong shape, dtype or range,
        or if the bundled file does not hold MNIST bit for bit.
    """
    path = dataset_path() if path is None else path
    if split not in ("train", "test"):
        raise DatasetError(f"split is {split!r}; expected 'train' or 'test'.")
    source = path.getvalue() if isinstance(path, DatasetContents) else path
    images, labels = NpzFile(source, str(path), _remedy(path)).read(split)
    if isinstance(path, Path) and path == BUNDLED:
        _verify(path, f"x_{split}", images)
        _verify(path, f"y_{split}", labels)
    return images, labels


def normalise(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Scale grey levels 0…255 to 0…1, the tutorial's only preprocessing.

    The tutorial divides in float64 and casts the result to float32; for each of the 256 grey levels, dividing by
    255 in float32 gives the same number.

    Parameters
    ----------
    images : uint8, any shape

    Returns
    -------
    float32, same shape
    """
    return np.divide(images, np.float32(255), dtype=np.float32)


def images_digest(images: npt.NDArray[np.uint8]) -> str:
    """SHA-256 of an array's bytes in C order, comparable with `SHA256`."""
    return hashlib.sha256(np.ascontiguousarray(images).data).hexdigest()


def _verify(path: Path, array: str, values: npt.NDArray[np.uint8]) -> None:
    found = images_digest(values)
    if found != SHA256[array]:
        raise DatasetError(
            f"{path}: array '{array}' has SHA-256 {found[:12]}…, expected {SHA256[array][:12]}…; {_remedy(path)}"
        )


def _remedy(path: Path | DatasetContents) -> str:
    if path == BUNDLED:
        return "restore the bundled data set (git checkout fp16core/data/mnist.npz)."
    if isinstance(path, DatasetContents):
        return "choose another file."
    return f"set {ENVIRONMENT_VARIABLE} to a Keras-layout .npz, or unset it to use the bundled MNIST."
