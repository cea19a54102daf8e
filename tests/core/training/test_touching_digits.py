"""What the judge of pieces of ink learns from."""

import numpy as np

from fp16core.images.digits.judge import NO_DIGIT
from fp16core.training.touching_digits import samples
from tests.helpers.places import TestSet


def test_pieces_of_rows_are_digits_and_others_the_same_each_time(test_set: TestSet) -> None:
    images, labels = test_set[0][:500], test_set[1][:500]
    made, again = (list(samples(images, labels, 0, 40)) for _ in range(2))
    assert [label for _, label in made] == [label for _, label in again]
    assert all(np.array_equal(one, other) for (one, _), (other, _) in zip(made, again, strict=True))
    found = np.array([label for _, label in made])
    assert set(found) > {NO_DIGIT}
    assert 0.3 < (found == NO_DIGIT).mean() < 0.7
    pieces = np.stack([piece for piece, _ in made])
    assert pieces.shape[1:] == (28, 28)
    assert (pieces.max(axis=(1, 2)) > 0.5).all()
    one = pieces[found == 1].mean(axis=0)
    assert one[:, 12:16].sum() > 0.6 * one.sum(), "ones are upright strokes in the middle"
