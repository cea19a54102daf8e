"""What both models read on pictures, the table of many, and the gallery's bounds."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from fp16core.evaluate import gallery as galleries
from fp16core.evaluate.gallery import Gallery
from fp16core.evaluate.likeness import Likeness
from fp16core.evaluate.reading import Reading, accuracy, read_picture, table, table_csv
from fp16core.images import prepare_image
from fp16core.runtime import Classifier
from tests.conftest import TestSet
from tests.test_picture_file import file_of

Models = tuple[Classifier, Classifier]


@pytest.fixture(scope="module")
def row(test_set: TestSet) -> Image.Image:
    """Test images 0 to 3 side by side: 7, 2, 1, 0."""
    return Image.fromarray(255 - np.kron(np.hstack(list(test_set[0][:4])), np.ones((4, 4), np.uint8)))


def read(image: Image.Image, name: str, models: Models, rule: Likeness) -> Reading:
    return read_picture(models, rule, prepare_image(image, name))


def test_a_row_of_test_images_is_read_like_its_images(
    row: Image.Image, models: Models, rule: Likeness, test_set: TestSet
) -> None:
    reading = read(row, "row", models, rule)
    assert (reading.reference_text, reading.target_text, reading.agree) == ("7210", "7210", True)
    assert test_set[1][reading.nearest].tolist() == [7, 2, 1, 0]
    assert not reading.doubted.any()
    assert reading.reference_probability == reading.answers.reference.probabilities.max(axis=1).min()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("7.png", "7"),
        ("7_from_anna.png", "7"),
        ("7210.png", "7210"),
        ("7210-a.png", "7210"),
        ("scans/7.png", "7"),
        ("20261123_104500.jpg", None),
        ("IMG_7.png", None),
        ("72.png", None),
        ("²7.png", None),
    ],
)
def test_the_truth_is_taken_from_names_that_tell_it(
    name: str, label: str | None, row: Image.Image, models: Models, rule: Likeness
) -> None:
    assert read(row, name, models, rule).label == label


def test_accuracy_counts_only_pictures_with_known_digits(row: Image.Image, models: Models, rule: Likeness) -> None:
    readings = [read(row, name, models, rule) for name in ("7210.png", "7211.png", "other.png", "7210 b.png")]
    right = accuracy(readings)
    assert right is not None
    assert [(share.successes, share.total) for share in right] == [(2, 3), (2, 3)]
    assert accuracy(readings[2:3]) is None


def test_the_table_survives_csv_and_defuses_formulas(row: Image.Image, models: Models, rule: Likeness) -> None:
    readings = [read(row, name, models, rule) for name in ('=cmd|"x"!A1', "a, b\n.png", "7210.png")]
    rows = list(csv.DictReader(io.StringIO(table_csv(readings))))
    assert [found["file"] for found in rows] == ['\'=cmd|"x"!A1', "a, b\n.png", "7210.png"]
    assert {found["float16 reads"] for found in rows} == {"7210"}
    assert "Tell digits apart: 4 digits in a row" in rows[0]["stages"]
    assert {len(column) for column in table(readings).values()} == {3}


def test_the_gallery_answers_the_readable_and_names_the_others(
    row: Image.Image, models: Models, rule: Likeness
) -> None:
    gallery = Gallery()
    gallery.add(file_of(row), "7210.png", models, rule)
    gallery.add(b"text", "text.png", models, rule)
    gallery.add(file_of(Image.new("L", (50, 50), 255)), "blank.png", models, rule)
    gallery.add(file_of(row, "JPEG"), "7210.jpg", models, rule)
    assert [reading.reference_text for reading in gallery.readings] == ["7210", "7210"]
    assert [refusal.split(":")[0] for refusal in gallery.refusals] == ["text.png", "blank.png"]
    assert gallery.size_bytes == sum(len(picture.packed.png) for picture in gallery.pictures) > 0


def test_the_gallery_keeps_a_visit_within_bounds(
    row: Image.Image, models: Models, rule: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(galleries, "MAX_PICTURES", 2)
    gallery = Gallery()
    for number in range(4):
        gallery.add(file_of(row), f"{number}.png", models, rule)
    assert len(gallery.pictures) == 2
    assert all("there is no room for it; at most 2 pictures" in refusal for refusal in gallery.refusals)
    monkeypatch.setattr(galleries, "MAX_BYTES", gallery.size_bytes)
    monkeypatch.setattr(galleries, "MAX_PICTURES", 100)
    gallery.add(file_of(row), "more.png", models, rule)
    assert gallery.refusals[-1].startswith("more.png: there is no room")


def test_a_file_is_read_like_the_picture_in_it(row: Image.Image, models: Models, rule: Likeness) -> None:
    gallery = Gallery()
    gallery.add(file_of(row), "row.png", models, rule)
    direct = read(row, "row", models, rule)
    assert np.array_equal(gallery.readings[0].prepared.images, direct.prepared.images)
