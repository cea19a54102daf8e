"""The quick loop: ``pytest tests/core``, or any folder in it, leaves out what is marked as slow."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def is_loop(config: pytest.Config) -> bool:
    """True if the command names folders of these tests and chooses no marks itself."""
    asked = [config.invocation_params.dir / argument for argument in config.args]
    return not config.option.markexpr and all(path.is_dir() and path.is_relative_to(HERE) for path in asked)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out slow tests of the loop; the whole suite, ``-m slow`` or a file's name run them."""
    if is_loop(config):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what the loop leaves out."""
    return "slow tests are left out; -m 'slow or not slow' runs them, too" if is_loop(config) else None
