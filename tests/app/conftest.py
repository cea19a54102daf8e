"""Fixtures of the tests in this folder."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.claims.evidence import further_evidence
from fp16core.evaluate.comparison import compare
from fp16core.tflite.model_file import ModelPair
from fp16core.workbench import measures, workbench
from pages.shared.server import stopping
from pages.shared.session import diagnoses
from tests.helpers.apps.visits import cold_caches as cold_caches

P = ParamSpec("P")
R = TypeVar("R")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a process sees it gone, however busy the machine."""
    monkeypatch.setattr(stopping, "_PATIENCE_S", 60.0)


@pytest.fixture(autouse=True)
def models_are_not_diagnosed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagnosis takes as long as the trial, which most tests of own models are about; others use `diagnosing`."""
    if "diagnosing" not in request.fixturenames:
        monkeypatch.setattr(diagnoses, "begin", lambda *_arguments, **_options: 0)


@pytest.fixture
def diagnosing() -> None:
    """Models are diagnosed."""


_MEASURED: dict[object, object] = {}


def remembered(measure: Callable[P, R], key: Callable[..., object]) -> Callable[P, R]:
    """The same function, which measures once for all tests what has the same key."""

    @functools.wraps(measure)
    def measure_once(*args: P.args, **kwargs: P.kwargs) -> R:
        asked = measure.__name__, key(*args, **kwargs)
        if asked not in _MEASURED:
            _MEASURED[asked] = measure(*args, **kwargs)
        return cast(R, _MEASURED[asked])

    return measure_once


def same(pair: ModelPair, images: npt.NDArray[np.uint8]) -> object:
    """Key of a pair on the first of the test images; tests with images of their own have other numbers of them."""
    return pair.reference.contents, pair.target.contents, len(images), hash(images[-1].tobytes())


@pytest.fixture(autouse=True)
def answers_and_formats_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with cold caches, and each page with both models on 10,000 images; a map has 168 formats."""
    monkeypatch.setattr(workbench, "compare", remembered(compare, lambda pair, images, _labels: same(pair, images)))
    form = measures.format_result
    monkeypatch.setattr(
        measures, "further_evidence", remembered(further_evidence, lambda pair, _found, images: same(pair, images))
    )
    monkeypatch.setattr(
        measures, "format_result", remembered(form, lambda bench, form: (same(bench.pair, bench.images), form))
    )
