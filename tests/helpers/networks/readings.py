"""Counting how often a model file is read."""

from collections import Counter

import pytest

from fp16core.tflite import reader
from fp16core.tflite.graph import TfliteFile
from fp16core.tflite.model_file import ModelFile


class Readings:
    """Readings of files in this process."""

    def __init__(self) -> None:
        self.counts: Counter[ModelFile] = Counter()

    def of(self, model: ModelFile) -> int:
        """Number of times that a file of these contents and this name was read."""
        return self.counts[model]


def counted_readings(monkeypatch: pytest.MonkeyPatch) -> Readings:
    """Count every reading from here on, for as long as the test lasts."""
    readings, original = Readings(), reader.read_tflite

    def counted(model: bytes, name: str = "the model") -> TfliteFile:
        readings.counts[ModelFile(model, name)] += 1
        return original(model, name)

    monkeypatch.setattr(reader, "read_tflite", counted)
    return readings
