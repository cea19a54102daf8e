"""Fixtures of the tests in this folder."""

import pytest

from pages.shared.server import stopping
from tests.helpers.apps.visits import cold_caches as cold_caches


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a process sees it gone, however busy the machine."""
    monkeypatch.setattr(stopping, "_PATIENCE_S", 60.0)
