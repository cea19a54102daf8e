"""Readings of pictures by both models, their table, and the gallery's bounds."""

import csv
import io
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import classifiers
from fp16core.images import picture_file
from fp16core.images.picture import Picture
from fp16core.images.prepare import prepare_image, prepare_picture
from fp16core.images.stages import PreparedPicture, StageName
from fp16core.reading.gallery import Gallery
from fp16core.reading.gallery_picture import Bounds
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import Reading, accuracy, read_picture, table, table_csv
from fp16core.runs.pair import GOOD_NETWORK, load_pair
from fp16core.runtime.classifier import Classifier
from fp16core.vocabulary import BusyError
from tests.helpers.files.made import file_of
from tests.helpers.places import TestSet

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


@pytest.mark.parametrize("points", [0, 1, 2])
def test_a_reading_counts_the_small_marks_that_it_leaves_out(
    points: int, row: Image.Image, models: Models, rule: Likeness
) -> None:
    levels = np.asarray(row).copy()
    for number in range(points):
        levels[96:106, 108 + 224 * number : 118 + 224 * number] = 0
    reading = read(Image.fromarray(levels), "row", models, rule)
    assert (reading.reference_text, reading.prepared.marks_left_out) == ("7210", points)
    assert prepare_image(Image.fromarray(levels), "row", [StageName.DIGITS]).marks_left_out == 0


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("7.png", "7"),
        ("7_from_anna.png", "7"),
        ("7", "7"),
        ("scans/7.png", "7"),
        ("C:\\scans\\7.png", "7"),
        ("7210.png", None),
        ("20261123_104500.jpg", None),
        ("IMG_7.png", None),
        ("²7.png", None),
    ],
)
def test_the_truth_is_taken_from_names_that_tell_it(
    name: str, label: str | None, row: Image.Image, models: Models, rule: Likeness
) -> None:
    assert read(row, name, models, rule).label == label


def test_accuracy_counts_every_picture_whose_digit_is_known(
    test_set: TestSet, row: Image.Image, models: Models, rule: Likeness
) -> None:
    """A row of four digits whose name has one digit counts as wrong; it is not left out."""
    seven = Image.fromarray(255 - np.kron(test_set[0][0], np.ones((4, 4), np.uint8)))
    readings = [read(seven, name, models, rule) for name in ("7.png", "3.png", "other.png")]
    readings.append(read(row, "7 and more.png", models, rule))
    right = accuracy(readings)
    assert right is not None
    assert [(share.successes, share.total) for share in right] == [(1, 3), (1, 3)]
    assert accuracy(readings[2:3]) is None


def test_the_table_survives_csv_and_defuses_formulas(row: Image.Image, models: Models, rule: Likeness) -> None:
    readings = [read(row, name, models, rule) for name in ('=cmd|"x"!A1', "a, b\n.png", "7210.png")]
    rows = list(csv.DictReader(io.StringIO(table_csv(readings))))
    assert [found["file"] for found in rows] == ['\'=cmd|"x"!A1', "a, b\n.png", "7210.png"]
    assert {found["float16 reads"] for found in rows} == {"7210"}
    assert "Separate digits: 4 digits in a row" in rows[0]["stages"]
    assert {len(column) for column in table(readings).values()} == {3}


def test_the_gallery_answers_the_readable_and_names_the_others(
    row: Image.Image, models: Models, rule: Likeness
) -> None:
    gallery = Gallery()
    blank = file_of(Image.new("L", (50, 50), 255))
    gallery.deliver(
        [("7210.png", file_of(row)), ("text.png", b"text"), ("blank.png", blank), ("row.jpg", file_of(row, "JPEG"))]
    )
    assert gallery.delivered == gallery.waiting == 4
    read_all(gallery, models, rule)
    assert [reading.reference_text for reading in gallery.readings] == ["7210", "7210"]
    assert [refusal.split(":")[0] for refusal in gallery.refusals] == ["text.png", "blank.png"]
    gallery.deliver([("more.png", b"")])
    assert gallery.refusals == [], "what was refused earlier is forgotten"


def test_the_gallery_keeps_pictures_scaled_down_and_no_files(
    row: Image.Image, models: Models, rule: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are returned as they were read, without decoding a stranger's file again."""
    noise = np.random.default_rng(0).integers(0, 30, (1500, 2000), np.uint8)
    large = np.asarray(row.resize((2000, 500))).astype(int)
    photo = Image.fromarray(
        np.clip(np.pad(large, ((500, 500), (0, 0)), constant_values=255) - noise, 0, 255).astype(np.uint8)
    )
    files = {"small.png": file_of(row), "large.png": file_of(photo)}
    gallery = Gallery()
    gallery.deliver(files.items())
    read_all(gallery, models, rule)
    small, scaled = gallery.pictures
    monkeypatch.setattr(picture_file, "_decoded", None)
    assert scaled.size_bytes < len(files["large.png"]) / 5
    for kept in (small, scaled):
        again = prepare_picture(kept.picture(), "again")
        assert np.array_equal(again.images, kept.reading.prepared.images)


def test_the_gallery_keeps_a_visit_within_bounds(row: Image.Image, models: Models, rule: Likeness) -> None:
    """Bounds on number, size and deliveries; several refusals become one sentence."""
    files = [(f"no. {number}.png", file_of(row)) for number in range(9)]
    gallery = Gallery(Bounds(pictures=2))
    gallery.deliver([("bad.png", b"text"), *files])
    read_all(gallery, models, rule)
    assert len(gallery.pictures) == 2
    bad, full = gallery.refusals
    assert bad.startswith("bad.png: this is not an image")
    assert full.startswith("7 files not read, there is no room left; remove some pictures first: no. 2.png, no. 3.png")
    assert full.endswith(", ….")

    gallery.bounds = Bounds(kept_bytes=sum(kept.size_bytes for kept in gallery.pictures) + 10)
    gallery.deliver(files[:1])
    read_all(gallery, models, rule)
    assert gallery.refusals == ["1 file not read, there is no room left; remove some pictures first: no. 0.png."]

    gallery.bounds = Bounds(bytes_at_once=len(files[0][1]) * 3)
    gallery.deliver(files)
    assert gallery.waiting == 3
    assert gallery.refusals[0].startswith("6 files not read")
    gallery.stop()
    assert gallery.waiting == 0
    assert gallery.refusals[1].startswith("3 files not read, stopped before: no. 0.png")

    gallery.bounds = Bounds(files_at_once=7)
    gallery.deliver(files)
    assert gallery.waiting == 7
    assert gallery.refusals == ["2 files not read, more than 7 came at once: no. 7.png, no. 8.png."]


def test_a_file_is_read_like_the_picture_in_it(row: Image.Image, models: Models, rule: Likeness) -> None:
    gallery = Gallery()
    gallery.deliver([("row.png", file_of(row))])
    read_all(gallery, models, rule)
    direct = read(row, "row", models, rule)
    assert np.array_equal(gallery.readings[0].prepared.images, direct.prepared.images)


def test_a_file_that_cannot_be_decoded_now_waits_on(row: Image.Image, models: Models, rule: Likeness) -> None:
    is_busy = True

    def decode(data: bytes, name: str) -> Picture:
        if is_busy:
            raise BusyError("come back")
        return picture_file.open_picture(data, name)

    gallery = Gallery(decode=decode)
    gallery.deliver([("first.png", file_of(row)), ("second.png", file_of(row))])
    with pytest.raises(BusyError, match="come back"):
        gallery.read_next(models, rule, "subject")
    assert (gallery.waiting, gallery.refusals) == (2, [])
    is_busy = False
    read_all(gallery, models, rule)
    assert [reading.prepared.name for reading in gallery.readings] == ["first.png", "second.png"]


def test_letting_go_does_not_wait_and_drops_the_file_that_is_being_read(
    row: Image.Image, models: Models, rule: Likeness
) -> None:
    """It may be called while another thread decodes: here from within, which would hang if it took the lock."""

    def decode(data: bytes, name: str) -> Picture:
        if name == "late.png":
            other = threading.Thread(target=gallery.release, daemon=True)
            other.start()
            other.join(60)
            assert not other.is_alive()
        return picture_file.open_picture(data, name)

    gallery = Gallery(decode=decode)
    gallery.deliver([(name, file_of(row)) for name in ("early.png", "late.png", "never.png")])
    read_all(gallery, models, rule)
    assert (gallery.pictures, gallery.waiting, gallery.size_bytes) == ([], 0, 0)
    gallery.deliver([("again.png", file_of(row))])
    read_all(gallery, models, rule)
    assert [reading.prepared.name for reading in gallery.readings] == ["again.png"]


def test_a_picture_in_view_is_prepared_and_read_once_in_each_setting(
    row: Image.Image, models: Models, rule: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of a delivery already when it comes; what is kept for it is counted, and gone with the pictures."""
    prepared: list[str] = []

    def counted(picture: Picture, name: str, *rest: Any, **settings: Any) -> PreparedPicture:
        prepared.append(name)
        return prepare_picture(picture, name, *rest, **settings)

    monkeypatch.setattr("fp16core.reading.gallery.prepare_picture", counted)
    gallery = Gallery()
    gallery.deliver([("first.png", file_of(row)), ("last.png", file_of(row))])
    read_all(gallery, models, rule)
    first, last = gallery.pictures
    for _ in range(2):
        whole = gallery.view(last, models, rule, [], "subject")
    assert prepared == ["first.png", "last.png"]
    assert all(stage.picture is not None for stage in whole.prepared.stages)
    assert all(stage.picture is None for kept in (first, last) for stage in kept.reading.prepared.stages)
    pictures_bytes = first.size_bytes + last.size_bytes
    assert gallery.size_bytes == pictures_bytes + whole.prepared.size_bytes
    for off in ([StageName.LINES], [StageName.LINES, StageName.LIGHT], [StageName.LIGHT, StageName.LINES], []):
        part = gallery.view(last, models, rule, off, "subject")
        assert [stage.is_on for stage in part.prepared.stages].count(False) == len(off)
    assert prepared[2:] == ["last.png"] * 2
    gallery.view(last, models, rule, [], "other models")
    gallery.view(first, models, rule, [], "subject")
    assert prepared[4:] == ["first.png"], "other models read what has been prepared"
    assert gallery.size_bytes == pictures_bytes + gallery.view(first, models, rule, [], "subject").prepared.size_bytes
    gallery.release()
    assert gallery.size_bytes == 0
    gallery.view(first, models, rule, [], "subject")
    assert gallery.size_bytes == 0, "a picture that was let go is kept no more"


def test_pictures_are_read_again_for_other_models_in_slices_and_not_prepared_again(
    row: Image.Image, models: Models, rule: Likeness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty rows of four digits take two slices; what comes last of the other models stays in no reading."""
    gallery = Gallery()
    gallery.deliver([(f"{number}.png", file_of(row)) for number in range(3)])
    read_all(gallery, models, rule)
    gallery.pictures += [replace(each) for each in gallery.pictures * 13][:37]
    others = classifiers(load_pair(GOOD_NETWORK))
    monkeypatch.setattr("fp16core.reading.gallery.prepare_picture", None)
    left = [gallery.outdated("others")]
    read = []
    while digits := gallery.read_again(others, rule, "others"):
        read.append(digits)
        left.append(gallery.outdated("others"))
    assert (read, left) == ([100, 60], [40, 15, 0])
    for reading in gallery.readings:
        images = normalise(reading.prepared.images)
        for model, answers in zip(others, (reading.answers.reference, reading.answers.target), strict=True):
            assert answers.logits == pytest.approx(model.logits(images), abs=1e-5)
    assert gallery.readings[0].answers.reference.logits[0] != pytest.approx(
        models[0].logits(normalise(gallery.readings[0].prepared.images))[0], abs=1e-2
    )
    gallery.release()
    assert gallery.read_again(models, rule, "subject") == 0


def test_a_refusal_says_if_a_picture_came_with_it(row: Image.Image, models: Models, rule: Likeness) -> None:
    gallery = Gallery()
    told = []
    for names in (["bad"], ["bad", "7210.png"], ["bad"]):
        gallery.deliver([(name, file_of(row) if name.endswith("png") else b"text") for name in names])
        read_all(gallery, models, rule)
        told.append((len(gallery.refusals), gallery.has_new))
    assert told == [(1, False), (1, True), (1, False)]
    gallery.deliver([("again.png", file_of(row))])
    read_all(gallery, models, rule)
    gallery.refuse("The clipboard holds no picture.")
    assert (gallery.refusals, gallery.has_new) == (["The clipboard holds no picture."], False)


def read_all(gallery: Gallery, models: Models, rule: Likeness) -> None:
    while gallery.waiting:
        gallery.read_next(models, rule, "subject")
