"""The test images, as pictures are compared with them."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.reading.convolutions import findings
from fp16core.vocabulary import IMAGE_SIDE

MOST_IMAGES = 10_000
"""Test images that are compared with; of more, as many are chosen, spread evenly."""

_POOLED_PX = 2
_FINDING_LEVELS = 800
"""Levels of a finding from 0 to 1; of MNIST's none exceeds 0.24, and 255 is the largest level that is stored."""

Vectors = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class KnownImages:
    """Test images in the order of their digits, as integers: a third of a kilobyte each, and fast to convert.

    Attributes
    ----------
    pixels : uint16, shape (n, 196)
        Sums of 2 × 2 pixels, from 0 to 1,020.
    found : uint8, shape (n, 256)
        What convolutions find in them, in `_FINDING_LEVELS` for 1.
    labels : uint8, shape (n,)
        Their true classes, ascending.
    indices : int64, shape (n,)
        Their positions in the test set.
    """

    pixels: npt.NDArray[np.uint16] = field(repr=False)
    found: npt.NDArray[np.uint8] = field(repr=False)
    labels: npt.NDArray[np.uint8] = field(repr=False)
    indices: Indices = field(repr=False)

    def rows(self, indices: Indices) -> tuple[Vectors, Vectors]:
        """Pixels and findings of some images, by their positions in the test set, which must be among `indices`."""
        order = np.argsort(self.indices)
        rows = order[np.searchsorted(self.indices, indices, sorter=order)]
        return _levels(self.pixels[rows]), _strengths(self.found[rows])

    def nearest(
        self, pixels: Vectors, found: Vectors, digits: Indices, without: Indices | None = None
    ) -> tuple[Indices, Vectors, Vectors]:
        """Distances from the most similar images of a digit.

        Parameters
        ----------
        pixels, found
            Of the images to compare, as `pixels_of` and `findings` return them.
        digits : int64, shape (k,)
            The digit for each of them; `NO_ANSWER` for none.
        without : int64, shape (k,)
            For each of them a position in the test set that it is not compared with.

        Returns
        -------
        indices : int64, shape (k,)
            Position of the image whose pixels are nearest; meaningless where there is none.
        by_pixels, by_findings : float32, shape (k,)
            Euclidean distances from the nearest image, each by itself; infinite where there is none.
        """
        indices = np.zeros(len(digits), np.int64)
        by_pixels, by_findings = np.full((2, len(digits)), np.inf, np.float32)
        for digit in np.unique(digits[digits != NO_ANSWER]):
            asked, known = np.flatnonzero(digits == digit), slice(*np.searchsorted(self.labels, [digit, digit + 1]))
            if known.start == known.stop:
                continue
            itself = None if without is None else without[asked][:, None] == self.indices[known]
            nearest, by_pixels[asked] = _nearest(pixels[asked], _levels(self.pixels[known]), itself)
            indices[asked] = self.indices[known][nearest]
            _, by_findings[asked] = _nearest(found[asked], _strengths(self.found[known]), itself)
        return indices, by_pixels, by_findings


def known_images(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> KnownImages:
    """Prepare test images, uint8 (n, 28, 28), for comparison; it takes some 0.1 ms for each."""
    chosen = np.unique(np.linspace(0, len(images) - 1, min(len(images), MOST_IMAGES)).astype(np.int64))
    by_digit = chosen[np.argsort(labels[chosen], kind="stable")]
    found = np.minimum(np.rint(findings(images[by_digit]) * _FINDING_LEVELS), 255).astype(np.uint8)
    return KnownImages(_sums(images[by_digit]), found, labels[by_digit], by_digit)


def pixels_of(images: npt.NDArray[np.uint8]) -> Vectors:
    """Images, uint8 (n, 28, 28), averaged over 2 × 2 pixels, from 0 to 1; shape (n, 196)."""
    return _levels(_sums(images))


def _sums(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint16]:
    side = IMAGE_SIDE // _POOLED_PX
    blocks = images.reshape(len(images), side, _POOLED_PX, side, _POOLED_PX)
    return np.asarray(blocks.sum(axis=(2, 4), dtype=np.uint16).reshape(len(images), side * side))


def _levels(sums: npt.NDArray[np.uint16]) -> Vectors:
    return sums.astype(np.float32) / np.float32(255 * _POOLED_PX**2)


def _strengths(found: npt.NDArray[np.uint8]) -> Vectors:
    return found.astype(np.float32) / np.float32(_FINDING_LEVELS)


def _nearest(queries: Vectors, known: Vectors, itself: npt.NDArray[np.bool_] | None) -> tuple[Indices, Vectors]:
    # |q − v|² = |q|² + |v|² − 2 q·v, which one matrix product gives for all pairs.
    squares = np.square(queries).sum(axis=1)[:, None] + np.square(known).sum(axis=1)
    squares -= 2 * queries @ known.T
    if itself is not None:
        squares[itself] = np.inf
    best = squares.argmin(axis=1)
    return best, np.sqrt(np.maximum(squares[np.arange(len(queries)), best], 0))
