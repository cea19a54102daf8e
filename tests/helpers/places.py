"""Places in the repository, and names that test modules share."""

import os
import sys
from collections.abc import Collection
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from fp16core.training.recipe import python_for_tensorflow

ROOT = Path(__file__).parents[2]

ROUTER = ROOT / "pages" / "router.py"
"""Script that Streamlit runs on each visit."""

PAGES = tuple(sorted(path.stem for path in (ROOT / "pages").glob("*/*.py") if path.stem == path.parent.name))

ROOMS = [
    "preflight",
    "system",
    "text",
    "csv_text",
    "json_text",
    "files",
    "vocabulary",
    "glossary",
    "settings",
    "temporary",
    "redirection",
    "singleton",
    "atomic_output",
    "terminal",
    "png",
    "data",
    "images",
    "training",
    "tflite",
    "runs",
    "convert",
    "runtime",
    "numerics",
    "evaluate",
    "reading",
    "modes",
    "webgpu",
    "recordings",
    "lab",
    "claims",
    "diagnosis",
    "study",
    "workbench",
    "figures",
    "serving",
    "jobs",
    "resident",
    "worker",
    "report",
    "bench",
    "commands",
    "__main__",
]
"""In the order in which data flow; a room imports only from itself and from rooms before it."""

TestSet = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
"""Images and labels."""


def page_file(page: str) -> str:
    """Path of a page, seen from the router."""
    return f"{page}/{page}.py"


def unavailable(system: str, tensorflow_elsewhere: str) -> dict[str, str]:
    """Marks of tests that cannot run on a system, or with a Python that has no TensorFlow, each with what they need."""
    found = {} if system == "linux" else {"linux": "Linux: hosted mode, GPU drivers in software"}
    return found | ({"tensorflow": f"TensorFlow{tensorflow_elsewhere}"} if tensorflow_elsewhere else {})


UNAVAILABLE = unavailable(sys.platform, python_for_tensorflow())

LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="looks at what only Linux has")
NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="makes what Windows does not have")


def needs_linux(path: Path, fixtures: Collection[str]) -> bool:
    """True for a test of hosted mode, which is for Linux (nginx, bubblewrap), or with a GPU driver in software."""
    return path.is_relative_to(ROOT / "tests" / "hosted") or not {"mesa", "swiftshader"}.isdisjoint(fixtures)


def without(words: str) -> str:
    """Without what a test needs: a failure in CI; on a user's machine the rest of the suite still tells much."""
    return (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
