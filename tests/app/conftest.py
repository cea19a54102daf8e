"""Fixtures of the tests in this folder."""

import functools

import pytest

from fp16core.lab.dial import DialResult
from fp16core.numerics.formats import FloatFormat
from fp16core.workbench import measures
from fp16core.workbench.workbench import Workbench
from pages.shared.server import stopping
from tests.helpers.apps.visits import cold_caches as cold_caches


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a process sees it gone, however busy the machine."""
    monkeypatch.setattr(stopping, "_PATIENCE_S", 60.0)


_MEASURED: dict[tuple[object, ...], DialResult] = {}


@pytest.fixture(autouse=True)
def formats_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure a format for the first test that shows it; tests begin with cold caches, and a map has 168 formats."""
    measure = measures.format_result

    @functools.wraps(measure)
    def measure_once(bench: Workbench, form: FloatFormat) -> DialResult:
        key = (bench.pair.reference.contents, bench.pair.target.contents, len(bench.images), form)
        if key not in _MEASURED:
            _MEASURED[key] = measure(bench, form)
        return _MEASURED[key]

    monkeypatch.setattr(measures, "format_result", measure_once)
