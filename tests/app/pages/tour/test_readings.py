"""Readings of model files by the pages: once for each of the server's, never of a visitor's own in this process."""

from pathlib import Path

import pytest

from fp16core.tflite.model_file import ModelFile, ModelPair
from tests.helpers.apps.driving import errors, visit
from tests.helpers.apps.your_files import with_pair
from tests.helpers.networks.readings import counted_readings
from tests.helpers.places import page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


@pytest.fixture
def what_never_changes_is_measured_once() -> None:
    """Nothing is remembered of what other tests have read."""


@pytest.fixture
def few(small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads of a file are as many for all images as for few."""
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))


def test_the_start_and_the_claims_read_each_file_once(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = counted_readings(monkeypatch)
    app = visit("start")
    app.switch_page(page_file("claims")).run()
    assert not errors(app)
    assert [readings.of(model) for model in pair.files] == [1, 1]
    assert readings.counts.total() == 3  # and the float32 model that the weights are rounded in, for one of the claims
    app.run()
    visit("start")
    assert readings.counts.total() == 3


@pytest.mark.usefixtures("few")
def test_the_lab_reads_the_files_that_the_start_has_read(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = counted_readings(monkeypatch)
    app = visit("start")
    for page in ("bits", "size", "layers", "answers", "limits"):
        app.switch_page(page_file(page)).run()
        assert not errors(app), page
    assert [readings.of(model) for model in pair.files] == [1, 1]


@pytest.mark.usefixtures("few")
def test_a_visitors_own_files_are_never_read_in_this_process(pair: ModelPair, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = ModelPair(
        "mine",
        ModelFile(pair.reference.contents + b"\0", "mine.tflite"),
        ModelFile(pair.target.contents + b"\0", "half.tflite"),
    )
    readings = counted_readings(monkeypatch)
    app = with_pair(mine)
    for page in ("start", "claims", "bits", "size", "layers", "answers", "limits"):
        app.switch_page(page_file(page)).run()
        assert not errors(app), page
    assert [readings.of(model) for model in mine.files] == [0, 0]
