"""Offers to turn a picture: for those taken sideways, hardly for any other."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from fp16core.evaluate.comparison import Comparison, image_logits
from fp16core.evaluate.evaluation import Answers
from fp16core.images.picture import Picture
from fp16core.images.prepare import prepare_picture
from fp16core.reading.gallery import Gallery
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading, read_picture, read_test_image
from fp16core.reading.turning import SureTurn, Turn, best_turn, offered_turn, sure_turns, turned_picture
from fp16core.runtime.classifier import Classifier
from tests.helpers.places import TestSet

Models = tuple[Classifier, Classifier]


def photo(images: npt.NDArray[np.uint8]) -> Picture:
    """Test images side by side, in dark ink on light paper, four times as large."""
    sheet = 235 - np.kron(np.hstack(list(images)), np.ones((4, 4), np.uint8)) * 0.8
    return Picture(Image.fromarray(np.pad(sheet, 30, constant_values=235).astype(np.uint8)), 1, "as given", True)


def read(models: Models, rule: Likeness, picture: Picture) -> Reading:
    return read_picture(models, rule, prepare_picture(picture, "photo"))


@pytest.mark.parametrize(
    ("degrees", "words"), [(90, "a quarter turn to the right"), (270, "a quarter turn to the left")]
)
@pytest.mark.parametrize("indices", [(0,), (0, 1, 2)])
def test_a_sideways_picture_is_offered_to_be_turned_back(
    degrees: int, words: str, indices: Sequence[int], models: Models, rule: Likeness, test_set: TestSet
) -> None:
    upright = photo(test_set[0][list(indices)])
    sideways = turned_picture(upright, degrees)
    offer = offered_turn(models, rule, sideways, read(models, rule, sideways))
    assert offer is not None
    assert offer.degrees == 360 - degrees
    assert offer.text == "".join(str(test_set[1][index]) for index in indices)
    assert words in offer.words
    assert turned_picture(sideways, offer.degrees).image == upright.image


def test_nothing_is_offered_where_the_test_images_do_not_tell(
    models: Models, rule: Likeness, test_set: TestSet
) -> None:
    sideways = turned_picture(photo(test_set[0][[0]]), 90)
    reading = read(models, rule, sideways)
    assert offered_turn(models, replace(rule, limit=float("inf")), sideways, reading) is None


def test_an_offer_is_a_sentence() -> None:
    assert Turn(90, "8", 0.9931).words == "Turned? Read a quarter turn to the left, this is an 8, 99.31 % sure."
    assert Turn(180, "42", 0.95).words == "Turned? Read upside down, these are 42, 95.00 % sure."


def test_upright_test_images_are_hardly_ever_offered_to_be_turned(
    models: Models, rule: Likeness, test_set: TestSet, comparison: Comparison
) -> None:
    """One of 300 at most; and none of them a 6 or a 9 that reads well as the other."""
    offers: dict[int, Turn] = {}
    for index in range(600):
        picture = Picture(Image.fromarray(test_set[0][index]), 1, "as given", True)
        reading = read_test_image(comparison, rule, test_set[0], index)
        if (offer := offered_turn(models, rule, picture, reading)) is not None:
            offers[index] = offer
    assert len(offers) <= 2
    assert not [index for index in offers if test_set[1][index] in (6, 9)]


def test_an_upside_down_six_is_a_nine_and_nothing_is_offered(models: Models, rule: Likeness, test_set: TestSet) -> None:
    six = turned_picture(photo(test_set[0][[50]]), 180)
    reading = read(models, rule, six)
    assert test_set[1][50] == 6
    assert reading.reference_text == "9"
    assert 180 in [turn.degrees for turn in sure_turns(models[0], six, "six")]
    assert offered_turn(models, rule, six, reading) is None


@pytest.mark.parametrize(
    ("turned", "distances", "is_offered"),
    [
        ((0,), [0.9, 0.9, 1.2, 1.2], True),  # two clear digits: pieces, perhaps
        ((0,), [0.9, 0.9, 0.9, 1.2], False),
        ((0, 1), [0.9, 0.9, 0.9, 1.2], False),
        ((0, 1, 3), [0.9, 0.9, 0.9, 1.2], True),
        ((2,), [0.9, 0.9, 1.2, 1.2], False),  # a lone 1: a bar
        ((2,), [0.9, 1.2, 1.2, 1.2], True),
        ((2, 0), [0.9, 0.9, 1.2, 1.2], True),
    ],
)
def test_a_turn_that_merges_clear_digits_is_not_offered(
    turned: Sequence[int],
    distances: Sequence[float],
    is_offered: bool,
    models: Models,
    rule: Likeness,
    test_set: TestSet,
) -> None:
    """The upright reading is doubtful, as a printed row's may be."""
    row = read(models, rule, photo(test_set[0][:4]))
    unsure = replace(row.answers, reference=Answers((row.answers.reference.logits / 100).astype(np.float32)))
    doubtful = replace(row, answers=unsure, distances=np.multiply(distances, rule.limit).astype(np.float32))
    images = test_set[0][list(turned)]
    turn = SureTurn(90, images, Answers(image_logits(models[0], images)))
    assert (best_turn(rule, doubtful, [turn]) is not None) is is_offered


def test_the_orientation_that_a_file_states_comes_first(models: Models, rule: Likeness, test_set: TestSet) -> None:
    """A picture stored sideways with a tag that says so is turned from what is seen."""
    upright = photo(test_set[0][:1])
    stored = Picture(upright.image.transpose(Image.Transpose.ROTATE_90), 6, "as given", True)
    assert turned_picture(stored, 180).image == upright.image.transpose(Image.Transpose.ROTATE_180)
    assert read(models, rule, stored).reference_text == "7"


def test_a_turned_picture_keeps_its_place(models: Models, rule: Likeness, test_set: TestSet) -> None:
    sideways = turned_picture(photo(test_set[0][26:27]), 90)
    gallery = Gallery(decode=lambda _data, _name: sideways)
    gallery.deliver([("7.png", b""), ("another.png", b"")])
    while gallery.waiting:
        gallery.read_next(models, rule, "subject")
    gallery.turn(0, 270, models, rule, "subject")
    first, second = gallery.readings
    assert (first.name, first.reference_text) == ("7.png", "7")
    assert second.name == "another.png"
    assert second.reference_text != "7"
    assert gallery.view(gallery.pictures[0], models, rule, (), "subject").reference_text == "7"
