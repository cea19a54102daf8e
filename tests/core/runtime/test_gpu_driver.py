"""Drivers are asked of Vulkan alone; tests/core/worker/test_modes.py asks Mesa's."""

import os
import subprocess
import sys

import pytest

from fp16core.runtime.gpu_driver import vulkan_driver
from tests.helpers.places import ROOT


def test_without_a_driver_nothing_is_told() -> None:
    """In a process of its own, which has loaded no driver."""
    program = "from fp16core.runtime.gpu_driver import vulkan_driver; print(repr(vulkan_driver('any')))"
    environment = os.environ | {"VK_DRIVER_FILES": "/nowhere.json"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "''\n"


def test_systems_without_vulkan_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda _name: pytest.fail("a library was loaded"))
    monkeypatch.setattr(sys, "platform", "darwin")
    assert vulkan_driver("any") == ""
