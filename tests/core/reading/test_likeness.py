"""The rule for what looks like a digit, against a search by brute force."""

import numpy as np
import pytest
from PIL import ImageFont
from scipy.spatial.distance import cdist

from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.reading.likeness import FALSE_ALARMS, Likeness, check_rule, likeness
from fp16core.reading.non_digits import LETTERS, non_digits
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import DatasetError
from tests.helpers.places import TestSet


def test_the_nearest_image_is_the_one_that_scipy_finds(rule: Likeness, test_set: TestSet) -> None:
    images, labels = test_set
    random = np.random.default_rng(0)
    queries = np.clip(images[:20].astype(int) + random.integers(-60, 60, (20, 28, 28)), 0, 255).astype(np.uint8)
    digits = random.integers(0, 10, 20)
    indices, distances = rule.nearest(queries, digits)
    pooled = [
        np.array([[a[r : r + 2, c : c + 2].mean() for c in range(0, 28, 2)] for r in range(0, 28, 2)]).ravel() / 255
        for a in queries
    ]
    for place, digit in enumerate(digits):
        among = np.flatnonzero(labels == digit)
        all_distances = cdist([pooled[place]], rule.vectors[among])[0]
        assert distances[place] == pytest.approx(all_distances.min(), rel=1e-3)
        assert indices[place] == among[all_distances.argmin()]


def test_an_image_is_its_own_nearest_and_nothing_is_near_no_answer(rule: Likeness, test_set: TestSet) -> None:
    indices, distances = rule.nearest(test_set[0][:5], np.array([*test_set[1][:4].astype(np.int64), NO_ANSWER]))
    assert indices[:4].tolist() == [0, 1, 2, 3]
    assert distances[:4] == pytest.approx(0, abs=2e-3)
    assert np.isinf(distances[4])
    assert rule.doubts(test_set[0][4:5], np.array([NO_ANSWER])).all()


def test_a_digit_that_no_test_image_shows_has_no_nearest() -> None:
    few = Likeness(np.zeros((2, 196), np.float32), np.array([1, 2], np.uint8), 1.0)
    assert np.isinf(few.nearest(np.zeros((1, 28, 28), np.uint8), np.array([7]))[1]).all()


def test_the_rule_doubts_few_digits_and_many_others(
    rule: Likeness, comparison: Comparison, models: tuple[Classifier, Classifier]
) -> None:
    checked = check_rule(rule, comparison, models[0], count=120)
    assert checked.digits_share < 2 * FALSE_ALARMS
    assert checked.non_digits_share > 0.4
    assert checked.non_digits >= 115
    assert checked.confident_share > 0.2, "which is why the probability alone is no rule"


def test_pictures_without_a_digit_are_seeded_and_differ() -> None:
    first, again, other = ([np.asarray(p) for p in non_digits(8, seed)] for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert len({a.tobytes() for a in first}) == 8


def test_every_letter_has_a_glyph() -> None:
    """A letter missing in the font would be drawn as a box."""
    font = ImageFont.load_default(40.0)
    box = bytes(font.getmask("\uffff"))
    assert not [letter for letter in LETTERS if bytes(font.getmask(letter)) == box]


def test_small_data_sets_are_refused_and_scarce_digits_are_not(pair: ModelPair, test_set: TestSet) -> None:
    few = test_set[0][:19], test_set[1][:19]
    with pytest.raises(DatasetError, match="19 test images; at least 20"):
        likeness(few[0], compare(pair, *few))
    enough = test_set[0][:40], test_set[1][:40]
    assert np.isfinite(likeness(enough[0], compare(pair, *enough)).limit)
