"""A small part of ``python -m fp16core bench uploads``, held to the same goals."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from fp16core.bench.uploads.accuracy import GOAL_ALL, measure_uploads
from fp16core.bench.uploads.durations import measure_durations
from fp16core.bench.uploads.everyday import EVERYDAY_KINDS, everyday_pictures
from fp16core.bench.uploads.photographs import PAPERS, photograph
from fp16core.bench.uploads.renderings import KINDS, renderings
from fp16core.bench.uploads.results import RowAccuracy, UploadAccuracy
from fp16core.bench.uploads.row_accuracy import common_digits
from fp16core.bench.uploads.rows import ROW_KINDS, rendered_rows
from fp16core.images.prepare import prepare_file
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import read_picture
from fp16core.runtime.classifier import Classifier
from tests.helpers.places import TestSet


@pytest.mark.slow
def test_uploads_cost_little_accuracy_and_resizing_alone_costs_much() -> None:
    """150 of the benchmark's kind of files, with another seed; a photograph on each paper."""
    done: list[float] = []
    measured = measure_uploads(
        lambda _what, share: done.append(share), count=150, photographs=1, everyday=0, rows=0, seed=5
    )
    found = [each for each in measured if isinstance(each, UploadAccuracy)]
    rows = 1 + len(KINDS) + len(PAPERS)
    assert len(measured) == len(found) == 3 * rows
    for place, network in enumerate((None, "Five epochs", "Good network")):
        every, *kinds = found[place * rows : (place + 1) * rows]
        assert every.images == sum(kind.images for kind in kinds if kind.direct is not None) == 150
        assert every.delta is not None
        assert every.delta >= GOAL_ALL
        assert every.naive < every.reference - 0.3
        assert all(kind.delta is None or kind.delta >= -0.2 for kind in kinds), "of 10 images, 2 may fail"
        assert [kind.kind for kind in kinds] == [*KINDS, *(f"photograph, {paper} paper" for paper in PAPERS)]
        assert {each.document().get("network") for each in (every, *kinds)} == {network}
    assert all(0 <= share <= 1 for share in done)
    assert done == sorted(done)


@pytest.mark.slow
def test_everyday_pictures_and_rows_are_read_by_every_bundled_pair() -> None:
    """Two pictures of each kind, and two rows; resizing alone reads hardly any."""
    kinds, row_kinds = len(EVERYDAY_KINDS), len(ROW_KINDS)
    found = measure_uploads(
        lambda _what, _share: None, count=0, photographs=0, everyday=2 * kinds, rows=2 * row_kinds, seed=5
    )
    singles = [each for each in found if isinstance(each, UploadAccuracy)]
    rows = [each for each in found if isinstance(each, RowAccuracy)]
    assert len(singles) == 3 * (1 + kinds)
    assert len(rows) == 3 * (1 + row_kinds)
    for place, network in enumerate(("One epoch", "Five epochs", "Good network")):
        every, *each_kind = singles[place * (1 + kinds) : (place + 1) * (1 + kinds)]
        assert [each.kind for each in (every, *each_kind)] == ["all everyday pictures", *EVERYDAY_KINDS]
        assert every.images == 2 * kinds
        assert every.reference > every.naive
        all_rows, *each_row = rows[place * (1 + row_kinds) : (place + 1) * (1 + row_kinds)]
        assert [each.kind for each in (all_rows, *each_row)] == ["all rows", *ROW_KINDS]
        assert all_rows.rows == 2 * row_kinds
        assert {each.network for each in (all_rows, *each_row)} == {network}
        assert all_rows.digits_right >= 0.5
        assert all_rows.digits == sum(each.digits for each in each_row)


def test_everyday_pictures_and_rows_are_seeded_and_of_every_kind(test_set: TestSet) -> None:
    images = test_set[0][:50]
    first, again = (list(everyday_pictures(images, len(EVERYDAY_KINDS), seed=3)) for _ in range(2))
    assert [upload.data for upload in first] == [upload.data for upload in again]
    assert [upload.kind for upload in first] == list(EVERYDAY_KINDS)
    rows, same = (list(rendered_rows(images, len(ROW_KINDS), seed=3)) for _ in range(2))
    assert [row.data for row in rows] == [row.data for row in same]
    assert [row.kind for row in rows] == list(ROW_KINDS)
    assert all(3 <= len(row.indices) <= 6 for row in rows)


@pytest.mark.parametrize(("kind", "few"), [("spaced", False), ("touching", True)])
def test_digits_of_a_row_touch_only_where_its_kind_says_so(kind: str, few: bool, test_set: TestSet) -> None:
    """Pieces of ink as large as a digit: as many as there are digits, or fewer."""
    rows = [row for row in rendered_rows(test_set[0][:50], 3 * len(ROW_KINDS), seed=1) if row.kind == kind]
    for row in rows:
        with Image.open(io.BytesIO(row.data)) as image:
            levels = np.asarray(image.convert("L"), np.float32)
        labels, count = ndimage.label(levels < levels.max() * 0.62, np.ones((3, 3)))
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        pieces = int((sizes > 0.1 * sizes.max()).sum())
        assert (pieces < len(row.indices)) == few


def test_digits_read_of_a_row_are_counted_in_order() -> None:
    cases = [("123", "123", 3), ("", "123", 0), ("13", "123", 2), ("1923", "123", 3), ("321", "123", 1), ("7", "1", 0)]
    assert [common_digits(read, truth) for read, truth, _ in cases] == [count for *_, count in cases]


@pytest.mark.slow
def test_rendering_is_seeded_and_of_every_kind(test_set: TestSet) -> None:
    first, again = (list(renderings(test_set[0][:50], 30, seed=3)) for _ in range(2))
    assert [upload.data for upload in first] == [upload.data for upload in again]
    assert [upload.kind for upload in first] == [*KINDS, *KINDS]
    assert len({upload.index for upload in first}) == 30


@pytest.mark.slow
@pytest.mark.parametrize("paper", PAPERS)
def test_photographs_of_rows_are_split_and_mostly_read(
    paper: str, models: tuple[Classifier, Classifier], rule: Likeness
) -> None:
    """Pen on paper, taken with a phone: ten digits in a row, of which two may be misread."""
    reading = read_picture(models, rule, prepare_file(photograph("2640583957", paper, np.random.default_rng(4)), paper))
    assert len(reading.reference_text) == 10
    assert sum(a == b for a, b in zip(reading.reference_text, "2640583957", strict=True)) >= 8
    assert reading.agree


def test_photographs_are_jpegs_of_the_size_asked_for_and_refuse_letters() -> None:
    data = photograph("7", "blank", np.random.default_rng(0), (640, 480))
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == ("JPEG", (640, 480))
    with pytest.raises(ValueError, match="7a"):
        photograph("7a", "blank", np.random.default_rng(0))


@pytest.mark.slow
def test_durations_are_measured() -> None:
    found = measure_durations(lambda _what, _share: None, 1)
    assert all(duration.median_ms < 10_000 and duration.repeats == 10 for duration in found)
    _, added, *others = found
    assert "added" in added.name, "a difference, which a busy machine may turn around"
    assert all(duration.median_ms > 0 for duration in others)
