"""The rule for what looks like a digit, against a search by brute force."""

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw, ImageFont
from scipy.spatial.distance import cdist
from skimage.measure import block_reduce

from fp16core.evaluate.comparison import Comparison, compare
from fp16core.evaluate.evaluation import NO_ANSWER
from fp16core.images.prepare import prepare_image
from fp16core.reading import known_images as known_images_module
from fp16core.reading.convolutions import findings
from fp16core.reading.known_images import known_images
from fp16core.reading.likeness import FALSE_ALARMS, Likeness, likeness
from fp16core.reading.non_digits import LETTERS, non_digits
from fp16core.reading.reading import read_picture
from fp16core.reading.rule_check import check_rule
from fp16core.runtime.classifier import Classifier
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import DatasetError
from tests.helpers.places import TestSet


def test_the_nearest_images_are_those_that_scipy_finds(rule: Likeness, test_set: TestSet) -> None:
    """By pixels averaged over 2 × 2, and by findings; the distance is the mean of both in their units."""
    images, labels = test_set
    random = np.random.default_rng(0)
    queries = np.clip(images[:3].astype(int) + random.integers(-60, 60, (3, 28, 28)), 0, 255).astype(np.uint8)
    digits = np.array([7, 5, 1])
    indices, distances = rule.nearest(queries, digits)
    for place, digit in enumerate(digits):
        among = np.flatnonzero(labels == digit)
        by_pixels = cdist(averaged(queries[place : place + 1]), averaged(images[among]))[0]
        by_findings = cdist(findings(queries[place : place + 1]), findings(images[among]))[0]
        mean = (by_pixels.min() / rule.pixel_unit + by_findings.min() / rule.finding_unit) / 2
        assert distances[place] == pytest.approx(mean, rel=1e-2)
        assert indices[place] == among[by_pixels.argmin()]


def averaged(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    return np.asarray(block_reduce(images, (1, 2, 2), np.mean).reshape(len(images), -1) / 255)


def test_findings_are_unit_vectors_whatever_the_batch_and_nothing_where_nothing_is_found(test_set: TestSet) -> None:
    many = findings(test_set[0][:60])
    assert many.shape == (60, 256)
    assert np.linalg.norm(many, axis=1) == pytest.approx(1, abs=1e-5)
    assert findings(test_set[0][30:33]) == pytest.approx(many[30:33], abs=1e-5)


def test_an_image_is_its_own_nearest_and_nothing_is_near_no_answer(rule: Likeness, test_set: TestSet) -> None:
    indices, distances = rule.nearest(test_set[0][:5], np.array([*test_set[1][:4].astype(np.int64), NO_ANSWER]))
    assert indices[:4].tolist() == [0, 1, 2, 3]
    assert distances[:4] == pytest.approx(0, abs=2e-2)
    assert np.isinf(distances[4])
    assert rule.doubts(test_set[0][4:5], np.array([NO_ANSWER])).all()


def test_a_digit_that_no_test_image_shows_has_no_nearest(test_set: TestSet) -> None:
    among = np.flatnonzero(test_set[1] != 7)[:30]
    few = Likeness(known_images(test_set[0][among], test_set[1][among]), 1.0, 1.0, 1.0)
    assert np.isinf(few.nearest(np.zeros((1, 28, 28), np.uint8), np.array([7]))[1]).all()


def test_of_many_test_images_only_some_are_compared_with(test_set: TestSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_images_module, "MOST_IMAGES", 30)
    known = known_images(test_set[0][:300], test_set[1][:300])
    assert len(known.indices) == 30
    assert {0, 299} <= set(known.indices.tolist())
    assert known.labels.tolist() == test_set[1][known.indices].tolist() == sorted(known.labels.tolist())


def test_the_rule_doubts_few_digits_and_many_others(
    rule: Likeness, comparison: Comparison, models: tuple[Classifier, Classifier]
) -> None:
    checked = check_rule(rule, comparison, models[0], count=120)
    assert checked.digits_share < 2 * FALSE_ALARMS
    assert checked.non_digits_share > 0.55
    assert checked.non_digits >= 115
    assert checked.confident_share > 0.2, "which is why the probability alone is no rule"


def test_a_lone_bar_is_doubted_though_the_model_is_sure(rule: Likeness, models: tuple[Classifier, Classifier]) -> None:
    """A level bar as it is drawn on the canvas: the tutorial's model reads 4."""
    bar = Image.new("L", (280, 280))
    ImageDraw.Draw(bar).line((60, 140, 220, 140), 255, 20)
    reading = read_picture(models, rule, prepare_image(bar, "a bar"))
    assert reading.reference_probability > 0.9
    assert reading.doubted.all()


def test_pictures_without_a_digit_are_seeded_and_differ() -> None:
    first, again, other = ([np.asarray(p) for p in non_digits(10, seed)] for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(first, other, strict=True))
    assert len({a.tobytes() for a in first}) == 10


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
