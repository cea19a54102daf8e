"""Fixtures of the tests in this folder."""

from pathlib import Path

import pytest

from fp16core.runs.store import RunStore


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    """An empty store, whose folder does not exist yet."""
    return RunStore(tmp_path / "runs")
