"""Choosing among the images compared."""

from enum import Enum

import numpy as np
import numpy.typing as npt

from fp16core.evaluate.comparison import Comparison


class Show(Enum):
    """Selections of images, each with an order."""

    ALL = "all"
    CLOSEST = "closest"
    DIFFER = "differ"
    BOTH_WRONG = "wrong"


Indices = npt.NDArray[np.int64]
"""Positions of images in the test set, shape (k,)."""

PER_SHEET = 72
"""Images on one contact sheet: nine rows of eight."""

COLUMNS = 8
"""Images in a row of a contact sheet."""


def sheet_count(listed: Indices) -> int:
    """Number of contact sheets that the images fill, at least 1."""
    return max(1, -(-len(listed) // PER_SHEET))


def sheet_of(listed: Indices, image: int) -> int:
    """Number of the contact sheet that holds an image; 1 if none does."""
    places = np.flatnonzero(listed == image)
    return int(places[0]) // PER_SHEET + 1 if len(places) else 1


def sheet_images(listed: Indices, number: int) -> Indices:
    """The images on one contact sheet; sheets are counted from 1."""
    return listed[(number - 1) * PER_SHEET : number * PER_SHEET]


def select_images(
    comparison: Comparison, show: Show = Show.ALL, true_digit: int | None = None, predicted_digit: int | None = None
) -> Indices:
    """Indices of the images that fit.

    Parameters
    ----------
    comparison
        Of both models on the images.
    show
        ``CLOSEST`` lists by rising `Comparison.flip_factors` and leaves out images whose answer no
        larger error of the same kind would change; the others list in the data set's order.
    true_digit
        Only images of this class.
    predicted_digit
        Only images that the reference or the target takes for this class.

    Returns
    -------
    int64, shape (k,)
        k may be 0.
    """
    fits = np.ones(comparison.images, bool)
    if true_digit is not None:
        fits &= comparison.labels == true_digit
    if predicted_digit is not None:
        fits &= (comparison.reference.predictions == predicted_digit) | (
            comparison.target.predictions == predicted_digit
        )
    if show is Show.DIFFER:
        fits &= comparison.changed
    elif show is Show.BOTH_WRONG:
        fits &= ~comparison.reference.correct & ~comparison.target.correct
    elif show is Show.CLOSEST:
        fits &= np.isfinite(comparison.flip_factors)
        listed = np.flatnonzero(fits)
        return listed[np.argsort(comparison.flip_factors[listed], kind="stable")]
    return np.flatnonzero(fits)


def any_image(comparison: Comparison) -> int:
    """Index of a test image, another one each time."""
    return int(np.random.default_rng().integers(comparison.images))
