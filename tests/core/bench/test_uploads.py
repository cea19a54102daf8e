"""A small part of ``python -m fp16core bench uploads``, held to the same goals."""

import io

import numpy as np
import pytest
from PIL import Image

from fp16core.bench.uploads.accuracy import GOAL_ALL, measure_durations, measure_uploads
from fp16core.bench.uploads.photographs import PAPERS, photograph
from fp16core.bench.uploads.renderings import KINDS, renderings
from fp16core.images.prepare import prepare_file
from fp16core.reading.likeness import Likeness
from fp16core.reading.reading import read_picture
from fp16core.runtime.classifier import Classifier
from tests.helpers.places import TestSet


@pytest.mark.slow
def test_uploads_cost_little_accuracy_and_resizing_alone_costs_much() -> None:
    """150 of the benchmark's kind of files, with another seed; a photograph on each paper."""
    done: list[float] = []
    found = measure_uploads(lambda _what, share: done.append(share), count=150, photographs=1, seed=5)
    rows = 1 + len(KINDS) + len(PAPERS)
    assert len(found) == 3 * rows
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


def test_durations_are_measured() -> None:
    found = measure_durations(lambda _what, _share: None, 1)
    assert all(duration.median_ms < 10_000 and duration.repeats == 10 for duration in found)
    _, added, *others = found
    assert "added" in added.name, "a difference, which a busy machine may turn around"
    assert all(duration.median_ms > 0 for duration in others)
