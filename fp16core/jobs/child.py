"""Start of a child process: its command line, environment and log."""

import os
import sys
import tempfile
from pathlib import Path
from typing import IO

from fp16core.system.processes import ChildProcess
from fp16core.temporary import temporary_named

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


def start(module: str, *arguments: str) -> tuple[ChildProcess, IO[bytes]]:
    """Run a module in a process of its own, with pipes to it and from it.

    Returns
    -------
    child, log
        The process, and the nameless file to which its standard error goes; the caller closes it.

    Raises
    ------
    OutputError
        If there is no folder for temporary files.
    OSError
        If no process can be started.
    """
    with temporary_named():
        log = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the caller, once the child has ended
    try:
        return ChildProcess([*command(module), *arguments], log, ROOT, environment()), log
    except OSError:
        log.close()
        raise
