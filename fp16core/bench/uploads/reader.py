"""Bundled pairs that read uploads."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from fp16core.evaluate.both import read_digits
from fp16core.evaluate.comparison import classifiers, compare
from fp16core.images.prepare import prepare_file
from fp16core.reading.likeness import Likeness, likeness
from fp16core.reading.opinions import LABELS
from fp16core.reading.reading import Reading, read_picture
from fp16core.runs import pair as pairs
from fp16core.runs.pair import load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.vocabulary import IMAGE_SIDE, ImageError

Images = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Reader:
    """A bundled pair that reads uploads.

    Attributes
    ----------
    network
        Short name of the pair.
    is_tutorials
        Whether it is the tutorial's pair.
    right : bool, shape (n,)
        Test images that the reference reads right when they are fed directly.
    models
        Reference and target.
    rule
        Rule by which a picture is doubted to show a digit.
    """

    network: str
    is_tutorials: bool
    right: npt.NDArray[np.bool_]
    models: tuple[Classifier, Classifier]
    rule: Likeness

    def answer(self, image: Images) -> int:
        """The reference's answer to an image of 28 × 28 pixels."""
        return int(read_digits(self.models, image[None]).reference.predictions[0])


def bundled_readers(images: Images, labels: npt.NDArray[np.uint8]) -> list[Reader]:
    """All bundled pairs, the tutorial's first."""
    return [_reader(folder, images, labels) for folder in pairs.BUNDLED_PAIRS.values()]


def read_file(data: bytes, readers: Iterable[Reader]) -> list[Reading | None]:
    """Readings of a file by each pair; `None` from all if there is nothing to read."""
    try:
        prepared = prepare_file(data, "upload")
    except ImageError:
        return [None for _ in readers]
    return [read_picture(reader.models, reader.rule, prepared) for reader in readers]


def only_resized(data: bytes) -> Images:
    """The file made grey, inverted if it is light, and resized, as demos usually do."""
    with Image.open(io.BytesIO(data)) as image:
        grey = np.asarray(image.convert("L").resize((IMAGE_SIDE, IMAGE_SIDE)))
    return 255 - grey if grey.mean() > 127 else grey


def _reader(folder: Path, images: Images, labels: npt.NDArray[np.uint8]) -> Reader:
    pair = load_pair(folder)
    comparison = compare(pair, images, labels)
    right = comparison.reference.predictions == labels
    return Reader(LABELS[folder], folder == pairs.BUNDLED, right, classifiers(pair), likeness(images, comparison))
