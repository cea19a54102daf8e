"""Fixtures of the tests in this folder."""

import pytest

from pages.shared.server import stopping
from pages.shared.session import diagnoses
from tests.helpers.apps.measured_once import what_never_changes_is_measured_once as what_never_changes_is_measured_once
from tests.helpers.apps.visits import cold_caches as cold_caches


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
