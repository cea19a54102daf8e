"""Rule that doubts answers to pictures that do not look like the answered digit.

A classifier of ten digits answers with one of them whatever it is shown, often with high confidence.
The rule judges an answer by the distance from the picture to the most similar test image of the answered digit: by
their pixels, and by what the convolutions of the good bundled network find in them.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import Comparison
from fp16core.reading.convolutions import findings
from fp16core.reading.known_images import KnownImages, known_images, pixels_of
from fp16core.vocabulary import DatasetError

FALSE_ALARMS = 0.02
"""Share of the calibration images that lie beyond the limit."""

MIN_IMAGES = 20
"""Fewest test images that the rule can be calibrated on."""

_SAMPLE = 2_000
_LEAST_UNIT = 1e-6

Distances = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Likeness:
    """Test images to compare with, and the largest distance at which an answer is trusted.

    Attributes
    ----------
    known
        The test images.
    pixel_unit, finding_unit
        Distances by pixels and by findings that count as 1.
    limit
        Distance exceeded by a share `FALSE_ALARMS` of a sample of the test images: 1, or infinite if they do not tell.
    """

    known: KnownImages = field(repr=False)
    pixel_unit: float
    finding_unit: float
    limit: float

    def nearest(
        self, images: npt.NDArray[np.uint8], digits: Indices, without: Indices | None = None
    ) -> tuple[Indices, Distances]:
        """Find the test image of the answered digit that is most similar to each image.

        Parameters
        ----------
        images : uint8, shape (k, 28, 28)
        digits : int64, shape (k,)
            The answers, `NO_ANSWER` for none.
        without : int64, shape (k,)
            For each image a test image that it is not compared with, such as itself.

        Returns
        -------
        indices : int64, shape (k,)
            Positions in the test set of the images whose pixels are nearest; meaningless where the distance is
            infinite.
        distances : float32, shape (k,)
            Mean of the distances by pixels and by findings, each from the image nearest to it and in its unit;
            infinite where no digit was answered or no test image shows it.
        """
        indices, *both = self.known.nearest(pixels_of(images), findings(images), digits, without)
        return indices, self._joined(*both)

    def known_distances(self, comparison: Comparison, sample: Indices) -> Distances:
        """Distances of test images from all others of the digit that the reference answers."""
        return self._joined(*_leave_one_out(self.known, comparison, sample))

    def doubts(self, images: npt.NDArray[np.uint8], digits: Indices) -> npt.NDArray[np.bool_]:
        """Mark the images that are too far from all test images of the answered digit, shape (k,)."""
        return self.nearest(images, digits)[1] > self.limit

    def _joined(self, by_pixels: Distances, by_findings: Distances) -> Distances:
        joined = (by_pixels / self.pixel_unit + by_findings / self.finding_unit) / 2
        return joined.astype(np.float32)


def likeness(images: npt.NDArray[np.uint8], comparison: Comparison, known: KnownImages | None = None) -> Likeness:
    """Calibrate the rule on the test images.

    Units and limit follow from at most 2,000 images, spread over the first half of the test set, each
    compared with all others of the digit that the reference answers.

    Parameters
    ----------
    images : uint8, shape (n, 28, 28)
        The test images.
    comparison
        Answers to them.
    known
        What `known_images` has made of them, if it has.

    Raises
    ------
    DatasetError
        If there are fewer than `MIN_IMAGES` test images.
    ModelFileError
        As `findings`.
    """
    if len(images) < MIN_IMAGES:
        raise DatasetError(
            f"the data set has {len(images)} test images; at least {MIN_IMAGES} are needed to tell what looks like a "
            "digit. Choose a larger one."
        )
    known = known or known_images(images, comparison.labels)
    apart = _leave_one_out(known, comparison, sample_of(known, 0, len(images) // 2))
    known_of = np.isfinite(apart[0])
    if not known_of.any():
        return Likeness(known, 1.0, 1.0, float("inf"))
    by_pixels, by_findings = (each[known_of] for each in apart)
    units = [max(float(np.quantile(each, 1 - FALSE_ALARMS)), _LEAST_UNIT) for each in (by_pixels, by_findings)]
    joined = (by_pixels / units[0] + by_findings / units[1]) / 2
    scale = max(float(np.quantile(joined, 1 - FALSE_ALARMS)), _LEAST_UNIT)
    return Likeness(known, units[0] * scale, units[1] * scale, 1.0)


def sample_of(known: KnownImages, start: int, stop: int) -> Indices:
    """At most 2,000 known images between two positions in the test set, spread evenly."""
    among = np.sort(known.indices[(known.indices >= start) & (known.indices < stop)])
    return among[np.unique(np.linspace(0, len(among) - 1, min(_SAMPLE, len(among))).astype(np.int64))]


def _leave_one_out(known: KnownImages, comparison: Comparison, sample: Indices) -> tuple[Distances, Distances]:
    answers = comparison.reference.predictions[sample]
    _, by_pixels, by_findings = known.nearest(*known.rows(sample), answers, without=sample)
    return by_pixels, by_findings
