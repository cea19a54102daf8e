"""Command line and environment of a child process."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder that holds `fp16core`, in which children work."""


_FRUGAL = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
"""Each thread would have buffers and a heap of its own, for which a limit of memory has no room."""


def command(module: str) -> list[str]:
    """The command line that runs a module in this interpreter; it needs `environment` to find ours."""
    return [sys.executable, "-m", module]


def environment() -> dict[str, str]:
    """Our own environment, with `ROOT` on the path of modules.

    The working directory alone does not put it there: with ``PYTHONSAFEPATH`` set, Python ignores that.
    """
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, **_FRUGAL, "PYTHONPATH": os.pathsep.join([str(ROOT), *([known] if known else [])])}
