"""Model files in memory: read once, compared by contents and name, sent without their reading."""

import pickle
from dataclasses import replace

import pytest

from fp16core.evaluate.comparison import compare
from fp16core.tflite.ledger import byte_ledger
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import ModelFileError
from tests.helpers.networks.readings import Readings, counted_readings
from tests.helpers.places import TestSet


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    return counted_readings(monkeypatch)


def fresh(model: ModelFile) -> ModelFile:
    """The same file, of which nothing has been read yet."""
    return ModelFile(model.contents, model.name)


def test_a_file_is_read_once_however_often_it_is_asked(pair: ModelPair, test_set: TestSet, readings: Readings) -> None:
    mine = replace(pair, reference=fresh(pair.reference), target=fresh(pair.target))
    assert readings.of(mine.reference) == 0
    compare(mine, test_set[0][:30], test_set[1][:30])
    for model in mine.files:
        byte_ledger(model)
        assert model.graph is model.graph
        assert readings.of(model) == 1


def test_a_pickled_file_leaves_its_reading_behind(pair: ModelPair, readings: Readings) -> None:
    model = fresh(pair.reference)
    before = pickle.dumps(model)
    assert len(model.graph.tensors) > 10
    assert pickle.dumps(model) == before
    assert len(before) < model.size_bytes + 200
    again = pickle.loads(before)  # noqa: S301  # made a few lines above
    assert again == model
    assert readings.of(model) == 1
    assert again.graph.outputs[0].name == model.graph.outputs[0].name
    assert readings.of(model) == 2


def test_files_are_equal_by_contents_and_name(pair: ModelPair) -> None:
    model = pair.reference
    assert fresh(model) == model
    assert hash(fresh(model)) == hash(model)
    assert len({model, fresh(model), ModelFile(model.contents, "other"), ModelFile(b"other", model.name)}) == 3
    assert repr(model) == "ModelFile(name='mnist_model.tflite')"


def test_a_damaged_file_is_named_each_time_it_is_read() -> None:
    model = ModelFile(b"hello", "notes")
    for _ in range(2):
        with pytest.raises(
            ModelFileError,
            match=r"5 bytes that do not begin as a \.tflite file does; choose",
        ):
            _ = model.graph
