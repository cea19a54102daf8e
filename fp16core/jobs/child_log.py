"""The end of a child process: its exit status in words, and the last lines of its log."""

import os
import signal
from collections.abc import Sequence
from typing import IO

from fp16core.text import visible

_CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
"""Signals that a process receives because of its own fault."""

_TAIL_BYTES = 10_000
"""Size of the part that is read: a driver may have filled the log with millions of lines."""


def exit_text(status: int) -> str:
    """Describe an exit status, negative for a signal, as in ``crashed (SIGSEGV)``."""
    if status >= 0:
        return f"ended with status {status}"
    name = signal.Signals(-status).name
    return f"crashed ({name})" if -status in _CRASHES else f"was ended from outside by {name}"


def last_lines(log: IO[bytes]) -> Sequence[str]:
    """Return the last lines of a log, with control characters made visible; none if it is closed.

    Libraries quote strangers' texts in their logs, and the lines may end up on a terminal.
    """
    if log.closed:
        return []
    descriptor = log.fileno()
    tail = os.pread(descriptor, _TAIL_BYTES, max(os.fstat(descriptor).st_size - _TAIL_BYTES, 0))
    return [visible(line) for line in tail.decode("utf-8", "replace").strip().splitlines()]
